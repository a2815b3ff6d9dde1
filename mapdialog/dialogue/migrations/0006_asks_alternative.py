"""A question says itself that it asks for the alternative: its key was looked at for that until now."""

from django.db import migrations, models


def mark(apps, editor):
    apps.get_model("dialogue", "Question").objects.filter(key__startswith="alternativ").update(
        asks_alternative=True
    )


class Migration(migrations.Migration):

    dependencies = [
        ("dialogue", "0005_words"),
    ]

    operations = [
        migrations.AddField(
            model_name="question",
            name="asks_alternative",
            field=models.BooleanField(
                db_default=False, default=False, verbose_name="asks which alternative it is about"
            ),
        ),
        migrations.RunPython(mark, migrations.RunPython.noop),
    ]
