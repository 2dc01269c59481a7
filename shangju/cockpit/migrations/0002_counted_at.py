"""Days say when they were counted; those that are stored count for an hour more."""

import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cockpit", "0001_received_days")]

    operations = [
        migrations.AddField(
            model_name="receivedday",
            name="counted_at",
            field=models.DateTimeField(default=django.utils.timezone.now),
            preserve_default=False,
        ),
    ]
