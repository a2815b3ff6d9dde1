"""The commands that load a layer and lead it through its life: all that the pages offer."""

import csv
import json
import re
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from layers.models import Area, Edition, Layer, LayerEvent, Zone
from tests.layers import files
from tests.layers.importing.recognition.test_source_layers import PLAN, plan_file

pytestmark = pytest.mark.django_db


def run(name: str, *arguments: object) -> str:
    out = StringIO()
    call_command(name, *map(str, arguments), stdout=out, stderr=StringIO())
    return out.getvalue()


def districts(folder: Path, *fields: dict[str, object], name: str = "file.geojson") -> Path:
    shapes = (files.BOX, files.NEXT_BOX)
    rows = [files.feature(shape, **row) for shape, row in zip(shapes, fields, strict=False)]
    return files.geojson(folder, files.collection(*rows), name=name)


def loaded(folder: Path, *options: object, name: str = "file.geojson", code: str = "A") -> str:
    path = districts(folder, {"code": code, "name": "Øst"}, {"code": "B", "name": "Vest"}, name=name)
    return run("import_layer", path, "--kind", "boundary", "--name", "d", "--owner", "NO-4012", *options)


def test_a_plan_is_loaded_whole_with_its_special_consideration_zones(tmp_path: Path) -> None:
    path = plan_file(tmp_path, PLAN)
    out = run("import_layer", path, "--kind", "zoning", "--name", "plan", "--owner", "NO-4012")
    assert "rpomrade (1)" in out
    zones = Zone.objects.order_by("code").values_list("code", "field", "vertical_level")
    assert list(zones) == [("1110", "B1", 2), ("H320", "H320_1", 2)]
    layer = Layer.objects.get()
    assert (layer.style, layer.titles["nb"]) == ("no_reguleringsplan", "Reguleringsplan")


def test_layers_columns_and_source_can_be_named(tmp_path: Path) -> None:
    plan = {
        "a": [{"formaal": 1110, "merke": "B1"}],
        "b": [{"formaal": "2010 - Veg", "merke": "V1"}],
        "c": [{"x": 1}],
    }
    path = plan_file(tmp_path, plan)
    output = ["--layer", "a", "--layer", "b", "--field", "code=formaal", "--field", "field=merke"]
    base = ["--kind", "zoning", "--name", "plan", "--owner", "NO-4012"]
    run("import_layer", path, *base, *output, "--source", "no-reguleringsplan")
    assert set(Zone.objects.values_list("code", "field")) == {("1110", "B1"), ("2010", "V1")}
    report = Edition.objects.get().report
    assert report["source"] == "no-reguleringsplan"
    assert report["options"]["roles"] == {"code": "formaal", "field": "merke"}
    assert "nothing changed" in run("import_layer", path, *base, *output, "--source", "no-reguleringsplan")


def test_a_list_says_what_is_in_the_file_and_writes_nothing(tmp_path: Path) -> None:
    path = plan_file(tmp_path, PLAN)
    bare = run("import_layer", path, "--list")
    assert "rparealformalomrade: 1 rows, Polygon, EPSG:25832" in bare
    out = run("import_layer", path, "--list", "--kind", "zoning", "--owner", "NO-4012")
    assert "read: rparealformalomrade, rpfaresone" in out
    assert "data set: no-reguleringsplan" in out
    assert "code: arealformal" in out
    assert "feltnavn: filled in 50%, such as B1" in out
    assert not Layer.objects.exists()


def test_a_rehearsal_reports_and_writes_nothing(tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    out = loaded(tmp_path, "--dry-run", "--report", report)
    assert "read 2, loaded 2" in out
    assert "nothing was written" in out
    assert json.loads(report.read_text(encoding="utf-8"))["loaded"] == 2
    assert not Layer.objects.exists()
    assert not Edition.objects.exists()


def test_the_report_comes_as_a_table_too(tmp_path: Path) -> None:
    path = districts(tmp_path, {"id": "=1", "name": "Øst"}, {"id": "B", "name": "Vest"})
    report = tmp_path / "report.csv"
    base = ["--kind", "boundary", "--name", "d", "--owner", "NO-4012"]
    run("import_layer", path, *base, "--report", report)
    with report.open(encoding="utf-8-sig", newline="") as file:
        header, *rows = csv.reader(file, delimiter=";")
    assert header[0] == "kind"
    assert "codes_from" in {row[0] for row in rows}
    # The same file again writes the report that is kept.
    report.unlink()
    assert "nothing changed" in run("import_layer", path, *base, "--report", report)
    assert report.exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--kind", "boundary"], "--name, --owner"),
        (["--field", "code"], "ROLE=NAME"),
        (["--field", "kode=x"], "no role"),
        (["--source", "xx"], "No data set"),
        (["--report", "x.pdf"], "ends in"),
        (["--list", "--dry-run"], "not allowed"),
    ],
)
def test_what_cannot_be_done_is_said(tmp_path: Path, arguments: list[str], message: str) -> None:
    base = [] if arguments[0] == "--kind" else ["--kind", "boundary", "--name", "d", "--owner", "NO-4012"]
    path = districts(tmp_path, {"code": "A", "x": 1})
    with pytest.raises(CommandError, match=message):
        run("import_layer", path, *base, *arguments)


