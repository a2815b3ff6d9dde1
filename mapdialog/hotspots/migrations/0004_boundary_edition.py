"""A run's boundary version is called its edition. Names only: no column moves."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("hotspots", "0003_rough_places"), ("layers", "0011_edition")]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.RenameField("run", "boundary_version", "boundary_edition"),
                migrations.AlterField(
                    "run",
                    "boundary_edition",
                    models.ForeignKey(
                        db_column="boundary_version_id",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="layers.edition",
                    ),
                ),
            ],
        ),
    ]
