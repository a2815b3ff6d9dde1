"""Our own GeoJSON comes back without loss: exported, imported elsewhere and exported again it is the same.

What an export cannot hold is listed in `docs/geojson.md`, and here.
"""

import datetime as dt
import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.contrib.gis.geos import GEOSGeometry
from django.core.management import call_command
from django.utils import timezone

from mapdialog.contributions import export
from mapdialog.contributions.models import Contribution, Hit, SpentId, Submission
from mapdialog.dialogue.models import Alternative, Consultation, Question, Reader
from mapdialog.people.models import Municipality
from tests import factories as make

pytestmark = pytest.mark.django_db
# The submission's own number is this installation's; what came together still does.
LOST_BY_OFFICIALS = {"submission"}
LOST_BY_EVERYONE: set[str] = set()


def fresh(slug: str, municipality: Municipality, **values: Any) -> Consultation:
    """With the same themes, questions, alternatives and layers as any other of these."""
    layers = {layer.name: layer for layer in _layers(municipality)}
    consultation = make.consultation(
        slug=slug,
        municipality=municipality,
        themes=("lys", "vei"),
        boundary_layer=layers["committees"],
        closes_at=make.NOON + dt.timedelta(hours=1),
        **values,
    )
    Alternative.objects.create(consultation=consultation, key="a", layer=layers["plan-a"], name={"nb": "A"})
    Question.objects.create(consultation=consultation, key="why", kind="text", text={"nb": "Hvorfor?"})
    options = [{"value": value, "label": {"nb": str(value)}} for value in (1, 2, "x")]
    for key, kind in (("scale", "single"), ("many", "multiple")):
        Question.objects.create(consultation=consultation, key=key, kind=kind, text={}, options=options)
    return consultation


def _layers(municipality: Municipality) -> list[Any]:
    known = list(municipality_layers(municipality))
    if known:
        return known
    boundary = make.layer(owner=municipality.code, name="committees")
    plan = make.layer(owner=municipality.code, name="plan-a", kind="zoning")
    make.areas(of=make.edition(of=boundary))
    make.zone(of=make.edition(of=plan), code="2015")
    return [boundary, plan]


def municipality_layers(municipality: Municipality) -> Any:
    from layers.models import Layer

    return Layer.objects.filter(owner=municipality.code).order_by("name")


SPOTS: tuple[dict[str, Any], ...] = (
    {"at": (9.70512345, 59.02512344)},
    {"geom": GEOSGeometry("LINESTRING(9.701 59.021, 9.7049 59.0249)", srid=4326)},
    {
        "geom": GEOSGeometry(
            "POLYGON((9.701 59.021, 9.701 59.029, 9.709 59.029, 9.709 59.021, 9.701 59.021))", srid=4326
        )
    },
    {"geom": GEOSGeometry("MULTIPOINT(9.702 59.022, 9.703 59.023)", srid=4326)},
)
SPOTLESS: dict[str, Any] = {
    "geom": None, "theme": None, "placed_by": "words", "place_words": "ved brua, øst",
}  # fmt: skip


def filled(consultation: Consultation) -> None:
    """One of everything that a contribution may be."""
    letter = Submission.objects.create(
        consultation=consultation,
        received_at=make.NOON,
        sender="organisation",
        sender_role="Idrettslag",
        channel="letter",
    )
    contributions = [with_everything(consultation, letter, **SPOTS[0])]
    for number, spot in enumerate(SPOTS[1:], start=1):
        contributions.append(
            make.contribution(to=consultation, submission=letter, text=f"form {number}", **spot)
        )
    in_area_and_zone(contributions, of=consultation)
    without_spot(consultation)


def with_everything(consultation: Consultation, letter: Submission, **spot: Any) -> Contribution:
    return make.contribution(
        to=consultation,
        submission=letter,
        text='Linje én\nlinje "to" \\ 🙂',
        theme=consultation.themes.get(key="vei"),
        alternative=consultation.alternatives.get(),
        responses={"why": "Fordi", "scale": 2, "many": [1, "x"]},
        details={"light": "dark", "feeling": 0},
        radius_m=12.5,
        age_band="65+",
        accuracy_m=7.25,
        placed_by="gps",
        zoom_at_placing=16.5,
        language="nn",
        written_at=make.NOON - dt.timedelta(days=2, microseconds=123456),
        received_at=make.NOON + dt.timedelta(hours=2),
        changed_at=make.NOON + dt.timedelta(hours=3),
        arrival="grace",
        source_id="brev-1",
        **spot,
    )


