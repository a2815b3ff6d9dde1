"""ContributionPlace is called Hit, its version edition, and what screening found flags. Names only: no column moves."""

import django.db.models.deletion
from django.db import migrations, models

from layers import renamed_models


class Migration(migrations.Migration):
    dependencies = [
        ("contributions", "0007_spent_ids"),
        ("layers", "0011_edition"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.RenameModel("ContributionPlace", "Hit"),
                migrations.AlterModelTable("Hit", "contributions_contributionplace"),
                migrations.AlterField(
                    "hit",
                    "contribution",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="hits",
                        to="contributions.contribution",
                    ),
                ),
                migrations.RenameField("hit", "version", "edition"),
                migrations.AlterField(
                    "hit",
                    "edition",
                    models.ForeignKey(
                        db_column="version_id",
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="layers.edition",
                    ),
                ),
                migrations.RenameField("contribution", "concerns", "flags"),
                migrations.AlterField(
                    "contribution",
                    "flags",
                    models.JSONField(
                        blank=True, db_column="concerns", default=list, verbose_name="found by screening"
                    ),
                ),
            ],
        ),
        renamed_models.permissions("contributions", {"contributionplace": "hit"}),
    ]
