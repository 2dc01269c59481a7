"""Loading a library without the optional parts that this installation has no use for.

A process that serves SQLite needs no driver of PostgreSQL, yet the queue's library takes it where it finds it: ten
megabytes in each process of the smallest installation.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def sparing(*packages: str) -> Iterator[None]:
    """While it is open, ``packages`` that are not loaded yet cannot be imported (``None`` in ``sys.modules``)."""
    spared = [name for name in packages if name not in sys.modules]
    for name in spared:
        sys.modules[name] = None  # type: ignore[assignment] # the import system's own way of saying "not there"
    try:
        yield
    finally:
        for name in spared:
            del sys.modules[name]
