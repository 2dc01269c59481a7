"""A notice may stand without a history row, as an answer about one's own account does; and it can be emptied."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """The row becomes optional; when recipient and body were removed is kept."""

    dependencies = [("cases", "0001_initial"), ("notices", "0002_templates")]

    operations = [
        migrations.AlterField(
            model_name="notice",
            name="event",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="notices",
                to="cases.caseevent",
            ),
        ),
        migrations.AddField(
            model_name="notice",
            name="emptied_at",
            field=models.DateTimeField(null=True),
        ),
    ]
