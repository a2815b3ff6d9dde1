"""Shapes are packed by lz4 where the server has it: storing them takes the database two thirds of the time.

Coordinates pack badly, and PostgreSQL's own method takes long to find that out (docs/performance.md has the
figures). Shapes that are stored already stay as they are; both are read alike.
"""

from django.db import migrations

TABLES = ("layers_area", "layers_zone", "layers_feature")


def _packed_by(method: str) -> str:
    """Both shapes of each table. A server that was built without lz4 says so, and goes on as it is."""
    changes = "\n".join(
        f"    ALTER TABLE {table} ALTER geom SET COMPRESSION {method}, ALTER geom_3857 SET COMPRESSION {method};"
        for table in TABLES
    )
    return f"DO $$\nBEGIN\n{changes}\nEXCEPTION WHEN feature_not_supported THEN NULL;\nEND $$"


class Migration(migrations.Migration):
    dependencies = [("layers", "0012_words")]
    operations = [migrations.RunSQL(_packed_by("lz4"), _packed_by("default"))]
