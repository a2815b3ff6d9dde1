"""Marks that turn the text around them leave the names and provisions that are stored; see `text_fields.py`.

Codes stay as they are: what was recorded refers to them.
"""

from django.db import migrations

UNSEEN = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff"
COLUMNS = {
    "layers_layer": (["credit", "licence"], ["titles"]),
    "layers_layerdocument": (["file_name"], ["titles"]),
    "layers_layerversion": (["file_name"], []),
    "layers_area": (["name"], ["names", "properties"]),
    "layers_zone": (["name", "field", "legal_text"], ["names", "properties", "provision"]),
    "layers_feature": (["name"], ["names", "properties"]),
    "layers_population": (["source", "licence", "file_name"], []),
    "layers_codechange": (["old_name", "new_name"], []),
}


def clean(table: str, texts: list[str], documents: list[str]) -> str:
    sets = [f"{name} = translate({name}, '{UNSEEN}', '')" for name in texts]
    sets += [f"{name} = translate({name}::text, '{UNSEEN}', '')::jsonb" for name in documents]
    every = ", ".join([*texts, *(f"{name}::text" for name in documents)])
    return f"UPDATE {table} SET {', '.join(sets)} WHERE concat({every}) ~ '[{UNSEEN}]'"  # noqa: S608 (our own names)


class Migration(migrations.Migration):
    dependencies = [("layers", "0009_bounds")]
    operations = [
        migrations.RunSQL(clean(table, texts, documents), migrations.RunSQL.noop)
        for table, (texts, documents) in COLUMNS.items()
    ]
