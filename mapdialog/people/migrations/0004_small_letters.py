import django.db.models.functions.text
from django.db import migrations, models

# An account that was made with a capital letter could not be signed in with. No two differ by letter case alone.
_SMALL_LETTERS = "UPDATE people_user SET email = lower(email) WHERE email <> lower(email)"


class Migration(migrations.Migration):

    dependencies = [
        ('people', '0003_shared_values'),
    ]

    operations = [
        migrations.RunSQL(_SMALL_LETTERS, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name='user',
            constraint=models.CheckConstraint(condition=models.Q(('email', django.db.models.functions.text.Lower('email'))), name='user_email_in_small_letters'),
        ),
    ]
