"""Small GML files: one feature each, with the shape that a test is about."""

from pathlib import Path

EPSG_25832 = "http://www.opengis.net/def/crs/EPSG/0/25832"
SQUARE = "500000 6540000 500100 6540000 500100 6540100 500000 6540100 500000 6540000"


def polygon(positions: str = SQUARE, *, attributes: str = "") -> str:
    ring = f"<gml:LinearRing><gml:posList>{positions}</gml:posList></gml:LinearRing>"
    return f'<gml:Polygon gml:id="p" SRS {attributes}><gml:exterior>{ring}</gml:exterior></gml:Polygon>'


def feature(
    shape: str, *, fields: str = "<app:navn>Øst</app:navn>", name: str = "Rp", number: int = 1
) -> str:
    own = f"<app:{name} gml:id='a{number}'>{fields}<app:område>{shape}</app:område></app:{name}>"
    return f"<gml:featureMember>{own}</gml:featureMember>"


def document(*features: str, system: str = EPSG_25832, head: str = "", encoding: str = "UTF-8") -> str:
    spaces = (
        'xmlns:gml="http://www.opengis.net/gml/3.2" xmlns:app="http://example.org/app" '
        'xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
    )
    members = "".join(features).replace("SRS", f'srsName="{system}"' if system else "")
    return (
        f'<?xml version="1.0" encoding="{encoding}"?>{head}'
        f'<gml:FeatureCollection gml:id="c" {spaces}>{members}</gml:FeatureCollection>'
    )


def write(folder: Path, text: str, *, encoding: str = "utf-8", name: str = "plan.gml") -> Path:
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path
