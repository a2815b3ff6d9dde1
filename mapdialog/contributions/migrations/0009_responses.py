"""What residents fill in is called responses; answers are what a municipality says back. Names only: no column moves."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("contributions", "0008_hits_and_flags")]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.RemoveConstraint("contribution", "contribution_erased_is_empty"),
                migrations.RenameField("contribution", "answers", "responses"),
                migrations.AlterField(
                    "contribution",
                    "responses",
                    models.JSONField(
                        blank=True, db_column="answers", default=dict, verbose_name="responses"
                    ),
                ),
                migrations.AddConstraint(
                    "contribution",
                    models.CheckConstraint(
                        condition=~models.Q(state="erased")
                        | models.Q(
                            geom__isnull=True,
                            geom_public__isnull=True,
                            text="",
                            place_words="",
                            responses={},
                            details={},
                            age_band="",
                            contributor_key__isnull=True,
                        ),
                        name="contribution_erased_is_empty",
                    ),
                ),
            ],
        ),
    ]
