"""KML: what GDAL would make a point at 0, 0 of is refused; of two columns of one name none is lost."""

from pathlib import Path

import pytest

from layers.readers import read_file
from layers.readers.read_file import ReadError
from tests.layers import files

GOOD = "<Placemark><name>god</name><Point><coordinates>9.70,59.02</coordinates></Point></Placemark>"


def placemark(body: str) -> str:
    return f"<Placemark><name>feil</name>{body}</Placemark>"


def point(coordinates: str) -> str:
    return f"<Point><coordinates>{coordinates}</coordinates></Point>"


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (point(""), "no coordinates"),
        (point(" \n "), "no coordinates"),
        ("<Point/>", "no coordinates"),
        ("<MultiGeometry><LineString></LineString></MultiGeometry>", "no coordinates"),
        (point("NaN,NaN"), "not a number"),
        (
            "<LineString><coordinates>9.70,59.02 x,y 9.71,59.03</coordinates></LineString>",
            "not a number",
        ),
        (point("9,70 59,02"), "longitude,latitude"),
        (point("9,70,59,02"), "longitude,latitude"),
        (point("9.70"), "longitude,latitude"),
        (point("9.70,,59.02"), "longitude,latitude"),
        (point("9.70.1,59.02"), "longitude,latitude"),
    ],
)
def test_coordinates_that_are_none_are_refused_with_their_placemark(
    tmp_path: Path, body: str, why: str
) -> None:
    path = files.kml(tmp_path, GOOD + placemark(body))
    with pytest.raises(ReadError, match=rf"Placemark 2, “feil”: .*{why}"):
        read_file.rows(path)


@pytest.mark.parametrize(
    "coordinates", ["9.70,59.02", " 9.70,59.02,0 ", "9.70, 59.02", "9.70,59.02,", "+9.7e0,59.02"]
)
def test_coordinates_that_leave_no_doubt_are_read(tmp_path: Path, coordinates: str) -> None:
    (shape,) = read_file.rows(files.kml(tmp_path, placemark(point(coordinates)))).geometries
    assert (shape.x, shape.y) == (9.7, 59.02)


def data(*pairs: tuple[str, str]) -> str:
    fields = (f'<Data name="{name}"><value>{value}</value></Data>' for name, value in pairs)
    return f"<ExtendedData>{''.join(fields)}</ExtendedData>{point('9.70,59.02')}"


def test_of_two_columns_of_one_name_the_first_is_used_and_that_is_said(tmp_path: Path) -> None:
    path = files.kml(tmp_path, placemark(data(("grend", "Herre"), ("Grend", "Langesund"))) + GOOD)
    rows = read_file.rows(path)
    assert rows.properties[0]["grend"] == "Herre"
    assert rows.warnings == ["The file has several columns called “Grend”: the first is used."]


def test_a_placemarks_own_name_comes_before_a_column_called_so(tmp_path: Path) -> None:
    rows = read_file.rows(files.kml(tmp_path, placemark(data(("Name", "annet")))))
    assert rows.properties[0]["Name"] == "feil"
    assert len(rows.warnings) == 1


def test_the_same_column_in_each_placemark_is_one_column(tmp_path: Path) -> None:
    rows = read_file.rows(
        files.kml(tmp_path, placemark(data(("grend", "A"))) + placemark(data(("grend", "B"))))
    )
    assert [row["grend"] for row in rows.properties] == ["A", "B"]
    assert rows.warnings == []
