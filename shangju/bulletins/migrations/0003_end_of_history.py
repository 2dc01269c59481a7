"""Each bulletin knows where its history ends."""

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def note_ends(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Take the last row of each history that is there as its end."""
    bulletins = apps.get_model("bulletins", "Bulletin").objects
    for event in apps.get_model("bulletins", "BulletinEvent").objects.order_by("sequence").iterator():
        bulletins.filter(pk=event.bulletin_id).update(history_length=event.sequence, history_head=event.hash)


class Migration(migrations.Migration):
    dependencies = [("bulletins", "0002_office_and_topics")]

    operations = [
        migrations.AddField("bulletin", "history_length", models.PositiveIntegerField(default=0)),
        migrations.AddField("bulletin", "history_head", models.CharField(blank=True, max_length=64)),
        migrations.RunPython(note_ends, migrations.RunPython.noop),
    ]
