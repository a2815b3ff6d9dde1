"""What is no table is named as what it is, with what to save instead; what is one is never mistaken."""

import zipfile
from pathlib import Path

import pytest

from mapdialog.contributions import import_files
from mapdialog.contributions.import_files import ImportFileError
from mapdialog.contributions.other_files import refusal_of
from tests.layers import workbooks

COLUMNS = {"source_id": "id", "text": "t"}
TABLE = "save it as .xlsx or as CSV (UTF-8)"
WORDS = "one comment in each row"


def compound(stream: str) -> bytes:
    """The beginning of an old Office file: its header, and a directory with one stream."""
    header = bytearray(512)
    header[:8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
    header[30:32] = (9).to_bytes(2, "little")
    entry = f"{stream}\0".encode("utf-16-le").ljust(128, b"\0")
    return bytes(header) + "Root Entry\0".encode("utf-16-le").ljust(128, b"\0") + entry


def zipped(folder: Path, *names: str) -> bytes:
    file = folder / "made.zip"
    with zipfile.ZipFile(file, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return file.read_bytes()


HTML = b"<html><body><table><tr><td>id</td></tr></table></body></html>"
XML_2003 = b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"></Workbook>'
DBASE = b"\x03\x7e\x05\x04" + bytes(28) + b"ID".ljust(32, b"\0")


@pytest.mark.parametrize(
    ("content", "name", "advice"),
    [
        (compound("Workbook"), "an old Excel workbook (.xls)", TABLE),
        (compound("WordDocument"), "an old Word document (.doc)", WORDS),
        (compound("EncryptedPackage"), "with a password", "without one"),
        (compound("Other"), "an old Office file", TABLE),
        (b"%PDF-1.7\n1 0 obj\n", "a PDF document", WORDS),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n\0\0", "a PDF document", WORDS),
        (b"{\\rtf1\\ansi M\\'f8rkt}", "a text document (.rtf)", WORDS),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "a picture (PNG)", WORDS),
        (b"\xff\xd8\xff\xe0\0\x10JFIF\0", "a picture (JPEG)", WORDS),
        (b"BM\x36\0\0\0\0\0", "a picture (BMP)", WORDS),
        (b"\0\0\0\x18ftypheic", "a picture, film or sound", WORDS),
        (b"Rar!\x1a\x07\x01\0", "packed as RAR", "Unpack it"),
        (b"7z\xbc\xaf\x27\x1c\0\x04", "packed as 7-Zip", "Unpack it"),
        (b"PK\x03\x04nothing", "a damaged workbook or zip", "Save it again as .xlsx or as CSV (UTF-8)"),
        (HTML, "a web page", TABLE),
        (XML_2003, "an XML workbook of Excel 2003", TABLE),
        ("id;t\n1;Mørkt\n".encode("utf-16"), "text in UTF-16", "Save it as CSV in UTF-8"),
        ("id;t\n1;Mørkt\n".encode("utf-16-le"), "text in UTF-16-LE", "Save it as CSV in UTF-8"),
        (DBASE, "a table of dBase (.dbf)", TABLE),
        (b"SQLite format 3\0" + bytes(100), "a GeoPackage", "as GeoJSON"),
        (b'<kml xmlns="http://www.opengis.net/kml/2.2"></kml>', "KML", "as GeoJSON"),
        (b"PAR1\x15\x04\x15\0", "GeoParquet", TABLE),
        (b"\x01\x02\x03\x04\x05", "neither text nor a workbook", TABLE),
    ],
)  # fmt: skip
def test_what_is_no_table_is_named_with_what_to_do_instead(
    tmp_path: Path, content: bytes, name: str, advice: str
) -> None:
    file = tmp_path / "innspill.csv"
    file.write_bytes(content)
    with pytest.raises(ImportFileError) as refusal:
        list(import_files.of_path(file, columns=COLUMNS).rows)
    assert name in str(refusal.value)
    assert advice in str(refusal.value)
    assert "csv" in str(refusal.value).casefold()


@pytest.mark.parametrize(
    ("names", "name", "advice"),
    [
        (["[Content_Types].xml", "word/document.xml"], "a Word document (.docx)", WORDS),
        (["ppt/presentation.xml"], "a presentation (.pptx)", WORDS),
        (["mimetype", "content.xml"], "an OpenDocument text", WORDS),
        (["xl/workbook.bin"], "a binary Excel workbook (.xlsb)", TABLE),
        (["Index/Document.iwa"], "a file of Numbers", TABLE),
        (["plan.shp", "plan.dbf"], "a zip with a map layer", "as GeoJSON"),
        (["innspill.csv"], "a zip", "Unpack it"),
        ([], "a zip", "Unpack it"),
    ],
)
def test_what_is_in_a_zip_says_what_it_is(tmp_path: Path, names: list[str], name: str, advice: str) -> None:
    file = tmp_path / "innspill.xlsx"
    file.write_bytes(zipped(tmp_path, *names))
    assert name in refusal_of(file)
    assert advice in refusal_of(file)


@pytest.mark.parametrize(
    "text",
    [
        "id;t\n1;Mørkt\n",
        "\ufeffid;t\n1;a\n",
        "BMI;t\n",
        "MM*;t\n",
        "RIFF;t\n",
        "PK;t\n",
        "ID3;t\n",
        "id;t\n1;<b>\x1a",
        "id;t\n1;a\x0cb\n",
        "{}",
        "",
    ],
)
def test_text_is_taken_for_nothing_else(tmp_path: Path, text: str) -> None:
    file = tmp_path / "innspill.csv"
    file.write_text(text, encoding="utf-8")
    assert refusal_of(file) == ""


def test_a_table_of_windows_is_still_asked_to_be_utf8(tmp_path: Path) -> None:
    file = tmp_path / "innspill.csv"
    file.write_bytes("BMærke;t\n1;Mørkt\n".encode("cp1252"))
    with pytest.raises(ImportFileError, match="not UTF-8"):
        list(import_files.of_path(file, columns=COLUMNS).rows)


def test_a_workbook_is_read(tmp_path: Path) -> None:
    file = workbooks.xlsx(tmp_path / "innspill.xls", {"Ark": [["id", "t"], ["1", "Mørkt"]]})
    rows = list(import_files.of_path(file, columns=COLUMNS).rows)
    assert [dict(row.values) for row in rows] == [{"source_id": "1", "text": "Mørkt"}]
