"""Pages, look-ups and moves over HTTP, at one client and at eight at once: the table of the peers."""

from pathlib import Path
from typing import Any

from bench.dataset import Filled
from bench.intake import play
from bench.surroundings import Running

AIMS = {
    "worklist page of 50": "p50 ≤ 40 ms; 8 clients ≥ 60/s",
    "filtered (state, area)": "p50 ≤ 40 ms",
    "100 pages down": "p50 ≤ 40 ms",
    "word search": "p50 ≤ 60 ms",
    "one case's page, 40 history rows": "p50 ≤ 30 ms; 8 clients ≥ 80/s",
    "public look-up of one case": "p50 ≤ 6 ms; 8 clients ≥ 400/s",
    "overdue list of the supervisor": "p50 ≤ 20 ms",
    "a move": "p50 ≤ 25 ms; 8 clients ≥ 100/s",
}
CLIENTS = (1, 8)


def pages(filled: Filled, system: Running, *, seconds: float) -> list[dict[str, Any]]:
    """What each list of :mod:`bench.requests` gives."""
    made = filled.installation
    arguments = ["--folder", str(made.data), "--sample", ",".join(filled.sample)]
    lists: dict[str, str] = made.ask("bench.requests", *arguments)
    moves = [lists.pop("a move, one client"), lists.pop("a move, eight clients")]
    figures = []
    for name, path in lists.items():
        play(system, clients=2, seconds=0.5, requests=Path(path))
        for clients in CLIENTS:
            seen = play(system, clients=clients, seconds=seconds, requests=Path(path))
            figures.append({"what": f"Peers: {name}, {clients} clients", **seen, "aim": AIMS[name]})
    for clients, path in zip(CLIENTS, moves, strict=True):
        seen = play(system, clients=clients, seconds=seconds, requests=Path(path), once=True)
        figures.append({"what": f"Peers: a move (accept), {clients} clients", **seen, "aim": AIMS["a move"]})
    return figures
