import pytest
from django.db import connection
from django.test import Client

from mapdialog.dialogue.models import Consultation
from mapdialog.hotspots import density, tasks
from mapdialog.hotspots.density import SIDE, SKIRT, WIDTH, Audience
from tests import factories
from tests.factories import NOON, middle

pytestmark = pytest.mark.django_db


@pytest.fixture
def consultation() -> Consultation:
    return factories.consultation()


def tile_at(zoom: int, lon: float, lat: float) -> tuple[int, int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT floor((%s + 180) / 360 * (1 << %s))::int,"
            " floor((0.5 - asinh(tan(radians(%s))) / (2 * pi())) * (1 << %s))::int",
            [lon, zoom, lat, zoom],
        )
        return cursor.fetchone()


def counted(consultation: Consultation, zoom: int, audience: Audience = Audience.EVERYONE, at=None) -> int:
    """The pins inside the tile proper, read back from its bytes."""
    x, y = tile_at(zoom, *(at or middle()))
    tile = density.tile(consultation, audience=audience, zoom=zoom, x=x, y=y)
    if tile is None:
        return 0
    assert len(tile.values) == WIDTH * WIDTH
    rows = [tile.values[row * WIDTH : (row + 1) * WIDTH] for row in range(SKIRT, SKIRT + SIDE)]
    return round(sum(sum(row[SKIRT : SKIRT + SIDE]) for row in rows) * tile.largest / 255)


@pytest.mark.parametrize("zoom", range(19))
def test_every_zoom_counts_every_pin_once(consultation: Consultation, zoom: int) -> None:
    for i in range(7):
        factories.contribution(to=consultation, at=(middle()[0] + i * 1e-6, middle()[1]))
    density.refresh(consultation, at=NOON)
    assert counted(consultation, zoom) == 7


@pytest.mark.parametrize("zoom", [4, 10, 13, 16])
def test_a_pin_lies_in_the_square_that_the_tile_numbers_say(consultation: Consultation, zoom: int) -> None:
    lon, lat = middle()
    factories.contribution(to=consultation, at=(lon, lat))
    density.refresh(consultation, at=NOON)
    x, y = tile_at(zoom, lon, lat)
    column, row = tile_at(zoom + 6, lon, lat)
    tile = density.tile(consultation, audience=Audience.EVERYONE, zoom=zoom, x=x, y=y)
    assert tile is not None
    position = (row - y * SIDE + SKIRT) * WIDTH + column - x * SIDE + SKIRT
    assert tile.values[position] == 1
    assert sum(tile.values) == 1


def test_the_skirt_shows_the_neighbour_tiles_pins(consultation: Consultation) -> None:
    zoom = 13
    x, y = tile_at(zoom, *middle())
    west_edge = x / (1 << zoom) * 360 - 180
    factories.contribution(to=consultation, at=(west_edge - 1e-5, middle()[1]))
    density.refresh(consultation, at=NOON)
    tile = density.tile(consultation, audience=Audience.EVERYONE, zoom=zoom, x=x, y=y)
    assert tile is not None
    assert [i % WIDTH for i, value in enumerate(tile.values) if value] == [0]


def test_officials_heat_holds_what_is_not_published(consultation: Consultation) -> None:
    factories.contribution(to=consultation, state="pending")
    density.refresh(consultation, at=NOON)
    for zoom in (12, 16):
        assert counted(consultation, zoom, Audience.EVERYONE) == 0
        assert counted(consultation, zoom, Audience.OFFICIALS) == 1


def test_areas_only_consultations_have_no_public_heat() -> None:
    consultation = factories.consultation(visibility="areas")
    factories.contribution(to=consultation)
    density.refresh(consultation, at=NOON)
    for zoom in (12, 16):
        assert counted(consultation, zoom, Audience.EVERYONE) == 0


def test_heat_uses_the_public_place(consultation: Consultation) -> None:
    elsewhere = factories.point(9.5, 58.9)
    factories.contribution(to=consultation, geom_public=elsewhere)
    density.refresh(consultation, at=NOON)
    for zoom in (12, 16):
        assert counted(consultation, zoom) == 0
        assert counted(consultation, zoom, at=(9.5, 58.9)) == 1


def test_many_pins_in_one_square_keep_their_proportion(consultation: Consultation) -> None:
    factories.contribution(to=consultation)
    density.refresh(consultation, at=NOON)
    density.DensityCell.objects.filter(consultation=consultation).update(n=1000)
    x, y = tile_at(12, *middle())
    tile = density.tile(consultation, audience=Audience.EVERYONE, zoom=12, x=x, y=y)
    assert tile is not None
    assert (tile.largest, max(tile.values)) == (1000, 255)


def test_heat_is_refreshed_only_where_something_changed(consultation: Consultation) -> None:
    assert tasks.refresh_heat(0) == 0
    factories.contribution(to=consultation)
    assert tasks.refresh_heat(0) == 1
    assert counted(consultation, 10) == 1
    assert tasks.refresh_heat(0) == 0


def test_lines_and_areas_count_once(consultation: Consultation) -> None:
    factories.contribution(to=consultation, geom=factories.square(0), geom_public=factories.square(0))
    density.refresh(consultation, at=NOON)
    assert counted(consultation, 8) == 1
    assert counted(consultation, 6) == 1


def test_a_parameter_nobody_knows_is_refused(client: Client, consultation: Consultation) -> None:
    assert client.get(f"/tiles/density/{consultation.slug}/0/0/0").status_code in {200, 204}
    answer = client.get(f"/tiles/density/{consultation.slug}/0/0/0?theme=lys")
    assert (answer.status_code, answer.json()["field"]) == (400, "theme")


@pytest.mark.parametrize("zoom", [10, 17])
def test_a_place_that_nobody_chose_or_knows_makes_no_heat(consultation: Consultation, zoom: int) -> None:
    factories.contribution(to=consultation, accuracy_m=500)
    factories.contribution(to=consultation, placed_by="default")
    factories.contribution(to=consultation, accuracy_m=2000, placed_by="gps")
    density.refresh(consultation, at=NOON)
    assert counted(consultation, zoom) == 1
