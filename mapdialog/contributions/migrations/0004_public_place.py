"""Where the public sees a contribution is computed by the database, whoever writes and whatever changes.

Before, five statements computed it from rules they had read earlier: raising the precision afterwards left the
exact places in view, and so did whatever was written meanwhile. Now no writer can choose it.
"""

from django.db import migrations

PLACES = """
-- The square of the grid that a place lies in, as four sides in EPSG:4326. The grid is fixed in the metric CRS, so
-- that two contributions from one place are shown in one place, whoever asks and however often. Its sides are
-- densified, as a straight line in metres is none in degrees.
CREATE FUNCTION contributions_cell(place geometry, cell_m float8, metric_srid integer) RETURNS geometry
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT ST_Transform(ST_Segmentize(ST_MakeEnvelope(
        x * cell_m, y * cell_m, (x + 1) * cell_m, (y + 1) * cell_m, metric_srid
    ), cell_m / 8), 4326)
    FROM (SELECT floor(ST_X(metric) / cell_m) AS x, floor(ST_Y(metric) / cell_m) AS y
        FROM (SELECT ST_Transform(ST_Centroid(place), metric_srid) AS metric) AS middle) AS square
$$;

-- Its middle: what is shown of a point, and of the middle of a line or an area.
CREATE FUNCTION contributions_cell_middle(place geometry, cell_m float8, metric_srid integer) RETURNS geometry
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT ST_Transform(ST_SetSRID(ST_MakePoint(
        (floor(ST_X(metric) / cell_m) + 0.5) * cell_m, (floor(ST_Y(metric) / cell_m) + 0.5) * cell_m
    ), metric_srid), 4326)
    FROM (SELECT ST_Transform(ST_Centroid(place), metric_srid) AS metric) AS middle
$$;

-- FOR SHARE: a change of the rule waits for whoever is writing, and whoever writes later reads the new rule. So
-- nothing is left at the precision of before. A new place that the metric CRS cannot hold is refused; one that is
-- stored already is shown nowhere instead, as it must not stand in the way of a stricter rule.
CREATE FUNCTION contributions_place_publicly() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    rule record;
BEGIN
    IF GeometryType(NEW.geom) IN ('POLYGON', 'MULTIPOLYGON') THEN
        NEW.geom := ST_ForcePolygonCCW(NEW.geom);  -- RFC 7946 3.1.6, at every door
    END IF;
    NEW.geom_public := NULL;
    IF NEW.geom IS NULL OR NEW.state IN ('private', 'erased') THEN
        RETURN NEW;
    END IF;
    SELECT consultation.visibility, consultation.public_precision_m, municipality.metric_srid INTO rule
    FROM dialogue_consultation AS consultation
    JOIN people_municipality AS municipality ON municipality.id = consultation.municipality_id
    WHERE consultation.id = NEW.consultation_id FOR SHARE OF consultation;
    IF rule.visibility = 'points' AND rule.public_precision_m = 0 THEN
        NEW.geom_public := NEW.geom;
    ELSIF rule.visibility = 'points' AND TG_OP = 'INSERT' THEN
        NEW.geom_public := contributions_cell_middle(NEW.geom, rule.public_precision_m, rule.metric_srid);
    ELSIF rule.visibility = 'points' THEN
        BEGIN
            NEW.geom_public := contributions_cell_middle(NEW.geom, rule.public_precision_m, rule.metric_srid);
        EXCEPTION WHEN internal_error THEN
            IF NEW.geom IS DISTINCT FROM OLD.geom THEN
                RAISE;
            END IF;
        END;
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER contributions_place_publicly
    BEFORE INSERT OR UPDATE OF geom, geom_public, state, consultation_id ON contributions_contribution
    FOR EACH ROW EXECUTE FUNCTION contributions_place_publicly();

-- The trigger above computes: the assignment here only wakes it.
CREATE FUNCTION contributions_place_all(consultations bigint[]) RETURNS void LANGUAGE sql AS $$
    UPDATE contributions_contribution SET geom_public = NULL
    WHERE consultation_id = ANY (consultations) AND geom IS NOT NULL AND state NOT IN ('private', 'erased');
    INSERT INTO dialogue_dataversion (consultation_id, number)
    SELECT id, 1 FROM unnest(consultations) AS changed(id) ORDER BY id
    ON CONFLICT (consultation_id) DO UPDATE SET number = dialogue_dataversion.number + 1;
$$;

CREATE FUNCTION contributions_rule_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM contributions_place_all(ARRAY[NEW.id]);
    RETURN NULL;
END
$$;
CREATE TRIGGER contributions_rule_changed AFTER UPDATE ON dialogue_consultation FOR EACH ROW
    WHEN ((OLD.public_precision_m, OLD.visibility, OLD.municipality_id)
        IS DISTINCT FROM (NEW.public_precision_m, NEW.visibility, NEW.municipality_id))
    EXECUTE FUNCTION contributions_rule_changed();

-- What else decides what an answer shows makes the remembered answers old. Its name comes after the one above, and so
-- does it: the counter's lock is taken last.
CREATE FUNCTION contributions_stale_answers() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO dialogue_dataversion (consultation_id, number) VALUES (NEW.id, 1)
    ON CONFLICT (consultation_id) DO UPDATE SET number = dialogue_dataversion.number + 1;
    RETURN NULL;
END
$$;
CREATE TRIGGER contributions_stale_answers AFTER UPDATE ON dialogue_consultation FOR EACH ROW
    WHEN ((OLD.status, OLD.boundary_layer_id) IS DISTINCT FROM (NEW.status, NEW.boundary_layer_id)
        OR OLD.area::bytea IS DISTINCT FROM NEW.area::bytea)
    EXECUTE FUNCTION contributions_stale_answers();

CREATE FUNCTION contributions_grid_changed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    changed bigint[];
BEGIN
    SELECT array_agg(id) INTO changed FROM (
        SELECT id FROM dialogue_consultation WHERE municipality_id = NEW.id ORDER BY id FOR NO KEY UPDATE
    ) AS locked;
    PERFORM contributions_place_all(changed);
    RETURN NULL;
END
$$;
CREATE TRIGGER contributions_grid_changed AFTER UPDATE ON people_municipality FOR EACH ROW
    WHEN (OLD.metric_srid IS DISTINCT FROM NEW.metric_srid)
    EXECUTE FUNCTION contributions_grid_changed();

SELECT contributions_place_all((SELECT array_agg(id) FROM dialogue_consultation
    WHERE public_precision_m > 0 OR visibility <> 'points'));
UPDATE contributions_contribution SET geom_public = NULL
    WHERE GeometryType(geom) IN ('POLYGON', 'MULTIPOLYGON');
"""
REMOVE = """
DROP TRIGGER contributions_grid_changed ON people_municipality;
DROP TRIGGER contributions_stale_answers ON dialogue_consultation;
DROP TRIGGER contributions_rule_changed ON dialogue_consultation;
DROP TRIGGER contributions_place_publicly ON contributions_contribution;
DROP FUNCTION contributions_grid_changed();
DROP FUNCTION contributions_stale_answers();
DROP FUNCTION contributions_rule_changed();
DROP FUNCTION contributions_place_all(bigint[]);
DROP FUNCTION contributions_place_publicly();
DROP FUNCTION contributions_cell_middle(geometry, float8, integer);
DROP FUNCTION contributions_cell(geometry, float8, integer);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("contributions", "0003_lighter_intake"),
        ("dialogue", "0003_rules_version"),
        ("people", "0001_initial"),
    ]
    operations = [migrations.RunSQL(PLACES, REMOVE)]
