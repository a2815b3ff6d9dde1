"""Geometry rules that both tables and importers hold: what may be stored, as SQL constraints.

PostGIS keeps whatever it is given: NaN, infinity, latitude 95, an empty part inside a collection. One
such row makes ST_Transform fail for the whole table and writes a bare `NaN` into GeoJSON. A
bounding-box check does not see them (NaN is skipped when the box is made), so every vertex is looked at.
"""

from django.contrib.gis.db import models
from django.db.models.expressions import Func

WGS84 = 4326
WEB_MERCATOR = 3857


class IsStorable(Func):
    """SQL `mapdialog_storable(geometry)`: every vertex finite and within ±180/±85, no part empty, no curves.

    Latitude stops at 85° because the tiles' Web Mercator does. The first migration makes the function.
    """

    function = "mapdialog_storable"
    output_field = models.BooleanField()
    conditional = True
    arity = 1
