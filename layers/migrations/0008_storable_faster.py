"""The rule of what may be stored, quicker: the box is made once, and a single part is not taken out."""

from importlib import import_module

from django.db import migrations

_BEFORE = import_module("layers.migrations.0001_storable").STORABLE.replace(
    "CREATE FUNCTION", "CREATE OR REPLACE FUNCTION"
)

# What 0001 says holds here too. A shape of one part that is not empty has no empty part.
STORABLE = """
CREATE OR REPLACE FUNCTION mapdialog_storable(g public.geometry) RETURNS boolean
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
    kind text := public.GeometryType(g);
    extent public.box3d;
BEGIN
    IF kind = 'POINT' THEN
        RETURN NOT public.ST_IsEmpty(g)
            AND public.ST_X(g) BETWEEN -180 AND 180 AND public.ST_Y(g) BETWEEN -85 AND 85;
    END IF;
    extent := public.box3d(g);
    IF public.ST_IsEmpty(g) OR public.ST_XMin(extent) < -180 OR public.ST_XMax(extent) > 180
        OR public.ST_YMin(extent) < -85 OR public.ST_YMax(extent) > 85
    THEN
        RETURN false;
    END IF;
    IF kind IN ('POLYGON', 'MULTIPOLYGON', 'LINESTRING', 'MULTILINESTRING') THEN
        RETURN public.ST_Perimeter(g) + public.ST_Length(g) < 'Infinity'::float8
            AND (
                public.ST_NumGeometries(g) = 1
                OR NOT EXISTS (SELECT FROM public.ST_Dump(g) AS part WHERE public.ST_IsEmpty(part.geom))
            );
    END IF;
    RETURN kind IN ('MULTIPOINT', 'GEOMETRYCOLLECTION')
        AND NOT EXISTS (SELECT FROM public.ST_Dump(g) AS part WHERE public.ST_IsEmpty(part.geom))
        AND NOT EXISTS (
            SELECT FROM public.ST_DumpPoints(g) AS vertex
            WHERE NOT (
                public.ST_X(vertex.geom) BETWEEN -180 AND 180
                AND public.ST_Y(vertex.geom) BETWEEN -85 AND 85
            )
        );
END
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("layers", "0007_standing")]
    operations = [migrations.RunSQL(STORABLE, _BEFORE)]
