"""``flush``, which also empties the search indexes: tables of their own kind in each database, without a model."""

from typing import Any

from django.core.management.commands.flush import Command as FlushCommand
from django.db import connections

FORGET = (
    "DELETE FROM cases_search WHERE NOT EXISTS (SELECT 1 FROM cases_case)",
    "DELETE FROM knowledge_search WHERE NOT EXISTS (SELECT 1 FROM knowledge_article)",
)
"""Only when the cases and articles are gone: whoever answers "no" to the question keeps both."""


class Command(FlushCommand):
    """Empty all tables, and what hangs on them."""

    def handle(self, **options: Any) -> None:
        """Django's own, told to follow the keys of tables that it does not know."""
        super().handle(**{**options, "allow_cascade": True})
        with connections[options["database"]].cursor() as cursor:
            for statement in FORGET:
                cursor.execute(statement)
