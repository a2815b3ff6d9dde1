"""Tables without shapes: statistics offices' layouts, encodings, workbooks, and files made to harm."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest

from layers.readers import figures, json_rows, spreadsheet
from layers.readers.closed import limits
from layers.readers.figures import read_table
from layers.readers.read_file import ReadError
from tests.layers.workbooks import DATE, FORMULA, Raw, ods, ods_row, xlsx

FIXTURES = Path(__file__).resolve().parents[3] / "fixtures"
TABLE = "region;alder;år;Personer\n40120101 Herre;0-4 år;2025;47\n40120101 Herre;5-9 år;2025;50\n"


@pytest.fixture
def written(tmp_path):
    def write(content: str | bytes, name: str = "table.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write


@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
def test_the_delimiter_is_found(written, delimiter):
    figures = read_table(written(TABLE.replace(";", delimiter)))
    assert figures.columns == ["region", "alder", "år", "Personer"]
    assert figures.rows[1] == {"region": "40120101 Herre", "alder": "5-9 år", "år": "2025", "Personer": "50"}


def test_decimal_commas_are_not_taken_for_delimiters(written):
    figures = read_table(written("kode;andel;snitt\na;1,5;2,5\nb;3,5;4,5\nc;5,5;6,5\n"))
    assert figures.rows[2] == {"kode": "c", "andel": "5,5", "snitt": "6,5"}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_letters_survive_every_encoding(written, encoding):
    figures = read_table(written(TABLE.encode(encoding)))
    assert "år" in figures.columns
    assert figures.notes == []
    assert ["Windows-1252, because it is not UTF-8" in text for text in figures.warnings] == (
        [True] if encoding == "cp1252" else []
    )


def test_letters_put_together_of_two_become_one(written):
    assert read_table(written("a\u030ar;n\n2025;1\n")).columns == ["år", "n"]


def test_a_title_above_and_footnotes_below_go_to_the_notes(written):
    text = (
        '"04317: Grunnkretser, etter region og år"\n\n'
        + TABLE
        + "\n. = Ikke mulig å oppgi tall\nKilde: SSB\n"
    )
    figures = read_table(written(text))
    assert figures.columns == ["region", "alder", "år", "Personer"]
    assert len(figures.rows) == 2
    assert figures.notes == [
        "04317: Grunnkretser, etter region og år", ". = Ikke mulig å oppgi tall", "Kilde: SSB",
    ]  # fmt: skip


def test_header_over_two_lines_and_names_where_they_change(tmp_path):
    path = xlsx(
        tmp_path / "ssb.xlsx",
        {
            "Personer": [
                ["Grunnkretsenes befolkning"],
                [],
                [None, None, "Personer", None],
                [None, None, "2024", "2025"],
                ["40120101 Herre", "0-4 år", 45, 47],
                [None, "5-9 år", 49, 50],
                ["40120501 Rørholt", "0-4 år", 0, 0],
                [],
                ["Kilde: Statistisk sentralbyrå"],
            ]
        },
    )
    figures = read_table(path)
    assert figures.columns == ["column 1", "column 2", "Personer 2024", "Personer 2025"]
    assert [row["column 1"] for row in figures.rows] == [
        "40120101 Herre",
        "40120101 Herre",
        "40120501 Rørholt",
    ]
    assert figures.rows[1]["Personer 2025"] == "50"
    assert figures.notes == ["Grunnkretsenes befolkning", "Kilde: Statistisk sentralbyrå"]


def test_a_workbook_gives_stored_values_dates_and_its_sheets(tmp_path):
    sheets = {
        "Tom": [],
        "Tall": [["kode", "dag", "sum"], [301.0, DATE, FORMULA]],
        "Andre": [["a", "b"], [1, 2]],
    }
    path = xlsx(tmp_path / "t.xlsx", sheets)
    figures = read_table(path)
    assert (figures.sheet, figures.sheets) == ("Tall", ["Tom", "Tall", "Andre"])
    assert figures.rows == [{"kode": "301", "dag": "2025-01-01", "sum": "42"}]
    assert read_table(path, sheet="Andre").rows == [{"a": "1", "b": "2"}]
    with pytest.raises(ReadError, match="Ingen"):
        read_table(path, sheet="Ingen")


def test_an_opendocument_sheet_is_read(tmp_path):
    path = ods(tmp_path / "t.ods", ods_row("kode", "år") + ods_row("Å1", "2025"))
    figures = read_table(path)
    assert (figures.sheet, figures.rows) == ("Ark", [{"kode": "Å1", "år": "2025"}])


def test_objects_in_json_are_flattened(written):
    rows = [
        {
            "grunnkretsId": "40120501",
            "totalBefolkning": 76,
            "befolkningAldersgrupper": {"0-4": 0, "90+": None},
        }
    ]
    figures = read_table(written(json.dumps(rows), "p.json"))
    assert figures.rows == [
        {
            "grunnkretsId": "40120501",
            "totalBefolkning": "76",
            "befolkningAldersgrupper.0-4": "0",
            "befolkningAldersgrupper.90+": "",
        }
    ]


def test_the_fields_of_a_geometry_file_are_a_table():
    figures = read_table(FIXTURES / "dc" / "census_tracts_2000.geojson")
    assert figures.columns == ["tract", "population", "age_0_17", "age_18_plus"]
    assert len(figures.rows) == 188


def test_columns_of_the_same_name_are_numbered(written):
    assert read_table(written("kode;n;n;\na;1;2;3\n")).columns == ["kode", "n", "n (2)", "column 4"]


def workbook_bomb(path: Path) -> Path:
    return xlsx(path, {"A": [["a", "b"], [1, 2]]}, also={"xl/media/bomb.bin": b"\0" * 300_000_000})


def far_corners(path: Path) -> Path:
    """Two cells, and between them seventeen thousand million empty ones."""
    return xlsx(path, {"A": [["a", Raw('<c r="XFD1048576"><v>1</v></c>')]]})


def repeated(path: Path) -> Path:
    """One row, a thousand million times."""
    return ods(path, ods_row("kode", "n") + ods_row("A", "1", repeated=10**9))


def entities(path: Path) -> Path:
    """A workbook whose texts refer to a file on this machine."""
    xlsx(path, {"A": [["a", "b"], [1, 2]]})
    evil = b'<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]><sst><si><t>&f;</t></si></sst>'
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("xl/sharedStrings.xml", evil)
    return path


@pytest.mark.parametrize("make", [workbook_bomb, far_corners, repeated])
def test_workbooks_made_to_harm_are_refused(tmp_path, make):
    with pytest.raises(ReadError):
        read_table(make(tmp_path / "harm.xlsx"))


def test_a_workbook_that_unpacks_to_too_much_is_refused_unread(tmp_path, monkeypatch):
    path = xlsx(tmp_path / "t.xlsx", {"A": [["a", "b"], [1, 2]]})
    monkeypatch.setattr(spreadsheet, "MAX_WORKBOOK_UNPACKED_BYTES", 100)
    with pytest.raises(ReadError, match="unpacks"):
        read_table(path)


def test_nothing_outside_the_workbook_is_read(tmp_path):
    try:
        figures = read_table(entities(tmp_path / "evil.xlsx"))
    except ReadError:
        return
    assert "root:" not in json.dumps(figures.rows)


def test_a_damaged_workbook_is_refused(tmp_path):
    path = xlsx(tmp_path / "t.xlsx", {"A": [["a", "b"], [1, 2]]})
    path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(ReadError):
        read_table(path)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n\n\n",
        b"a;b\x00;c\n1;2;3\n",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600,
        b"%PDF-1.7\n%\x81\x8d\x8f\n",
        b"kode;" * 3_000 + b"\n1;2\n",
        b'a;b\n"' + b"x" * 200_000 + b'";1\n',
        b"a;b\n" + b"x" * 40_000 + b";1\n",
        b"[" * 100_000,
        b'[{"a": 1e999}, {"a": NaN}]',
        b'[{"a": ' + b"9" * 5_000 + b"}]",
        b'{"a": 1}',
        b"[1, 2, 3]",
    ],
    ids=[
        "empty",
        "blank",
        "nul",
        "xls",
        "pdf",
        "wide",
        "field",
        "cell",
        "deep",
        "nan",
        "digits",
        "object",
        "numbers",
    ],
)
def test_what_is_no_table_is_refused(written, content):
    with pytest.raises(ReadError):
        read_table(written(content))


@pytest.mark.parametrize("row", [";" * 200, '"\n";' * 100], ids=["a long line", "many lines"])
def test_a_row_is_not_collected_beyond_its_size(written, monkeypatch, row):
    monkeypatch.setattr(figures, "MAX_ROW_TEXT", 100)
    monkeypatch.setattr(limits, "MAX_SHEET_COLUMNS", 10_000)
    with pytest.raises(ReadError, match="more than"):
        read_table(written(f"a;b\n{row}\n"))


def test_objects_are_counted_before_they_are_made(written, monkeypatch):
    monkeypatch.setattr(json_rows, "MAX_OBJECTS", 2)
    with pytest.raises(ReadError, match="objects"):
        read_table(written('[{"a": 1}, {"a": 2}, {"a": 3}]'))


def test_too_many_rows_are_refused(written, monkeypatch):
    monkeypatch.setattr(limits, "MAX_SHEET_ROWS", 3)
    with pytest.raises(ReadError, match="rows"):
        read_table(written("a;b\n" + "1;2\n" * 10))


def test_a_file_too_large_is_refused_before_it_is_read(written, monkeypatch):
    monkeypatch.setattr(figures, "MAX_FILE_BYTES", 10)
    with pytest.raises(ReadError, match="larger"):
        read_table(written(TABLE))
