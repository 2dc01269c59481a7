"""What the texts of rows hold, and whether it is masked when they go in."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("imports", "0001_initial")]

    operations = [
        migrations.AddField("importrun", "is_masked", models.BooleanField(default=False)),
        migrations.AddField("importrow", "holds_personal_data", models.BooleanField(default=False)),
    ]
