"""Ids that intake answered with another contribution's receipt: nothing is stored under one any more."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("contributions", "0006_rough_places")]
    operations = [
        migrations.CreateModel(
            name="SpentId",
            fields=[
                ("id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                (
                    "contribution",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="other_ids",
                        to="contributions.contribution",
                    ),
                ),
                ("body_hash", models.BinaryField(max_length=32, null=True)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(contribution__isnull=False) | Q(body_hash__isnull=True),
                        name="spentid_erased_is_empty",
                    )
                ],
            },
        ),
    ]
