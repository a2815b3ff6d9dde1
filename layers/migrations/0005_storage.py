"""Shapes are stored as they are: PostgreSQL's compression finds nothing in coordinates, and costs half of an import."""

from django.db import migrations

_COLUMNS = [(table, column) for table in ("area", "zone", "feature") for column in ("geom", "geom_3857")]


class Migration(migrations.Migration):
    dependencies = [("layers", "0004_places")]
    operations = [
        migrations.RunSQL(
            f"ALTER TABLE layers_{table} ALTER COLUMN {column} SET STORAGE EXTERNAL",
            f"ALTER TABLE layers_{table} ALTER COLUMN {column} SET STORAGE MAIN",
        )
        for table, column in _COLUMNS
    ]
