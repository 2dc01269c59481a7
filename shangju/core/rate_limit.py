"""A limit on how often one address may do something in a minute.

Counted in the cache: per process without Redis, for the whole installation with it. It keeps a script from flooding
an intake or guessing codes; it is no lock (those are rows: :mod:`shangju.accounts.locks`).
"""

import time

from django.core.cache import cache

MINUTE = 60


def this_minute() -> int:
    """The minute that is counted now."""
    return int(time.time() // MINUTE)


def exceeds_limit(purpose: str, who: str, *, per_minute: int) -> bool:
    """Count one more for ``who`` and say whether that is too many; ``per_minute`` 0 means no limit."""
    if per_minute <= 0:
        return False
    key = f"rate:{purpose}:{who}:{this_minute()}"
    if cache.add(key, 1, timeout=2 * MINUTE):
        return False
    try:
        return int(cache.incr(key)) > per_minute
    except ValueError:
        # The entry went between the two calls: a new minute has begun.
        return False


def has_reached_limit(purpose: str, who: str, *, per_minute: int) -> bool:
    """Whether ``who`` has used up this minute's count, without counting: for limits on failed tries only."""
    if per_minute <= 0:
        return False
    return int(cache.get(f"rate:{purpose}:{who}:{this_minute()}", 0)) >= per_minute


def seconds_to_wait() -> int:
    """Seconds until the counts begin anew: what ``Retry-After`` says."""
    return MINUTE - int(time.time() % MINUTE)
