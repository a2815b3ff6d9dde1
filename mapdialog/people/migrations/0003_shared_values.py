from django.db import migrations, models


class Migration(migrations.Migration):
    """Who may open the administration is told by roles: `is_staff` leaves the models.

    Its column stays for one release, with a default: web processes of the version before go on reading it
    while this one starts.
    """

    dependencies = [
        ('people', '0002_words'),
    ]

    operations = [
        migrations.CreateModel(
            name='SharedValue',
            fields=[
                ('cache_key', models.CharField(max_length=255, primary_key=True, serialize=False)),
                ('value', models.TextField()),
                ('expires', models.DateTimeField(db_index=True)),
            ],
        ),
        migrations.SeparateDatabaseAndState(
            state_operations=[migrations.RemoveField(model_name='user', name='is_staff')],
            database_operations=[
                migrations.RunSQL(
                    'ALTER TABLE people_user ALTER COLUMN is_staff SET DEFAULT false',
                    reverse_sql='ALTER TABLE people_user ALTER COLUMN is_staff DROP DEFAULT',
                ),
            ],
        ),
    ]
