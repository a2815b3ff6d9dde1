"""CSV, workbooks and GeoJSON say the same, and a file that cannot be read says what to do."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from mapdialog.contributions.doubts import is_spreadsheet_error
from mapdialog.contributions.models import Contribution
from mapdialog.dialogue.models import Consultation
from tests import factories as make
from tests.layers import workbooks
from tests.layers.workbooks import Raw

pytestmark = pytest.mark.django_db
MAP = "source_id=id,lon=x,lat=y,text=t,theme=tema,written_at=tid"
TABLE: list[list[object]] = [
    ["id", "x", "y", "t", "tema", "tid"],
    ["b1", "9.705", "59.025", "Mørkt", "lys", "1.5.2026 14.30"],
]


@pytest.fixture
def consultation() -> Consultation:
    return make.consultation()


def run(file: Path, consultation: Consultation, mapping: str = MAP, **options: Any) -> str:
    output = io.StringIO()
    arguments: dict[str, Any] = {"consultation": consultation.slug, **options}
    if mapping:
        arguments["map"] = [mapping]
    call_command("import_contributions", str(file), stdout=output, stderr=io.StringIO(), **arguments)
    return output.getvalue()


def stored() -> list[Any]:
    return [
        (
            row.source_id,
            row.text,
            row.theme and row.theme.key,
            row.geom and row.geom.coords,
            f"{row.written_at:%H:%M}",
        )
        for row in Contribution.objects.select_related("theme").order_by("source_id")
    ]


ROW = ("b1", "Mørkt", "lys", (9.705, 59.025), "12:30")


def test_csv_a_workbook_and_geojson_say_the_same(tmp_path: Path, consultation: Consultation) -> None:
    as_csv, workbook, geojson = tmp_path / "a.csv", tmp_path / "a.xlsx", tmp_path / "a.geojson"
    as_csv.write_text("\n".join(";".join(map(str, row)) for row in TABLE), encoding="utf-8")
    workbooks.xlsx(workbook, {"Ark": TABLE})
    values = dict(zip(TABLE[0], TABLE[1], strict=True))
    feature = {
        "type": "Feature",
        "properties": {name: values[name] for name in ("id", "t", "tema", "tid")},
        "geometry": {"type": "Point", "coordinates": [9.705, 59.025]},
    }
    geojson.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}), encoding="utf-8")
    without_spot = "source_id=id,text=t,theme=tema,written_at=tid"
    for file, mapping in ((as_csv, MAP), (workbook, MAP), (geojson, without_spot)):
        assert "1 rows read: 1 loaded" in run(file, consultation, mapping)
        assert stored() == [ROW], file.name
        Contribution.objects.all().delete()


def test_geojson_in_a_metric_system_that_it_names_is_brought_to_degrees(
    tmp_path: Path, consultation: Consultation
) -> None:
    file = tmp_path / "a.geojson"
    feature = {
        "type": "Feature",
        "properties": {"id": "b1", "t": "x"},
        "geometry": {"type": "Point", "coordinates": [540462.3, 6543240.7]},
    }
    system = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::25832"}}
    document = {"type": "FeatureCollection", "crs": system, "features": [feature]}
    file.write_text(json.dumps(document), encoding="utf-8")
    run(file, consultation, "source_id=id,text=t")
    geom = Contribution.objects.get().geom
    assert geom is not None
    assert geom.coords == pytest.approx((9.705, 59.025), abs=0.01)


def test_metres_in_geojson_without_a_system_are_refused_and_named(tmp_path: Path) -> None:
    consultation = make.consultation(municipality=make.municipality(code="NO-4012"))
    file = tmp_path / "a.geojson"
    feature = {
        "type": "Feature",
        "properties": {"id": "b1", "t": "x"},
        "geometry": {"type": "Point", "coordinates": [540462.3, 6543240.7]},
    }
    file.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}), encoding="utf-8")
    assert "EPSG:25832" in run(file, consultation, "source_id=id,text=t")
    assert not Contribution.objects.exists()


def test_lines_are_told_in_the_files_own_terms(tmp_path: Path, consultation: Consultation) -> None:
    workbook = tmp_path / "a.xlsx"
    workbooks.xlsx(workbook, {"Ark": [*TABLE, ["b2", "ni", "59", "x", "", ""]]})
    assert "row 3 (b2): lon: 'ni' is not a number." in run(workbook, consultation)


def test_a_number_that_nothing_can_have_is_refused_with_its_row_alone(
    tmp_path: Path, consultation: Consultation
) -> None:
    file = tmp_path / "a.csv"
    rows = ["1;x;9.7;59;1e300", "2;x;9.7;59;999999", "3;x;1e999;59;1", "4;x;9.7;59;1"]
    file.write_text("\n".join(["id;t;x;y;n", *rows]), encoding="utf-8")
    output = run(file, consultation, "source_id=id,text=t,lon=x,lat=y,day_offset=n")
    assert "line 2 (1): day_offset: '1e300' days from the opening cannot be." in output
    assert "line 3 (2): day_offset: '999999' days from the opening cannot be." in output
    assert "line 4 (3): lon: '1e999' is too large a number." in output
    assert Contribution.objects.get().source_id == "4"


@pytest.mark.parametrize(
    ("name", "content", "mapping", "message"),
    [
        ("a.csv", "a;b\n1;2\n", "", "Say with --map"),
        ("a.geojson", '{"type": "FeatureCollection", "features": [', "source_id=id", "JSON"),
        ("a.geojson", '{"type": "Point", "coordinates": [1, 2]}', "", "Say with --map"),
        ("a.geojson", '{"type": "Point", "coordinates": [1, 2]}', "source_id=id", "has no column id"),
        ("a.xlsx", b"PK\x03\x04nothing", "source_id=id", "a damaged workbook or zip"),
    ],
)
def test_a_file_that_cannot_be_read_is_one_clear_sentence(
    tmp_path: Path, consultation: Consultation, name: str, content: str | bytes, mapping: str, message: str
) -> None:
    file = tmp_path / name
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(CommandError, match=message):
        run(file, consultation, mapping)
    assert not Contribution.objects.exists()


def test_of_columns_of_one_name_the_first_is_read_and_that_is_said(
    tmp_path: Path, consultation: Consultation
) -> None:
    as_csv, workbook = tmp_path / "a.csv", tmp_path / "a.xlsx"
    table = [[*TABLE[0], "t"], [*TABLE[1], "Lyst"]]
    as_csv.write_text("\n".join(";".join(map(str, row)) for row in table), encoding="utf-8")
    workbooks.xlsx(workbook, {"Ark": table})
    for file in (as_csv, workbook):
        assert "note: The file has several columns called “t”: the first is used." in run(file, consultation)
        assert stored() == [ROW], file.name
        Contribution.objects.all().delete()


def test_sheets_that_are_not_read_are_named_but_where_one_was_asked_for(
    tmp_path: Path, consultation: Consultation
) -> None:
    workbook = workbooks.xlsx(tmp_path / "a.xlsx", {"Mai": TABLE, "Juni": TABLE})
    assert "note: Only the sheet “Mai” is read, not Juni. See --sheet." in run(workbook, consultation)
    assert "note:" not in run(workbook, consultation, sheet="Juni")


def test_what_is_guessed_of_geojson_is_said(tmp_path: Path, consultation: Consultation) -> None:
    file, report = tmp_path / "a.geojson", tmp_path / "report.json"
    point = {"type": "Point", "coordinates": [9.705, 59.025]}
    feature = {"type": "Feature", "properties": {"id": "b1", "t": "Mørkt", "x": 9.7}, "geometry": point}
    document = json.dumps({"type": "FeatureCollection", "features": [feature]}, ensure_ascii=False)
    file.write_text(document, encoding="cp1252")
    output = run(file, consultation, "source_id=id,text=t,lon=x", report=report)
    notes = json.loads(report.read_text(encoding="utf-8"))["file_notes"]
    assert notes == [
        "The file is not UTF-8 text, as GeoJSON must be: it was read as Windows-1252.",
        "Features lie where their geometry is: lon is used only without one.",
    ]
    assert all(f"note: {note}" in output for note in notes)


ERROR = Raw('<c r="{at}" t="e"><v>#REF!</v></c>')
UNKNOWN_ERROR = Raw('<c r="{at}" t="e"><f>A1#</f><v>#SPILL!</v></c>')


def test_a_cell_with_an_error_is_refused_by_name_and_never_read_as_empty(
    tmp_path: Path, consultation: Consultation
) -> None:
    rows: list[list[object]] = [
        *TABLE,
        ["b2", 9.705, 59.025, ERROR, "lys", "1.5.2026"],
        ["b3", 9.705, 59.025, UNKNOWN_ERROR, "lys", "1.5.2026"],
        [ERROR, 9.705, 59.025, "Lyst", "lys", "1.5.2026"],
    ]
    workbook = workbooks.xlsx(tmp_path / "a.xlsx", {"Ark": rows})
    output = run(workbook, consultation)
    assert "row 3 (b2): text: '#REF!' is an error of the spreadsheet." in output
    assert "row 4 (b3): text: '#SPILL!' is an error of the spreadsheet." in output
    assert "row 5 (#REF!): source_id: '#REF!' is an error of the spreadsheet." in output
    assert stored() == [ROW]


def test_an_error_in_an_open_document_is_refused_too(tmp_path: Path, consultation: Consultation) -> None:
    failed = (
        '<table:table-row><table:table-cell office:value-type="string"><text:p>b1</text:p></table:table-cell>'
        '<table:table-cell table:formula="of:=[.#REF!]" office:value-type="string" office:string-value="" '
        'xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0" '
        'calcext:value-type="error"><text:p>#REF!</text:p></table:table-cell></table:table-row>'
    )
    workbook = workbooks.ods(tmp_path / "a.ods", workbooks.ods_row("id", "t") + failed)
    assert "text: '#REF!' is an error of the spreadsheet." in run(
        workbook, consultation, "source_id=id,text=t"
    )


@pytest.mark.parametrize(
    "cell", ["#N/A", "#I/T", "#DIV/0!", "#VERDI!", "#NAVN?", "#VÄRDEFEL!", "#DIVISION/0!", "#####", "Err:502"]
)
def test_errors_as_spreadsheets_write_them_into_csv(cell: str) -> None:
    assert is_spreadsheet_error(cell)


@pytest.mark.parametrize("cell", ["", "#", "#1", "##", "#lys", "#REF! og mer", "# 12", "Nei!", "#LYS"])
def test_what_people_write_is_no_error_of_a_spreadsheet(cell: str) -> None:
    assert not is_spreadsheet_error(cell)
