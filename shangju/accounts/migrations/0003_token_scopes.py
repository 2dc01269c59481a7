"""A key names what it is for. Keys made before keep what they could do until they expire."""

from typing import Any

from django.db import migrations, models

SO_FAR = ["read_cases", "move_cases", "enter_concerns", "upload", "read_reference", "read_articles"]


def name_scopes(apps: Any, schema_editor: Any) -> None:
    apps.get_model("accounts", "ApiToken").objects.filter(scopes=[]).update(scopes=SO_FAR)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_wecom")]

    operations = [
        migrations.AlterField(
            model_name="apitoken",
            name="scopes",
            field=models.JSONField(default=list, verbose_name="Scopes"),
        ),
        migrations.RunPython(name_scopes, migrations.RunPython.noop),
    ]
