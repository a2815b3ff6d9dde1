import django.utils.timezone
from django.db import migrations, models

# Of mail from before nobody knows whether it holds a link: what waits has the shortest life, a link's.
_EXPIRE = "UPDATE mail_mail SET expires_at = created_at + interval '23 hours'"


class Migration(migrations.Migration):

    dependencies = [
        ('mail', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='mail',
            name='expires_at',
            field=models.DateTimeField(default=django.utils.timezone.now, verbose_name='of no use from'),
            preserve_default=False,
        ),
        migrations.AlterField(
            model_name='mail',
            name='state',
            field=models.CharField(choices=[('waiting', 'Waiting'), ('sent', 'Taken by the mail server'), ('refused', 'Refused by the mail server'), ('given_up', 'Given up'), ('expired', 'Not sent in time')], default='waiting', max_length=10, verbose_name='state'),
        ),
        migrations.RunSQL(_EXPIRE, migrations.RunSQL.noop),
    ]
