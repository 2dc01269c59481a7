"""PostgreSQL learns how many days the results of rounds fall on.

It knows of the instants alone, nearly each of which is another one, and takes counting by day for hopeless on more than
one core. The expression is the one that Django writes for the day of an instant.
"""

from django.db import migrations

MAKE = (
    "CREATE STATISTICS measures_days_of_results"
    " ON ((ended_at AT TIME ZONE 'Asia/Shanghai')::date) FROM measures_round"
)


def make(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(MAKE)


def take_away(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP STATISTICS IF EXISTS measures_days_of_results")


class Migration(migrations.Migration):
    dependencies = [("measures", "0001_first")]

    operations = [migrations.RunPython(make, take_away)]
