"""Which areas and zones a shape lies in, as a database function: its plans are kept by the session.

The same text sent as a query costs several milliseconds of planning for each contribution that comes in;
the function costs less than a tenth of one. `layers/questions/areas.py` says what it promises.
"""

from django.db import migrations

PLACES = """
CREATE FUNCTION layers_places(shape geometry, day date, layer_ids bigint[])
RETURNS TABLE (version_id bigint, area_id bigint, zone_id bigint, share float8)
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE ROWS 5 AS $$
#variable_conflict use_column
DECLARE
    held record;
BEGIN
    FOR held IN
        SELECT version.id, layer.kind
        FROM layers_layerversion AS version JOIN layers_layer AS layer ON layer.id = version.layer_id
        WHERE version.layer_id = ANY (layer_ids)
          AND version.valid_from <= day AND (version.valid_to IS NULL OR version.valid_to > day)
    LOOP
        IF held.kind = 'boundary' AND GeometryType(shape) = 'POINT' THEN
            RETURN QUERY
                SELECT held.id, area.id, NULL::bigint, 1.0::float8 FROM layers_area AS area
                WHERE area.version_id = held.id AND ST_Intersects(area.geom, shape)
                ORDER BY area.code COLLATE "C" LIMIT 1;
        ELSIF held.kind = 'zoning' AND GeometryType(shape) = 'POINT' THEN
            RETURN QUERY
                SELECT held.id, NULL::bigint, zone.id, 1.0::float8 FROM layers_zone AS zone
                WHERE zone.version_id = held.id AND ST_Intersects(zone.geom, shape);
        ELSIF held.kind = 'boundary' THEN
            RETURN QUERY SELECT held.id, part.id, NULL::bigint, part.share
                FROM layers_area_shares(shape, held.id) AS part;
        ELSIF held.kind = 'zoning' THEN
            RETURN QUERY SELECT held.id, NULL::bigint, part.id, part.share
                FROM layers_zone_shares(shape, held.id) AS part;
        END IF;
    END LOOP;
END
$$;

-- Length or area in metres, or the number of points: what a share is a share of. `dimension` is that of
-- the whole shape, so that what only touches (a line's end, a polygon's edge) weighs nothing.
CREATE FUNCTION layers_measure(shape geometry, dimension integer) RETURNS float8
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT CASE dimension
        WHEN 0 THEN ST_NumGeometries(ST_CollectionExtract(shape, 1))
        WHEN 1 THEN ST_Length(ST_CollectionExtract(shape, 2)::geography)
        ELSE ST_Area(ST_CollectionExtract(shape, 3)::geography)
    END
$$;

-- Areas of one boundary set share a border, and sometimes overlap by a sliver: whatever the first one (by
-- code) holds is taken away before the next is asked, so that no bit of the shape is counted twice. The union
-- makes a line drawn there and back one line, and the repair makes a line without length a point.
CREATE FUNCTION layers_area_shares(shape geometry, of_version bigint)
RETURNS TABLE (id bigint, share float8)
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE ROWS 3 AS $$
#variable_conflict use_column
DECLARE
    clean geometry := ST_UnaryUnion(ST_MakeValid(shape));
    dimension integer := ST_Dimension(clean);
    rest geometry := ST_CollectionExtract(clean, dimension + 1);
    total float8 := layers_measure(rest, dimension);
    area record;
BEGIN
    FOR area IN
        SELECT a.id, a.geom FROM layers_area AS a
        WHERE a.version_id = of_version AND ST_Intersects(a.geom, rest) ORDER BY a.code COLLATE "C"
    LOOP
        id := area.id;
        share := LEAST(1, layers_measure(ST_Intersection(rest, area.geom), dimension) / NULLIF(total, 0));
        IF share > 1e-9 THEN
            RETURN NEXT;
        END IF;
        rest := ST_Difference(rest, area.geom);
        EXIT WHEN ST_IsEmpty(rest);
    END LOOP;
END
$$;

-- Zones of a plan may lie over each other (zones of concern, levels): each has its own share.
CREATE FUNCTION layers_zone_shares(shape geometry, of_version bigint)
RETURNS TABLE (id bigint, share float8)
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE ROWS 3 AS $$
#variable_conflict use_column
DECLARE
    clean geometry := ST_UnaryUnion(ST_MakeValid(shape));
    dimension integer := ST_Dimension(clean);
    whole geometry := ST_CollectionExtract(clean, dimension + 1);
    total float8 := layers_measure(whole, dimension);
BEGIN
    RETURN QUERY
        SELECT * FROM (
            SELECT z.id,
                LEAST(1, layers_measure(ST_Intersection(whole, z.geom), dimension) / NULLIF(total, 0)) AS share
            FROM layers_zone AS z WHERE z.version_id = of_version AND ST_Intersects(z.geom, whole)
        ) AS part
        WHERE part.share > 1e-9;
END
$$;
"""
REMOVE = """
DROP FUNCTION layers_places(geometry, date, bigint[]);
DROP FUNCTION layers_area_shares(geometry, bigint);
DROP FUNCTION layers_zone_shares(geometry, bigint);
DROP FUNCTION layers_measure(geometry, integer);
"""


class Migration(migrations.Migration):
    dependencies = [("layers", "0003_append_only")]
    operations = [migrations.RunSQL(PLACES, REMOVE)]
