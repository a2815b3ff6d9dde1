"""Each edition knows the box around it."""

import django.contrib.postgres.fields
from django.db import migrations, models


FILL = """
UPDATE layers_layerversion AS version SET bounds = found.bounds
FROM (
    SELECT version_id, ARRAY[ST_XMin(e), ST_YMin(e), ST_XMax(e), ST_YMax(e)] AS bounds FROM (
        SELECT version_id, ST_Extent(geom) AS e FROM (
            SELECT version_id, geom FROM layers_area
            UNION ALL SELECT version_id, geom FROM layers_zone
            UNION ALL SELECT version_id, geom FROM layers_feature
        ) AS thing GROUP BY version_id
    ) AS box
) AS found
WHERE found.version_id = version.id
"""


class Migration(migrations.Migration):

    dependencies = [
        ('layers', '0008_storable_faster'),
    ]

    operations = [
        migrations.AddField(
            model_name='layerversion',
            name='bounds',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.FloatField(), editable=False, null=True, size=4),
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
    ]
