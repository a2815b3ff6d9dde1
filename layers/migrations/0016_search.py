"""How a name is compared, and an edition's names into the table of what is searched.

One way for files to come and for those that are there. Every name carries its schema, as in 0001.
"""

from django.db import migrations

FUNCTIONS = r"""
-- ' storgata 12b ' of “Storgata 12 B”: a space around each word, so that '% stor%' is the beginning of one.
-- å stays å: who writes a for it is understood by likeness, after those who wrote it.
CREATE FUNCTION layers_search_key(name text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT ' ' || btrim(regexp_replace(
        regexp_replace(lower(normalize(name, NFC)), '[^[:alnum:]]+', ' ', 'g'),
        '(^| )(\d+) ([[:alpha:]])(?= |$)', '\1\2\3', 'g'
    )) || ' '
$$;

-- A point on it: of an area inside, of lines and several points the nearest to their middle.
CREATE FUNCTION layers_search_point(g public.geometry) RETURNS public.geometry
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT CASE
        WHEN public.GeometryType(g) = 'POINT' THEN g
        WHEN public.ST_Dimension(g) = 2 THEN public.ST_PointOnSurface(g)
        ELSE public.ST_ClosestPoint(g, public.ST_Centroid(g))
    END
$$;

-- Metres from the point to the farthest part; NULL for what is known as a point alone.
CREATE FUNCTION layers_search_extent(g public.geometry, p public.geometry) RETURNS float8
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT nullif(round(
        public.ST_MaxDistance(public.ST_Transform(g, 3857), public.ST_Transform(p, 3857))
        * cos(radians(public.ST_Y(p)))
    ), 0)
$$;

-- The post town as address files of the north have it: “3970 Langesund”.
CREATE FUNCTION layers_search_within(properties jsonb) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT left(btrim(concat_ws(' ',
        coalesce(properties->>'postnummer', properties->>'postnr', properties->>'addr:postcode',
            properties->>'postcode'),
        coalesce(properties->>'poststed', properties->>'postort', properties->>'postnrnavn',
            properties->>'addr:city', properties->>'place_name')
    )), 200)
$$;

-- Two of one name are two where 2,000 m on the map's own scale lie between (a kilometre at 60° N).
CREATE FUNCTION layers_fill_search(of_edition bigint) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    of_kind text := (
        SELECT layer.kind FROM layers_layer AS layer
        JOIN layers_layerversion AS edition ON edition.layer_id = layer.id WHERE edition.id = of_edition
    );
BEGIN
    IF of_kind = 'address' THEN
        INSERT INTO layers_searchentry (version_id, kind, name, key, within, geom, extent_m)
        SELECT of_edition, 'address', name, layers_search_key(name), layers_search_within(properties), point,
            layers_search_extent(geom, point)
        FROM layers_feature, layers_search_point(geom) AS point
        WHERE version_id = of_edition AND name <> '' AND name ~ '\d';
    END IF;
    IF of_kind IN ('address', 'street', 'place') THEN
        INSERT INTO layers_searchentry (version_id, kind, name, key, within, geom, extent_m)
        SELECT of_edition, CASE of_kind WHEN 'place' THEN 'place' ELSE 'street' END, name,
            layers_search_key(name), within, point, layers_search_extent(geom, point)
        FROM (
            SELECT name, mode() WITHIN GROUP (ORDER BY within) AS within,
                public.ST_CollectionHomogenize(public.ST_Collect(geom)) AS geom
            FROM (
                SELECT name, within, geom,
                    public.ST_ClusterDBSCAN(geom_3857, 2000, 1) OVER (PARTITION BY name) AS part
                FROM (
                    -- The thousands in one square are one: every bench may be called Bench.
                    SELECT named.name, mode() WITHIN GROUP (ORDER BY layers_search_within(properties)) AS within,
                        public.ST_Collect(geom) AS geom, public.ST_Collect(geom_3857) AS geom_3857
                    FROM layers_feature AS feature, LATERAL (
                        -- of an address all before the number: of “Storgata 12 B, 3970 Langesund” Storgata
                        SELECT regexp_replace(
                            split_part(feature.name, ',', 1), '\s+\d+\s*[[:alpha:]]?$', ''
                        ) AS name
                        WHERE of_kind = 'address'
                        UNION SELECT feature.name WHERE of_kind <> 'address'
                        UNION SELECT left(value, 200) FROM jsonb_each_text(feature.names)
                        WHERE of_kind <> 'address'
                    ) AS named
                    WHERE version_id = of_edition AND named.name <> ''
                    GROUP BY named.name, public.ST_SnapToGrid(public.ST_Centroid(geom_3857), 500)
                ) AS square
            ) AS piece
            GROUP BY name, part
        ) AS whole, layers_search_point(geom) AS point;
    END IF;
END
$$;
"""
REMOVE = """
DELETE FROM layers_searchentry;
DROP FUNCTION layers_fill_search(bigint);
DROP FUNCTION layers_search_within(jsonb);
DROP FUNCTION layers_search_extent(geometry, geometry);
DROP FUNCTION layers_search_point(geometry);
DROP FUNCTION layers_search_key(text);
"""
# As all shapes (0013).
PACKED = """
DO $$
BEGIN
    ALTER TABLE layers_searchentry ALTER geom SET COMPRESSION lz4;
EXCEPTION WHEN feature_not_supported THEN NULL;
END $$
"""
FILL = """
SELECT layers_fill_search(edition.id) FROM layers_layerversion AS edition
JOIN layers_layer AS layer ON layer.id = edition.layer_id WHERE layer.kind IN ('address', 'street', 'place')
"""


class Migration(migrations.Migration):
    dependencies = [("layers", "0015_searchentry")]
    operations = [
        migrations.RunSQL(FUNCTIONS, REMOVE),
        migrations.RunSQL(PACKED, migrations.RunSQL.noop),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
    ]
