"""The two changes of CRS."""

import numpy as np
import pytest
import shapely

from mapdialog.analysis.project import (
    area_km2,
    densify,
    lonlat_geometries,
    metric_coordinates,
    metric_frame,
    metric_geometries,
)


def test_there_and_back():
    lonlat = np.array([[9.7, 59.0], [10.2, 59.4]])
    xy_m = metric_coordinates(lonlat, metric_srid=25832)
    assert np.hypot(*(xy_m[1] - xy_m[0])) == pytest.approx(52_900, rel=0.01)
    back = lonlat_geometries(shapely.points(xy_m), metric_srid=25832)
    np.testing.assert_allclose(shapely.get_coordinates(back), lonlat, atol=1e-9)


def test_places_that_the_projection_cannot_reach_are_nan():
    xy_m = metric_coordinates(np.array([[np.nan, 59.0], [10.0, np.inf], [10.0, 59.0]]), metric_srid=25832)
    assert np.isnan(xy_m).all(axis=1).tolist() == [True, True, False]


@pytest.mark.parametrize("srid", [4326, 2263, 4978])
def test_a_crs_that_is_not_in_metres_on_a_plane_is_refused(srid: int):
    with pytest.raises(ValueError, match="metres"):
        metric_coordinates(np.array([[10.0, 59.0]]), metric_srid=srid)


def test_a_long_edge_keeps_to_the_parallel():
    strip = shapely.Polygon([(6, 60), (12, 60), (12, 60.1), (6, 60.1)])
    dense = metric_geometries(np.array([strip], dtype=object), metric_srid=25832)[0]
    corners_only = shapely.Polygon(metric_coordinates(shapely.get_coordinates(strip)[:4], metric_srid=25832))
    # the parallel bends away from the chord by nearly 4 km here
    assert shapely.hausdorff_distance(dense, corners_only) > 3_500
    assert shapely.area(dense) / 1e6 == pytest.approx(area_km2(strip), rel=0.002)


def test_a_frame_keeps_its_rows(dc_committees):
    metric = metric_frame(dc_committees, metric_srid=26918)
    assert metric.crs.to_epsg() == 26918
    assert metric["code"].to_list() == dc_committees["code"].to_list()
    assert metric.area.sum() / 1e6 == pytest.approx(177, rel=0.03)  # the District's 68 square miles


def test_area_on_the_ellipsoid_minds_holes_and_not_direction():
    whole = shapely.box(9, 59, 9.1, 59.1)
    hole = shapely.box(9.02, 59.02, 9.05, 59.05)
    assert area_km2(whole.difference(hole)) == pytest.approx(area_km2(whole) - area_km2(hole))
    same_way_round = shapely.Polygon(whole.exterior, [shapely.reverse(hole).exterior])
    assert area_km2(same_way_round) == pytest.approx(area_km2(whole) - area_km2(hole))
    other_way_round = shapely.Polygon(whole.exterior, [hole.exterior])
    assert area_km2(other_way_round) == pytest.approx(area_km2(whole) - area_km2(hole))
    assert area_km2(shapely.reverse(whole)) == pytest.approx(area_km2(whole))
    assert area_km2(shapely.Polygon()) == 0


def test_densify_leaves_points_and_splits_edges():
    point, line = densify(
        np.array([shapely.Point(1, 1), shapely.LineString([(0, 0), (10, 0)])], dtype=object), segment=2.5
    )
    assert point == shapely.Point(1, 1)
    assert shapely.get_coordinates(line)[:, 0].tolist() == [0, 2.5, 5, 7.5, 10]
