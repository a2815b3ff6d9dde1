"""Drafts and what was rolled back hold at no place; predecessors named in files become confirmed successions."""

from importlib import import_module

from django.db import migrations

_BEFORE = import_module("layers.migrations.0004_places")

PLACES = """
CREATE OR REPLACE FUNCTION layers_places(shape geometry, day date, layer_ids bigint[])
RETURNS TABLE (version_id bigint, area_id bigint, zone_id bigint, share float8)
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE ROWS 5 AS $$
#variable_conflict use_column
DECLARE
    held record;
BEGIN
    FOR held IN
        SELECT version.id, layer.kind
        FROM layers_layerversion AS version JOIN layers_layer AS layer ON layer.id = version.layer_id
        WHERE version.layer_id = ANY (layer_ids) AND version.state = 'standing'
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
"""
_END = _BEFORE.PLACES.index("-- Length or area in metres")
PLACES_BEFORE = _BEFORE.PLACES[:_END].replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")

SUCCESSIONS = """
INSERT INTO layers_succession (predecessor_id, successor_id, origin, state, decided_by)
SELECT to_area_id, from_area_id, 'file', 'confirmed', '' FROM layers_area_predecessors
"""
SUCCESSIONS_BEFORE = """
INSERT INTO layers_area_predecessors (from_area_id, to_area_id)
SELECT successor_id, predecessor_id FROM layers_succession WHERE state = 'confirmed'
"""


class Migration(migrations.Migration):
    dependencies = [("layers", "0006_editions")]
    operations = [
        migrations.RunSQL(SUCCESSIONS, SUCCESSIONS_BEFORE),
        migrations.RemoveField("area", "predecessors"),
        migrations.RunSQL(PLACES, PLACES_BEFORE),
    ]
