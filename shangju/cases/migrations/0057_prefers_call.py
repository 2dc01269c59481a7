from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0048_walls_and_reveals")]

    operations = [
        migrations.AddField(
            model_name="reportercontact",
            name="prefers_call",
            field=models.BooleanField(default=False, verbose_name="Wants to be called, not written to"),
        ),
    ]
