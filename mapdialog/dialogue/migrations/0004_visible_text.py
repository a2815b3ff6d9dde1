"""Marks that turn the text around them leave the texts of consultations that are stored."""

from importlib import import_module

from django.db import migrations

clean = import_module("layers.migrations.0010_visible_text").clean
COLUMNS = {
    "dialogue_consultation": (
        ["plan_level", "plan_id", "case_number"],
        [
            "title", "summary", "purpose", "can_influence", "fixed", "decides", "reads", "privacy", "not_for",
        ],
    ),
    "dialogue_alternative": ([], ["name"]),
    "dialogue_theme": ([], ["name"]),
    "dialogue_question": ([], ["text", "options"]),
    "dialogue_targetgroup": ([], ["name"]),
    "dialogue_indicator": (["target"], ["name"]),
    "dialogue_round": ([], ["name"]),
    "dialogue_document": ([], ["title"]),
    "people_municipality": (["name"], []),
    "people_user": (["name"], []),
}  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [
        ("dialogue", "0003_rules_version"),
        ("layers", "0010_visible_text"),
        ("people", "0001_initial"),
    ]
    operations = [
        migrations.RunSQL(clean(table, texts, documents), migrations.RunSQL.noop)
        for table, (texts, documents) in COLUMNS.items()
    ]
