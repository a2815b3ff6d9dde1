"""Files to import, made on the spot: honest ones and hostile ones."""

import json
import sqlite3
import warnings
import zipfile
from pathlib import Path
from typing import Any

import geopandas
import pandas
import pyogrio
import shapely

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"
DATA = Path(__file__).parent / "data"
BOX = shapely.box(9.70, 59.02, 9.71, 59.03)
NEXT_BOX = shapely.box(9.71, 59.02, 9.72, 59.03)


def feature(shape: Any, **properties: Any) -> dict[str, Any]:
    geometry = shape if shape is None or isinstance(shape, dict) else json.loads(shapely.to_geojson(shape))
    return {"type": "Feature", "geometry": geometry, "properties": properties}


def collection(*features: dict[str, Any], **members: Any) -> dict[str, Any]:
    return {"type": "FeatureCollection", "features": list(features), **members}


def geojson(folder: Path, document: Any, *, name: str = "file.geojson") -> Path:
    path = folder / name
    path.write_text(document if isinstance(document, str) else json.dumps(document), encoding="utf-8")
    return path


def frame(*, srid: int = 4326) -> geopandas.GeoDataFrame:
    rows = {"kode": [301, 302], "navn": ["Øst", "Vest"]}
    return geopandas.GeoDataFrame(rows, geometry=[BOX, NEXT_BOX], crs=4326).to_crs(srid)


def geopackage(folder: Path, *, srid: int = 4326, layer: str = "kretser", name: str = "file.gpkg") -> Path:
    pyogrio.write_dataframe(frame(srid=srid), folder / name, layer=layer, driver="GPKG")
    return folder / name


def run_sql(path: Path, script: str) -> Path:
    """Spoil a GeoPackage."""
    with sqlite3.connect(path) as database:
        database.executescript(script)
    database.close()
    return path


def shapefile(folder: Path, *, srid: int = 25832, inside: str = "mappe/") -> Path:
    raw = shapefile_parts(folder, frame(srid=srid))
    return zipped(folder / "file.zip", {inside + part.name: part for part in sorted(raw.iterdir())})


def shapefile_parts(folder: Path, rows: geopandas.GeoDataFrame, *, encoding: str = "UTF-8") -> Path:
    """A folder with krets.shp and what belongs to it."""
    raw = folder / "raw"
    raw.mkdir()
    written(rows, raw / "krets.shp", driver="ESRI Shapefile", encoding=encoding)
    return raw


def written(rows: Any, path: Path, *, driver: str, **options: Any) -> Path:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about what the format cannot hold
        pyogrio.write_dataframe(rows, path, driver=driver, **options)
    return path


def file_geodatabase(folder: Path, *, srid: int = 25832, inside: str = "mappe/plan.gdb/") -> Path:
    """Zipped, with the tables kretser (areas), punkter (points) and liste (no shapes)."""
    raw = folder / "raw.gdb"
    rows = frame(srid=srid)
    written(rows, raw, driver="OpenFileGDB", layer="kretser")
    written(rows.assign(geometry=rows.centroid), raw, driver="OpenFileGDB", layer="punkter_ø", append=True)
    written(pandas.DataFrame({"a": [1]}), raw, driver="OpenFileGDB", layer="liste", append=True)
    return zipped(folder / "plan.gdb.zip", {inside + part.name: part for part in sorted(raw.iterdir())})


def zipped(path: Path, members: dict[str, Path | bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content if isinstance(content, bytes) else content.read_bytes())
    return path


KML_SQUARE = (
    "<Polygon><outerBoundaryIs><LinearRing><coordinates>9.7,59.02,0 9.71,59.02,0 9.71,59.03,0 9.7,59.03,0 "
    "9.7,59.02,0</coordinates></LinearRing></outerBoundaryIs></Polygon>"
)


def kml(
    folder: Path, body: str, *, encoding: str = "utf-8", name: str = "kretser.kml", head: str = ""
) -> Path:
    path = folder / name
    text = (
        f'<?xml version="1.0" encoding="{encoding}"?>{head}<kml xmlns="http://www.opengis.net/kml/2.2">'
        f"<Document><name>Ås</name>{body}</Document></kml>"
    )
    path.write_bytes(text.encode(encoding))
    return path
