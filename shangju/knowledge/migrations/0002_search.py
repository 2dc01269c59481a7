"""The search index, and versions that nothing edits.

An FTS5 table on SQLite, an integer array with a GIN index on PostgreSQL; on both a trigger that refuses to change a
version. Whoever alters the table of versions later makes the trigger of SQLite again: rebuilding the table drops it.
"""

from django.db import migrations

POSTGRESQL = (
    "CREATE TABLE knowledge_search (article_id bigint PRIMARY KEY REFERENCES knowledge_article (id)"
    " ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED, grams int[] NOT NULL)",
    "CREATE INDEX knowledge_search_grams ON knowledge_search USING gin (grams) WITH (fastupdate = on)",
    "CREATE FUNCTION knowledge_version_stays() RETURNS trigger LANGUAGE plpgsql AS"
    " $$ BEGIN RAISE EXCEPTION 'a version of an article is never changed'; END $$",
    "CREATE TRIGGER knowledge_version_stays BEFORE UPDATE ON knowledge_articleversion"
    " FOR EACH ROW EXECUTE FUNCTION knowledge_version_stays()",
)
SQLITE = (
    "CREATE VIRTUAL TABLE knowledge_search USING fts5 (grams, detail=none, tokenize='unicode61')",
    "CREATE TRIGGER knowledge_version_stays BEFORE UPDATE ON knowledge_articleversion"
    " BEGIN SELECT RAISE(ABORT, 'a version of an article is never changed'); END",
)


def create(apps, schema_editor):
    for statement in POSTGRESQL if schema_editor.connection.vendor == "postgresql" else SQLITE:
        schema_editor.execute(statement)


def drop(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP TRIGGER knowledge_version_stays ON knowledge_articleversion")
        schema_editor.execute("DROP FUNCTION knowledge_version_stays()")
    else:
        schema_editor.execute("DROP TRIGGER knowledge_version_stays")
    schema_editor.execute("DROP TABLE knowledge_search")


class Migration(migrations.Migration):
    dependencies = [("knowledge", "0001_initial")]

    operations = [migrations.RunPython(create, drop)]
