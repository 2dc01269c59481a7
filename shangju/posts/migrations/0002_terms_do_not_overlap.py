"""On PostgreSQL the database itself refuses two overlapping terms of one user in one post.

The extension btree_gist is needed to compare numbers in such a constraint; where the database's owner may not create
it, the check of the service under its row lock stands alone, as it does on SQLite.
"""

import logging

from django.db import DatabaseError, migrations, transaction

logger = logging.getLogger(__name__)

CONSTRAINT = "appointment_terms_do_not_overlap"


def add_constraint(apps, schema_editor):
    if schema_editor.connection.vendor != "postgresql":
        return
    try:
        with transaction.atomic(using=schema_editor.connection.alias):
            schema_editor.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
    except DatabaseError as error:
        logger.warning("btree_gist cannot be created (%s): overlapping terms are refused by the service only", error)
        return
    schema_editor.execute(
        f"ALTER TABLE posts_appointment ADD CONSTRAINT {CONSTRAINT} EXCLUDE USING gist "
        "(post_id WITH =, user_id WITH =, daterange(starts_on, ends_on, '[]') WITH &&)"
    )


def remove_constraint(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(f"ALTER TABLE posts_appointment DROP CONSTRAINT IF EXISTS {CONSTRAINT}")


class Migration(migrations.Migration):
    dependencies = [("posts", "0001_initial")]

    operations = [migrations.RunPython(add_constraint, remove_constraint, elidable=False)]
