"""LayerVersion is called Edition. Names only: the tables, columns and constraints stay as they are."""

import django.db.models.deletion
from django.db import migrations, models

from layers import renamed_models


def _edition(model, related_name):
    field = models.ForeignKey(
        db_column="version_id",
        on_delete=django.db.models.deletion.PROTECT,
        related_name=related_name,
        to="layers.edition",
    )
    return [
        migrations.RenameField(model, "version", "edition"),
        migrations.AlterField(model, "edition", field),
    ]


class Migration(migrations.Migration):
    dependencies = [
        ("layers", "0010_visible_text"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.RenameModel("LayerVersion", "Edition"),
                migrations.AlterModelTable("Edition", "layers_layerversion"),
                *_edition("area", "%(class)ss"),
                *_edition("zone", "%(class)ss"),
                *_edition("feature", "%(class)ss"),
                *_edition("layerdocument", "documents"),
                *_edition("population", "populations"),
                migrations.RenameField("layerevent", "version_number", "edition_number"),
                migrations.AlterField(
                    "layerevent",
                    "edition_number",
                    models.PositiveIntegerField(
                        db_column="version_number", null=True, verbose_name="edition"
                    ),
                ),
                migrations.AlterField(
                    "edition",
                    "layer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="editions",
                        to="layers.layer",
                    ),
                ),
                migrations.AlterField(
                    "edition", "number", models.PositiveIntegerField(null=True, verbose_name="edition")
                ),
                migrations.AlterModelOptions(
                    "edition",
                    {
                        "ordering": ["layer", "-number"],
                        "verbose_name": "edition",
                        "verbose_name_plural": "editions",
                    },
                ),
                migrations.AlterModelOptions(
                    "layerdocument",
                    {
                        "ordering": ["edition", "added_at"],
                        "verbose_name": "plan document",
                        "verbose_name_plural": "plan documents",
                    },
                ),
                migrations.AlterModelOptions(
                    "population",
                    {
                        "ordering": ["edition", "-year"],
                        "verbose_name": "population",
                        "verbose_name_plural": "populations",
                    },
                ),
                migrations.RemoveConstraint("area", "area_one_code_per_version"),
                migrations.AddConstraint(
                    "area",
                    models.UniqueConstraint(fields=["edition", "code"], name="area_one_code_per_version"),
                ),
                migrations.RemoveConstraint("population", "population_one_per_year"),
                migrations.AddConstraint(
                    "population",
                    models.UniqueConstraint(
                        condition=models.Q(replaced_at__isnull=True),
                        fields=["edition", "year"],
                        name="population_one_per_year",
                    ),
                ),
            ],
        ),
        renamed_models.permissions("layers", {"layerversion": "edition"}),
    ]
