"""The search index: an FTS5 table on SQLite, an integer array with a GIN index on PostgreSQL."""

from django.db import migrations

POSTGRESQL = (
    "CREATE TABLE cases_search (case_id bigint PRIMARY KEY REFERENCES cases_case (id) ON DELETE CASCADE"
    " DEFERRABLE INITIALLY DEFERRED, grams int[] NOT NULL)",
    "CREATE INDEX cases_search_grams ON cases_search USING gin (grams) WITH (fastupdate = on)",
)
SQLITE = ("CREATE VIRTUAL TABLE cases_search USING fts5 (grams, detail=none, tokenize='unicode61')",)


def create(apps, schema_editor):
    for statement in POSTGRESQL if schema_editor.connection.vendor == "postgresql" else SQLITE:
        schema_editor.execute(statement)


def drop(apps, schema_editor):
    schema_editor.execute("DROP TABLE cases_search")


class Migration(migrations.Migration):
    dependencies = [("cases", "0001_initial")]

    operations = [migrations.RunPython(create, drop)]
