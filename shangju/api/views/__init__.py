"""The operations, by what they are about."""

from shangju.api.answers import Problem

REFUSALS = {frozenset({400, 401, 403, 404, 409, 413, 422, 429}): Problem}
"""Every operation may refuse; which statuses occur is in docs/api.md."""
