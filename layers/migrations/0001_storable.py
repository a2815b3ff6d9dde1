"""What must exist before any table: PostGIS, btree_gist, and the rule of what geometry may be stored."""

from django.contrib.postgres.operations import BtreeGistExtension, CreateExtension
from django.db import migrations

# A vertex that is NaN or infinite makes the length or perimeter NaN or infinite, which PostgreSQL sorts
# above every number: `< 'Infinity'` refuses both without unpacking a polygon's vertices. Loose points
# have no length and are looked at one by one. Curves are refused: GeoJSON and the tiles know none.
# Every name carries its schema: pg_restore checks the rows it brings back with an empty search_path.
STORABLE = """
CREATE FUNCTION mapdialog_storable(g public.geometry) RETURNS boolean
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
    kind text := public.GeometryType(g);
BEGIN
    IF kind = 'POINT' THEN
        RETURN NOT public.ST_IsEmpty(g) AND public.ST_X(g) BETWEEN -180 AND 180 AND public.ST_Y(g) BETWEEN -85 AND 85;
    END IF;
    IF public.ST_IsEmpty(g) OR public.ST_XMin(g) < -180 OR public.ST_XMax(g) > 180 OR public.ST_YMin(g) < -85 OR public.ST_YMax(g) > 85 THEN
        RETURN false;
    END IF;
    IF kind IN ('POLYGON', 'MULTIPOLYGON', 'LINESTRING', 'MULTILINESTRING') THEN
        RETURN public.ST_Perimeter(g) + public.ST_Length(g) < 'Infinity'::float8
            AND NOT EXISTS (SELECT FROM public.ST_Dump(g) AS part WHERE public.ST_IsEmpty(part.geom));
    END IF;
    RETURN kind IN ('MULTIPOINT', 'GEOMETRYCOLLECTION')
        AND NOT EXISTS (SELECT FROM public.ST_Dump(g) AS part WHERE public.ST_IsEmpty(part.geom))
        AND NOT EXISTS (
            SELECT FROM public.ST_DumpPoints(g) AS vertex
            WHERE NOT (public.ST_X(vertex.geom) BETWEEN -180 AND 180 AND public.ST_Y(vertex.geom) BETWEEN -85 AND 85)
        );
END
$$;
"""


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        CreateExtension("postgis"),
        BtreeGistExtension(),
        migrations.RunSQL(STORABLE, "DROP FUNCTION mapdialog_storable(geometry)"),
    ]
