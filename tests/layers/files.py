"""Files to import, made on the spot: honest ones and hostile ones."""

import json
import sqlite3
import warnings
import zipfile
from pathlib import Path
from typing import Any

import geopandas
import pyogrio
import shapely

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"
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
    raw = folder / "raw"
    raw.mkdir()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pyogrio.write_dataframe(frame(srid=srid), raw / "krets.shp", driver="ESRI Shapefile")
    path = folder / "file.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for part in sorted(raw.iterdir()):
            archive.write(part, inside + part.name)
    return path