def in_area_and_zone(contributions: list[Contribution], *, of: Consultation) -> None:
    area = of.boundary_layer.editions.get().areas.get(code="A")  # type: ignore[union-attr]
    zone = of.alternatives.get().layer.editions.get().zones.get()
    Hit.objects.bulk_create(
        [
            *(Hit(contribution=row, edition=area.edition, area=area) for row in contributions),
            *(Hit(contribution=row, edition=zone.edition, zone=zone) for row in contributions),
        ]
    )


def without_spot(consultation: Consultation) -> None:
    make.contribution(to=consultation, text="i ord", **SPOTLESS)
    make.contribution(to=consultation, text="uten dato", arrival="undated", **SPOTLESS)
    make.contribution(to=consultation, text="Ring 41234567", flags=["phone"], **SPOTLESS)
    for state in ("pending", "private", "rejected"):
        make.contribution(to=consultation, text=state, state=state, **SPOTLESS)
    observed = {"code": "lighting", "rating": 2, "light": "day"}
    make.contribution(to=consultation, text="Hull i veien", kind="observation", details=observed, **SPOTLESS)


def exported(consultation: Consultation, *, reader: Reader) -> dict[str, dict[str, Any]]:
    content = b"".join(export.geojson(consultation, reader=reader))
    return {feature["id"]: feature for feature in json.loads(content)["features"]}


def imported(tmp_path: Path, content: bytes, *, into: Consultation) -> tuple[str, dict[str, Any]]:
    file, report = tmp_path / "own.geojson", tmp_path / "report.json"
    file.write_bytes(content)
    output = io.StringIO()
    call_command(
        "import_contributions",
        str(file),
        consultation=into.slug,
        report=report,
        stdout=output,
        stderr=io.StringIO(),
    )
    return output.getvalue(), json.loads(report.read_text())


def differences(before: dict[str, dict[str, Any]], after: dict[str, dict[str, Any]]) -> set[str]:
    """The names of all that differs anywhere."""
    assert before.keys() == after.keys()
    names = set()
    for identifier, feature in before.items():
        other = after[identifier]
        names |= {name for name in ("geometry", "type") if feature[name] != other[name]}
        assert feature["properties"].keys() == other["properties"].keys()
        names |= {name for name, value in feature["properties"].items() if value != other["properties"][name]}
    return names


def emptied() -> None:
    """As in another installation: the ids and codes are free."""
    Hit.objects.all().delete()
    Contribution.objects.all().delete()
    Submission.objects.all().delete()


MOVED = (
    "Points lie in the middle of squares with sides of 100 m in this file: accuracy_m is 70.8 at least, "
    "and a day counts as its first moment."
)


@pytest.mark.parametrize("precision_m", [0, 100])
@pytest.mark.parametrize("is_official", [True, False])
def test_export_import_export_gives_the_same_value_by_value(
    tmp_path: Path, is_official: bool, precision_m: int
) -> None:
    municipality = make.municipality()
    first = fresh("first", municipality, public_precision_m=precision_m)
    filled(first)
    reader: Any = make.user(role="planner", of=municipality) if is_official else AnonymousUser()
    content = b"".join(export.geojson(first, reader=reader))
    before = exported(first, reader=reader)
    assert len(before) == (11 if is_official else 8)
    emptied()
    second = fresh("second", municipality, public_precision_m=precision_m)
    _output, report = imported(tmp_path, content, into=second)
    assert (report["refusals"], report["notes"]) == ([], [])
    assert report["file_notes"] == ([MOVED] if precision_m and not is_official else [])
    if not is_official:  # a file for everyone does not say that somebody has read it
        assert [row["reason"] for row in report["holds"]] == ["May hold a telephone number"]
        Contribution.objects.filter(state="pending").update(state="published", flags=[])
    after = exported(second, reader=reader)
    assert differences(before, after) == (LOST_BY_OFFICIALS if is_official else LOST_BY_EVERYONE)
    if is_official:
        assert came_together(before) == came_together(after)
    again, _report = imported(tmp_path, content, into=second)
    assert f"0 loaded, {len(before)} already there" in again
    assert exported(second, reader=reader) == after


