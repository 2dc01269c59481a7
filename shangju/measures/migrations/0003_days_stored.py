"""Days and hours of rounds are stored, so that all of them are counted without reckoning each instant's day.

What PostgreSQL had to learn about days that were reckoned (0002) goes, and so does what is no longer counted ahead for
communities: their days, their months by dimension, and what came and went there.
"""

from datetime import date

from django.db import migrations, models
from django.db.models import F, Q
from django.db.models.functions import ExtractHour, TruncDate

SOME_DAY = date(2000, 1, 1)


def fill(apps, schema_editor):
    apps.get_model("measures", "Round").objects.update(
        begun_on=TruncDate("started_at"), begun_hour=ExtractHour("started_at"), ended_on=TruncDate("ended_at")
    )


def take_away(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP STATISTICS IF EXISTS measures_days_of_results")
    of_communities = ~Q(area=F("subdistrict"))
    tallies = apps.get_model("measures", "Tally").objects.filter(of_communities)
    tallies.exclude(grain="month", dimension="").delete()
    apps.get_model("measures", "DayFlow").objects.filter(of_communities).delete()


class Migration(migrations.Migration):
    dependencies = [("measures", "0002_days_of_results")]

    operations = [
        migrations.AddField("round", "begun_on", models.DateField(default=SOME_DAY), preserve_default=False),
        migrations.AddField(
            "round", "begun_hour", models.PositiveSmallIntegerField(default=0), preserve_default=False
        ),
        migrations.AddField("round", "ended_on", models.DateField(null=True)),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.RunPython(take_away, migrations.RunPython.noop),
    ]
