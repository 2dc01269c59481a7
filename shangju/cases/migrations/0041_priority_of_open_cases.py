"""What is open already is weighed once. Apart from the columns: PostgreSQL changes tables and rows in turn."""

from django.db import migrations

POINTS = {"A1": 60, "A2": 50, "B": 35, "N": 35, "C": 25, "K": 20, "D": 10, "E": 5, "R": 5}
"""As the classes weigh when this was written; each later move weighs its case anew."""


def weigh_open_cases(apps, schema_editor):
    """What is open already gets the points of its class, of the night and of dissatisfaction."""
    when = " ".join(f"WHEN '{name}' THEN {points}" for name, points in POINTS.items())
    of_class = f"CASE deadline_class {when} ELSE 0 END"
    of_night = f"CASE night_class {when} ELSE 0 END"
    schema_editor.execute(
        f"UPDATE cases_case SET priority = CASE WHEN {of_night} > {of_class} THEN {of_night} ELSE {of_class} END"
        " + CASE WHEN happening_now THEN 10 ELSE 0 END"
        " + CASE WHEN dissatisfaction_count > 1 THEN 20 ELSE 10 * dissatisfaction_count END"
        " WHERE is_open"
    )


class Migration(migrations.Migration):
    dependencies = [("cases", "0040_endorsement")]

    operations = [migrations.RunPython(weigh_open_cases, migrations.RunPython.noop)]