def came_together(features: dict[str, dict[str, Any]]) -> set[str]:
    """The four of one letter, which have one number in common."""
    letter = {
        identifier: feature["properties"]["submission"]
        for identifier, feature in features.items()
        if feature["properties"]["sender_role"] == "Idrettslag"
    }
    assert (len(letter), len(set(letter.values()))) == (4, 1)
    return set(letter)


def test_what_is_still_here_under_its_id_gets_a_new_one_elsewhere_and_it_is_said(tmp_path: Path) -> None:
    municipality = make.municipality()
    first, second = fresh("first", municipality), fresh("second", municipality)
    make.contribution(to=first, text="her")
    content = b"".join(export.geojson(first, reader=AnonymousUser()))
    output, report = imported(tmp_path, content, into=second)
    assert report["loaded"] == 1
    assert "gets new ones" in output
    assert Contribution.objects.filter(text="her").count() == 2
    again, _report = imported(tmp_path, content, into=second)
    assert "0 loaded, 1 already there" in again


def test_what_was_erased_is_not_brought_back(tmp_path: Path) -> None:
    municipality = make.municipality()
    first = fresh("first", municipality)
    pin = make.contribution(to=first, text="hemmelig")
    content = b"".join(export.geojson(first, reader=AnonymousUser()))
    emptied()
    SpentId.objects.create(id=pin.pk)
    _output, report = imported(tmp_path, content, into=first)
    assert report["loaded"] == 0
    assert not Contribution.objects.exists()


def test_a_file_of_ours_with_something_doubtful_is_held_back(tmp_path: Path) -> None:
    municipality = make.municipality()
    first, second = fresh("first", municipality), fresh("second", municipality)
    make.contribution(to=first, text="her", at=(59.02, 9.70))
    planner = make.user(role="planner", of=municipality)
    content = b"".join(export.geojson(first, reader=planner))
    _output, report = imported(tmp_path, content, into=second)
    assert report["held_back"] == 1
    assert Contribution.objects.get(consultation=second).state == "pending"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"id": "x"}, "id"),
        ({"code": "AAAA"}, "code"),
        ({"state": "erased"}, "state"),
        ({"arrival": "soon"}, "arrival"),
        ({"received_at": "yesterday"}, "received_at"),
        ({"theme": "snow"}, "theme"),
        ({"details": []}, None),
        ({"details": {"light": "grey"}}, "light"),
        ({"responses": {"unknown": 1}}, "responses.unknown"),
        ({"concerns": '["phone"]'}, "concerns"),
    ],
)
def test_a_feature_that_was_changed_by_hand_is_refused_by_name(
    tmp_path: Path, change: dict[str, Any], reason: str | None
) -> None:
    municipality = make.municipality()
    first = fresh("first", municipality)
    make.contribution(to=first)
    collection = json.loads(
        b"".join(export.geojson(first, reader=make.user(role="planner", of=municipality)))
    )
    emptied()
    feature = collection["features"][0]
    feature["properties"] |= change
    if "id" in change:
        feature["id"] = change["id"]
        del feature["properties"]["id"]
    _output, report = imported(tmp_path, json.dumps(collection).encode(), into=first)
    reasons = [refusal["reason"].partition(":")[0] for refusal in report["refusals"]]
    assert reasons == ([reason] if reason else [])


def test_what_was_added_by_hand_or_lies_ahead_in_a_file_of_ours_is_said(tmp_path: Path) -> None:
    municipality = make.municipality()
    first = fresh("first", municipality)
    make.contribution(to=first)
    collection = json.loads(b"".join(export.geojson(first, reader=AnonymousUser())))
    emptied()
    day = "2199-01-01T12:00:00+01:00"
    collection["features"][0]["properties"] |= {"remark": "x", "written_at": day, "received_at": day}
    output, report = imported(tmp_path, json.dumps(collection).encode(), into=first)
    assert report["file_notes"] == ["Not taken over, as no file of ours has it: remark."]
    assert "2199-01-01 lies ahead: taken as received now." in output
    assert Contribution.objects.get().received_at <= timezone.now()
