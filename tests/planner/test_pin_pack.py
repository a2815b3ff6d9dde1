import json
import math
from collections.abc import Iterator

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from mapdialog.contributions.models import Hit
from mapdialog.dialogue.models import Consultation
from mapdialog.people.models import User
from mapdialog.planner.pin_pack import NO_AREA, NO_THEME, WHOLE, pin_pack
from tests import factories
from tests.factories import NOON, middle

pytestmark = pytest.mark.django_db


def decoded(pack: bytes) -> tuple[dict, list[tuple]]:
    """Read by the layout's words alone, row by row: slow, plain, and not the encoder backwards."""
    line, _, rest = pack.partition(b"\n")
    header = json.loads(line)
    n = header["n"]
    assert len(rest) == n * 16
    west, south, east, north = header["bounds"]

    def column(start: int, width: int) -> Iterator[int]:
        planes = [rest[(start + plane) * n : (start + plane + 1) * n] for plane in range(width)]
        return (sum(plane[i] << 8 * byte for byte, plane in enumerate(planes)) for i in range(n))

    rows, x, y, minutes = [], 0, 0, 0
    for dx, dy, dt, theme, area, state in zip(
        column(0, 4), column(4, 4), column(8, 4), column(12, 1), column(13, 2), column(15, 1), strict=True
    ):
        x, y = (x + dx) % 2**32, (y + dy) % 2**32
        minutes += (dt >> 1) ^ -(dt & 1)
        lon, lat = west + x / WHOLE * (east - west), south + y / WHOLE * (north - south)
        rows.append((lon, lat, header["epoch"] + minutes * 60, theme, area, header["states"][state]))
    return header, rows


@pytest.fixture
def consultation() -> Consultation:
    committees = factories.layer(name="committees")
    factories.areas(of=factories.edition(of=committees))
    return factories.consultation(boundary_layer=committees, themes=("lys", "lek"))


@pytest.fixture
def planner(consultation: Consultation) -> User:
    return factories.user(role="planner", of=consultation.municipality)


def test_every_pin_comes_back_where_when_and_about_what_it_was(
    consultation: Consultation, planner: User
) -> None:
    lek = consultation.themes.get(key="lek")
    by_name = {}
    for i in range(40):
        spot = (middle()[0] + 0.004 * math.sin(i), middle()[1] + 0.003 * math.cos(3 * i))
        theme = [None, lek, consultation.themes.get(key="lys")][i % 3]
        made = factories.contribution(
            to=consultation, at=spot, theme=theme, state=["pending", "published"][i % 2]
        )
        by_name[made.pk] = (spot, theme and theme.key, made.state)
    header, rows = decoded(pin_pack(consultation, reader=planner, language="nb"))
    assert header["n"] == len(rows) == 40
    assert [theme["name"] for theme in header["themes"]] == ["Lys", "Lek"]
    keys = [theme["key"] for theme in header["themes"]]
    for (lon, lat), key, state in by_name.values():
        near = [row for row in rows if abs(row[0] - lon) < 1e-5 and abs(row[1] - lat) < 5e-6]
        assert [(keys[row[3]] if row[3] != NO_THEME else None, row[5]) for row in near] == [(key, state)]
        assert near[0][2] == NOON.timestamp()


def test_the_committee_is_the_one_recorded_when_it_came(consultation: Consultation, planner: User) -> None:
    made = factories.contribution(to=consultation)
    factories.contribution(to=consultation)
    area = consultation.boundary_layer.editions.get().areas.get(code="B")
    Hit.objects.create(contribution=made, edition=area.edition, area=area)
    header, rows = decoded(pin_pack(consultation, reader=planner, language="nb"))
    assert header["areas"] == [{"code": "B", "name": "Utvalg B"}]
    assert sorted(row[4] for row in rows) == [0, NO_AREA]


def test_no_pins_and_one_pin_are_packs_too(consultation: Consultation, planner: User) -> None:
    assert decoded(pin_pack(consultation, reader=planner, language="nb"))[0]["n"] == 0
    factories.contribution(to=consultation)
    (row,) = decoded(pin_pack(consultation, reader=planner, language="nb"))[1]
    assert row[:2] == pytest.approx(middle(), abs=1e-6)


def test_those_without_a_spot_come_last_and_what_is_erased_not_at_all(
    consultation: Consultation, planner: User
) -> None:
    lek = consultation.themes.get(key="lek")
    factories.contribution(
        to=consultation, geom=None, geom_public=None, place_words="ved skolen", theme=lek, state="private"
    )
    factories.contribution(to=consultation)
    factories.contribution(
        to=consultation, state="erased", geom=None, geom_public=None, text="", contributor_key=None
    )
    header, rows = decoded(pin_pack(consultation, reader=planner, language="nb"))
    assert (header["n"], header["n_at_spots"]) == (2, 1)
    assert rows[0][:2] == pytest.approx(middle(), abs=1e-6)
    assert rows[1][2:] == (NOON.timestamp(), 1, NO_AREA, "private")


def test_packing_asks_as_often_for_many_as_for_few(consultation: Consultation, planner: User) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            pin_pack(consultation, reader=planner, language="nb")
        return len(asked)

    factories.contribution(to=consultation)
    few = queries()
    for _ in range(20):
        factories.contribution(to=consultation)
    assert queries() == few <= 5
