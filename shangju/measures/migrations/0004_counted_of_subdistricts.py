from django.db import migrations, models
from django.db.models import F, Q


def forget_flows(apps, schema_editor):
    """On the way back: flows had two areas then; ``shangju recompute`` counts them again."""
    apps.get_model("measures", "DayFlow").objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [("measures", "0003_days_stored")]

    operations = [
        migrations.RemoveConstraint("dayflow", "flow_once_a_day"),
        migrations.RemoveIndex("dayflow", "flows_of_subdistrict"),
        migrations.RemoveField("dayflow", "area"),
        migrations.RunPython(migrations.RunPython.noop, forget_flows),
        migrations.AddConstraint(
            "dayflow", models.UniqueConstraint(fields=["subdistrict", "day"], name="flow_once_a_day")
        ),
        migrations.AddConstraint(
            "tally",
            models.CheckConstraint(
                condition=Q(grain="month", dimension="", key="") | Q(area=F("subdistrict")),
                name="communities_have_whole_months",
            ),
        ),
        migrations.RemoveIndex("round", "rounds_by_subdistrict"),
        migrations.RemoveIndex("round", "rounds_begun"),
        migrations.RemoveIndex("round", "rounds_ended"),
        migrations.AddIndex(
            "round",
            models.Index(
                fields=["subdistrict", "day", "minutes", "category", "community"],
                name="medians_by_subdistrict",
            ),
        ),
        migrations.AddIndex(
            "round",
            models.Index(
                fields=["subdistrict", "begun_on", "begun_hour", "number", "community"], name="flows_begun"
            ),
        ),
        migrations.AddIndex(
            "round",
            models.Index(fields=["subdistrict", "ended_on", "is_aside", "community"], name="flows_ended"),
        ),
        migrations.AddConstraint(
            "round",
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_on__isnull=True)
                | Q(ended_at__isnull=False, ended_on__isnull=False),
                name="ended_on_a_day",
            ),
        ),
        migrations.AddConstraint(
            "round", models.CheckConstraint(condition=Q(begun_hour__lte=23), name="begun_in_an_hour")
        ),
    ]
