"""The drivers of GDAL: the one that each format needs, and all the others, which are switched off."""

from __future__ import annotations

# GeoJSON is read without GDAL (`geojson.py`): there it gets no driver at all.
DRIVERS = {
    "GeoPackage": "GPKG",
    "Shapefile": "ESRI Shapefile",
    "FileGDB": "OpenFileGDB",
    "GML": "GML",
    "KML": "LIBKML",
    "FlatGeobuf": "FlatGeobuf",
}
# Every one that pyogrio's GDAL has. Some read other local files or make web requests when the file at hand
# says so (a VRT named x.gpkg).
ALL_DRIVERS = (
    "MEM", "Memory", "PCIDSK", "PDS4", "VICAR", "PDF", "MBTiles", "EEDA", "OGCAPI", "GDALG", "ESRI Shapefile",
    "MapInfo File", "LVBAG", "S57", "DGN", "OGR_VRT", "CSV", "GML", "GPX", "LIBKML", "KML", "GeoJSON",
    "GeoJSONSeq", "ESRIJSON", "TopoJSON", "OGR_GMT", "GPKG", "SQLite", "WAsP", "OpenFileGDB", "DXF",
    "FlatGeobuf", "GeoRSS", "VFK", "PGDUMP", "OSM", "GPSBabel", "OGR_PDS", "WFS", "OAPIF", "EDIGEO", "Idrisi",
    "ODS", "XLSX", "Elasticsearch", "Carto", "AmigoCloud", "SXF", "Selafin", "JML", "PLSCENES", "CSW", "VDV",
    "MVT", "NGW", "MapML", "GTFS", "PMTiles", "JSONFG", "MiraMonVector", "ADBC", "AVCBin", "AVCE00", "XODR",
    "AIVector", "HTTP", "GMLAS", "Parquet", "Arrow", "PostgreSQL", "MySQL", "NAS", "ILI", "VRT", "GTI",
    "WMS",
)  # fmt: skip


def skipped(driver: str) -> str:
    """GDAL_SKIP: every driver but this one, or every one ("")."""
    return ",".join(name for name in ALL_DRIVERS if name != driver)