def test_who_types_commands_reads_which_option_helps(tmp_path: Path) -> None:
    loaded(tmp_path)
    with pytest.raises(CommandError, match=r"exists already\. See --replace\.$"):
        loaded(tmp_path, name="other.geojson", code="C")
    with pytest.raises(CommandError, match=r"It has: code, name\. See --field name\.$"):
        loaded(tmp_path, "--name-field", "nowhere", "--replace", code="D")
    bare = files.geojson(tmp_path, {**files.collection(), "crs": 7}, name="crs.geojson")
    with pytest.raises(CommandError, match=r"crs member is not understood\. See --crs\.$"):
        run("import_layer", bare, "--list")


def test_progress_tells_rows_and_seconds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("layers.management.commands.import_layer._PROGRESS_FROM_ROWS", 1)
    path = districts(tmp_path, {"code": "A", "name": "Øst"}, {"code": "B", "name": "Vest"})
    output = StringIO()
    arguments = [str(path), "--kind", "boundary", "--name", "d", "--owner", "NO-4012"]
    call_command("import_layer", *arguments, stdout=StringIO(), stderr=output)
    assert re.search(r"^writing: 2 of 2 rows, \d+ s$", output.getvalue(), re.MULTILINE)


# An edition's life ----------------------------------------------------------------------------------


def test_editions_are_listed_and_asked_for_by_day(tmp_path: Path) -> None:
    loaded(tmp_path)
    loaded(tmp_path, "--replace", "--valid-from", "2024-01-01", "--by", "kari", name="new.geojson", code="C")
    listed = run("layer_versions", "NO-4012", "d").splitlines()
    assert [line.split(":")[0] for line in listed] == ["NO-4012 d v2", "NO-4012 d v1"]
    assert "2024-01-01 –" in listed[0]
    assert "by kari" in listed[0]
    assert "ever since – 2024-01-01" in listed[1]
    before = run("layer_versions", "NO-4012", "d", "--on", "2023-12-31")
    assert "v1" in before
    assert "  A  Øst" in before
    assert "C" not in before.replace("NO-4012", "")
    assert "  C  Øst" in run("layer_versions", "NO-4012", "d", "--on", "2024-01-01")
    with pytest.raises(CommandError, match="in force"):
        run("layer_versions", "NO-4012", "d", "--on", "1850-01-01")


def test_each_step_has_one_that_undoes_it_and_is_logged(tmp_path: Path) -> None:
    loaded(tmp_path)
    loaded(tmp_path, "--replace", name="new.geojson", code="C")
    newest = Edition.objects.get(number=2)
    for command, state, published in (
        ("unpublish_layer", "standing", False),
        ("publish_layer", "standing", True),
        ("roll_back_layer", "withdrawn", True),
        ("put_back_layer", "standing", True),
    ):
        assert "v2" in run(command, "NO-4012", "d", "--by", "kari")
        newest.refresh_from_db()
        assert (newest.state, newest.published) == (state, published)
    events = LayerEvent.objects.filter(by="kari").order_by("id").values_list("what", flat=True)
    assert {"unpublished", "published", "withdrawn", "put back"} <= set(events)
    run("unpublish_layer", "NO-4012", "d", "--number", "1")
    assert not Edition.objects.get(number=1).published


def test_a_step_that_cannot_be_taken_is_refused(tmp_path: Path) -> None:
    loaded(tmp_path)
    loaded(tmp_path, "--replace", name="new.geojson", code="C")
    for arguments, message in (
        (["roll_back_layer", "NO-4012", "d", "--number", "1"], "newest"),
        (["put_back_layer", "NO-4012", "d"], "no such edition"),
        (["publish_layer", "NO-4012", "e"], "It has: d"),
        (["publish_layer", "NO-4012", "d", "--number", "9"], "no such edition"),
    ):
        with pytest.raises(CommandError, match=message):
            run(*arguments)
    assert Area.objects.count() == 4
