"""What our own files hold less exactly than it was, or is invented, does not come back as exact and real."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.management import call_command

from mapdialog.contributions import export
from mapdialog.contributions.models import Contribution, Submission
from mapdialog.contributions.own_marks import MarkError, Marks
from mapdialog.dialogue.models import Consultation
from mapdialog.people.models import Municipality
from tests import factories as make
from tests.layers import workbooks

pytestmark = pytest.mark.django_db
MAP = "source_id=id,text=text,lon=x,lat=y"


@pytest.fixture
def municipality() -> Municipality:
    return make.municipality()


def own_file(municipality: Municipality, **values: Any) -> dict[str, Any]:
    """Everyone's file of one point in a consultation that is there no more."""
    consultation = make.consultation(slug="first", municipality=municipality, **values)
    make.contribution(to=consultation, text="her", at=(9.7051, 59.0251))
    content = b"".join(export.geojson(consultation, reader=AnonymousUser()))
    Contribution.objects.all().delete()
    Submission.objects.all().delete()
    return dict(json.loads(content))


def imported(file: Path, *, into: Consultation, mapping: str = "") -> dict[str, Any]:
    report = file.with_suffix(".report")
    options: dict[str, Any] = {"consultation": into.slug, "report": report, "stdout": io.StringIO()}
    call_command(
        "import_contributions",
        str(file),
        stderr=io.StringIO(),
        **options,
        **({"map": [mapping]} if mapping else {}),
    )
    return dict(json.loads(report.read_text(encoding="utf-8")))


def written(folder: Path, document: dict[str, Any], *, form: str) -> tuple[Path, str]:
    """The file as it leaves us, or as another program saves it: without members of its own, or as a table."""
    file = folder / f"own.{form.partition('-')[0]}"
    if form == "geojson":
        file.write_text(json.dumps(document), encoding="utf-8")
        return file, ""
    features = document["features"]
    if form == "geojson-saved-anew":
        file.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
        return file, ""
    cells = [feature["properties"] | {"id": feature["id"]} for feature in features]
    for row, feature in zip(cells, features, strict=True):
        row["x"], row["y"] = feature["geometry"]["coordinates"]
    table = [list(cells[0]), *([str(value) for value in row.values()] for row in cells)]
    if form == "xlsx":
        workbooks.xlsx(file, {"Ark": table})
    else:
        with file.open("w", encoding="utf-8", newline="") as lines:
            csv.writer(lines, delimiter=";").writerows(table)
    return file, MAP


FORMS = pytest.mark.parametrize("form", ["geojson", "geojson-saved-anew", "csv", "xlsx"])


@FORMS
def test_moved_points_come_back_no_more_exact_than_they_left(
    tmp_path: Path, municipality: Municipality, form: str
) -> None:
    document = own_file(municipality, public_precision_m=100)
    file, mapping = written(tmp_path, document, form=form)
    second = make.consultation(slug="second", municipality=municipality)
    report = imported(file, into=second, mapping=mapping)
    contribution = Contribution.objects.get()
    assert (contribution.state, contribution.flags) == ("pending", ["moved-spot"])
    assert contribution.accuracy_m == 70.8
    reason = "Lies in the middle of a square: the exact spot is not known"
    assert [row["reason"] for row in report["holds"]] == [reason]
    assert "squares with sides of 100 m" in report["file_notes"][0]


@pytest.mark.parametrize(("precision_m", "state"), [(50, "pending"), (100, "published"), (250, "published")])
def test_moved_points_are_published_only_where_they_are_shown_as_coarse_or_coarser(
    tmp_path: Path, municipality: Municipality, precision_m: int, state: str
) -> None:
    document = own_file(municipality, public_precision_m=100)
    file, _mapping = written(tmp_path, document, form="geojson")
    imported(file, into=make.consultation(municipality=municipality, public_precision_m=precision_m))
    contribution = Contribution.objects.get()
    assert (contribution.state, contribution.accuracy_m) == (state, 70.8)


