"""How far a class may be stretched: columns, and the delivered values for the delivered classes."""

from django.db import migrations, models

CAPS = {"B": (3, 240, None), "C": (5, 2, None), "D": (15, 5, None), "E": (30, 15, 1)}
"""Code, then days of pause in sum, amount of one extension, how many extensions."""


def set_caps(apps, schema_editor):
    """Classes that were seeded before the columns were there."""
    deadline_class = apps.get_model("deadlines", "DeadlineClass")
    for code, (pause_days, amount, at_most) in CAPS.items():
        deadline_class.objects.filter(code=code).update(
            pause_days=pause_days, extension_amount=amount, extensions_at_most=at_most
        )


class Migration(migrations.Migration):
    dependencies = [("deadlines", "0001_initial")]

    operations = [
        migrations.AddField("deadlineclass", "pause_days", models.PositiveSmallIntegerField("Pauses in sum at most, in days", default=0)),
        migrations.AddField("deadlineclass", "extension_amount", models.PositiveIntegerField("One extension at most, in the unit of the closing limit", default=0)),
        migrations.AddField("deadlineclass", "extensions_at_most", models.PositiveSmallIntegerField("Extensions at most", null=True)),
        migrations.RunPython(set_caps, migrations.RunPython.noop),
    ]
