"""Each entry of the search index also bears the mark of its sub-district (docs/adr/0006)."""

from django.db import migrations

POSTGRESQL = (
    "DROP INDEX cases_search_grams",
    "UPDATE cases_search SET grams = cases_case.subdistrict_id::int || grams FROM cases_case"
    " WHERE cases_case.id = cases_search.case_id",
    "CREATE INDEX cases_search_grams ON cases_search USING gin (grams) WITH (fastupdate = on)",
)
SQLITE = (
    "UPDATE cases_search SET grams = 'area' || (SELECT subdistrict_id FROM cases_case"
    " WHERE cases_case.id = cases_search.rowid) || ' ' || grams",
)


def mark(apps, schema_editor):
    for statement in POSTGRESQL if schema_editor.connection.vendor == "postgresql" else SQLITE:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("cases", "0002_search")]

    operations = [migrations.RunPython(mark, migrations.RunPython.noop)]