@FORMS
def test_a_demo_stays_one_or_waits_and_says_so(tmp_path: Path, municipality: Municipality, form: str) -> None:
    document = own_file(municipality, is_demo=True)
    file, mapping = written(tmp_path, document, form=form)
    report = imported(file, into=make.consultation(slug="real", municipality=municipality), mapping=mapping)
    contribution = Contribution.objects.get()
    assert (contribution.state, contribution.flags) == ("pending", ["from-demo"])
    assert [row["reason"] for row in report["holds"]] == ["Comes from a demo"]
    assert report["file_notes"] == ["This file is of a demo."]
    Contribution.objects.all().delete()
    imported(
        file,
        into=make.consultation(slug="demo", municipality=municipality, is_demo=True),
        mapping=mapping,
    )
    assert Contribution.objects.get().state == "published"


def test_a_flag_of_it_comes_back_with_a_planners_file_as_it_was_decided(
    tmp_path: Path, municipality: Municipality
) -> None:
    second = make.consultation(slug="second", municipality=municipality)
    flags = ["moved-spot", "from-demo"]
    make.contribution(to=second, text="her", flags=flags, accuracy_m=70.8, at=(9.705, 59.025))
    planner = make.user(role="planner", of=municipality)
    content = b"".join(export.geojson(second, reader=planner))
    Contribution.objects.all().delete()
    file, _mapping = written(tmp_path, dict(json.loads(content)), form="geojson")
    report = imported(file, into=second)
    contribution = Contribution.objects.get()
    assert (contribution.state, contribution.flags, contribution.accuracy_m) == ("published", flags, 70.8)
    assert report["holds"] == []


def test_exact_and_real_files_bear_no_marks(municipality: Municipality) -> None:
    document = own_file(municipality)
    assert document["features"][0]["properties"].keys().isdisjoint({"public_precision_m", "demo"})


def test_a_page_of_the_api_is_not_taken_for_all_of_it(tmp_path: Path, municipality: Municipality) -> None:
    document = own_file(municipality) | {"numberMatched": 5, "numberReturned": 1}
    file, _mapping = written(tmp_path, document, form="geojson")
    report = imported(file, into=make.consultation(slug="second", municipality=municipality))
    assert report["file_notes"] == ["This is a page: 1 of 5 comments. The export has all of them."]


@pytest.mark.parametrize("form", ["geojson", "csv"])
def test_a_mark_that_cannot_be_read_refuses_the_row(
    tmp_path: Path, municipality: Municipality, form: str
) -> None:
    document = own_file(municipality)
    document["features"][0]["properties"]["public_precision_m"] = "100 m"
    file, mapping = written(tmp_path, document, form=form)
    report = imported(file, into=make.consultation(slug="second", municipality=municipality), mapping=mapping)
    assert report["refusals"][0]["reason"].startswith("public_precision_m: '100 m' is no size")


@pytest.mark.parametrize(
    ("values", "marks"),
    [
        ({}, Marks()),
        ({"public_precision_m": "", "demo": ""}, Marks()),
        ({"public_precision_m": 0, "demo": False}, Marks()),
        ({"public_precision_m": "100", "demo": "SANN"}, Marks(precision_m=100, is_demo=True)),
        ({"public_precision_m": "100,0", "demo": "0"}, Marks(precision_m=100)),
        ({"public_precision_m": 250, "demo": True}, Marks(precision_m=250, is_demo=True)),
    ],
)
def test_marks_as_programs_write_them(values: dict[str, Any], marks: Marks) -> None:
    assert Marks.of(values) == marks


@pytest.mark.parametrize("value", [-1, "x", [], float("nan"), 1e9, 10**400])
def test_a_grid_of_no_size_is_an_error(value: Any) -> None:
    with pytest.raises(MarkError):
        Marks.of({"public_precision_m": value})


def test_of_two_marks_the_coarser_counts() -> None:
    both = Marks(precision_m=100) | Marks(precision_m=50, is_demo=True)
    assert both == Marks(precision_m=100, is_demo=True)
