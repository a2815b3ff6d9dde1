"""From lon/lat to a metric CRS and back: the only place where the analysis changes CRS."""

from __future__ import annotations

import functools

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pyproj
import shapely

LONLAT_SRID = 4326
_ELLIPSOID = pyproj.Geod(ellps="WGS84")
_M2_PER_KM2 = 1e6


def metric_coordinates(lonlat: npt.NDArray[np.float64], *, metric_srid: int) -> npt.NDArray[np.float64]:
    """(n, 2) metres for (n, 2) degrees; what the projection cannot place comes back as NaN.

    `metric_srid`: the EPSG code of a projected CRS in metres. Raises ValueError for any other.
    """
    x, y = _transformer(LONLAT_SRID, _metric(metric_srid)).transform(lonlat[:, 0], lonlat[:, 1])
    xy_m = np.column_stack([x, y])
    xy_m[~np.isfinite(xy_m).all(axis=1)] = np.nan
    return xy_m


def metric_geometries(
    geometries: npt.NDArray[np.object_], *, metric_srid: int, segment_degrees: float = 0.001
) -> npt.NDArray[np.object_]:
    """Geometries in EPSG:4326, their edges densified first, in the metric CRS.

    An edge straight in lon/lat is the border that assignment uses; in metres it bends, and without
    densifying a long one would cut off thousands of square metres.
    """
    dense = densify(geometries, segment=segment_degrees)
    return _transformed(dense, _transformer(LONLAT_SRID, _metric(metric_srid)))


def lonlat_geometries(geometries: npt.NDArray[np.object_], *, metric_srid: int) -> npt.NDArray[np.object_]:
    """Geometries of the metric CRS in EPSG:4326."""
    return _transformed(geometries, _transformer(_metric(metric_srid), LONLAT_SRID))


def metric_frame(frame: gpd.GeoDataFrame, *, metric_srid: int) -> gpd.GeoDataFrame:
    """A frame in EPSG:4326 with its geometry densified and in the metric CRS."""
    geometries = metric_geometries(np.array(frame.geometry, dtype=object), metric_srid=metric_srid)
    return frame.set_geometry(gpd.GeoSeries(geometries, index=frame.index, crs=metric_srid))


def area_km2(geometry: shapely.Geometry) -> float:
    """The area on the WGS 84 ellipsoid of a polygon in EPSG:4326: the same whatever CRS the maps use."""
    oriented = shapely.orient_polygons(geometry)
    return abs(float(_ELLIPSOID.geometry_area_perimeter(oriented)[0])) / _M2_PER_KM2


def densify(geometries: npt.NDArray[np.object_], *, segment: float) -> npt.NDArray[np.object_]:
    """No edge longer than `segment`, in the units of the geometries' own CRS; points stay as they are."""
    return np.asarray(shapely.segmentize(geometries, segment), dtype=object)


def _transformed(
    geometries: npt.NDArray[np.object_], transformer: pyproj.Transformer
) -> npt.NDArray[np.object_]:
    def each(xy: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        return np.column_stack(transformer.transform(xy[:, 0], xy[:, 1]))

    return np.asarray(shapely.transform(geometries, each), dtype=object)


@functools.cache
def _transformer(source: int, target: int) -> pyproj.Transformer:
    return pyproj.Transformer.from_crs(source, target, always_xy=True)


@functools.cache
def _metric(srid: int) -> int:
    crs = pyproj.CRS.from_epsg(srid)
    if not crs.is_projected or any(axis.unit_conversion_factor != 1 for axis in crs.axis_info):
        raise ValueError(f"EPSG:{srid} is not a projected CRS in metres")
    return srid
