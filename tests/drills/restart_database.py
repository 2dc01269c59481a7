"""R5: PostgreSQL is stopped and started under load; 503 with a sentence during the gap, then normal, without help.

``python -m tests.drills.restart_database ROUNDS`` starts a cluster and ``shangju up`` of its own. The database goes in turn
as an operator stops it and as a power cut does. Clients report concerns, open the resident's form and, signed in, the desk.
Prints one line of figures; exits 1 when anybody got another answer than 503 in the gap, or any but a good one outside it,
when something acknowledged is missing or doubled, or when the background worker did not take up its work again.
"""

import argparse
import http.client
import json
import sys
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from uuid import uuid4

from bench.drill_intake import web_workers
from bench.load import Answer, Intake, ask, get
from bench.surroundings import Cluster, Installation, Running, installation, running

GAP_SECONDS = 2.0
CALM_SECONDS = 3.0
LONGEST_RECOVERY_SECONDS = 10.0
"""Between the moment the database takes connections again and the last answer that is not a good one."""
WORKER_SECONDS = 100.0
"""The worker passes once a minute and when it is woken."""
STAFF = "community-desk"
MODES = ("fast", "immediate")


@dataclass(slots=True)
class Seen:
    """What the clients saw: moment, what was asked, status (0: no answer) and whether a 503 said a sentence."""

    answers: list[tuple[float, str, int, bool]] = field(default_factory=list)
    acknowledged: list[str] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)


def main() -> int:
    """Prepare, restart ``ROUNDS`` times under load, compare."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rounds", type=int, nargs="?", default=2)
    parser.add_argument(
        "--sign-in", action="store_true", help="print the cookie of a signed-in member of staff"
    )
    options = parser.parse_args()
    if options.sign_in:
        print(json.dumps(_session()))  # noqa: T201 - asked for by the drill itself
        return 0
    with installation("postgresql") as made, running(made) as system:
        return _drill(made, system, options.rounds)


def _drill(made: Installation, system: Running, rounds: int) -> int:
    assert made.cluster is not None
    seen, gaps = Seen(), []
    cookie = f"sessionid={made.ask('tests.drills.restart_database', '--sign-in')}"
    pages = (("/report/", ""), ("/desk/", cookie))
    clients = [threading.Thread(target=_report, args=(system.port, seen)) for _ in range(2)]
    clients += [threading.Thread(target=_open, args=(system.port, *page, seen)) for page in pages]
    workers = web_workers(system)
    for client in clients:
        client.start()
    for number in range(rounds):
        time.sleep(CALM_SECONDS)
        gaps.append(_gap(made.cluster, MODES[number % len(MODES)]))
    time.sleep(LONGEST_RECOVERY_SECONDS + CALM_SECONDS)
    seen.over.set()
    for client in clients:
        client.join()
    keys = made.data / "acknowledged.json"
    keys.write_text(json.dumps(seen.acknowledged), encoding="utf-8")
    stored = made.ask("bench.drill_intake", "--compare", str(keys))
    figures = {**_judged(seen, gaps), **stored, "worker": _worker_is_back(made, system)}
    figures["web_workers_replaced"] = len(set(workers) - set(web_workers(system)))
    print(json.dumps({"what": f"R5 database restarted {rounds} times", **figures}))  # noqa: T201 - the answer
    wrong = ("outside_the_gap", "in_the_gap", "missing", "doubled", "half_stored", "web_workers_replaced")
    return 1 if any(figures[name] for name in wrong) or figures["worker"] != "ok" else 0


def _gap(cluster: Cluster, mode: str) -> tuple[float, float]:
    began = time.monotonic()
    cluster.stop(mode)
    time.sleep(GAP_SECONDS)
    cluster.start()
    return began, time.monotonic()


def _judged(seen: Seen, gaps: list[tuple[float, float]]) -> dict[str, object]:
    """Counts of answers by kind; what must not be, in and outside the gaps; the longest way back."""
    outside, inside, recovery = Counter[str](), Counter[str](), 0.0
    for at, what, status, said in seen.answers:
        if status in {200, 201}:
            continue
        gap = next((g for g in reversed(gaps) if g[0] <= at <= g[1] + LONGEST_RECOVERY_SECONDS), None)
        if gap is None:
            outside[f"{what} {status}"] += 1
        elif status != 503 or not said:
            inside[f"{what} {status}"] += 1
        else:
            recovery = max(recovery, at - gap[1])
    return {
        "answers": len(seen.answers),
        "refused_with_a_sentence": sum(status == 503 and said for _at, _what, status, said in seen.answers),
        "in_the_gap": dict(inside),
        "outside_the_gap": dict(outside),
        "longest_recovery_seconds": round(recovery, 2),
    }


def _report(port: int, seen: Seen) -> None:
    """Report concern after concern; one that was refused is sent again under its key."""
    door, key = Intake(port), ""
    while not seen.over.is_set():
        key = key or f"drill-{uuid4()}"
        answer = _asked(
            port, "POST", "/api/v1/concerns", door.body, Content_Type="application/json", Idempotency_Key=key
        )
        _note(seen, "intake", answer)
        if answer is not None and answer.status == 201:
            seen.acknowledged.append(key)
            key = ""
        time.sleep(0.02)


def _open(port: int, path: str, cookie: str, seen: Seen) -> None:
    while not seen.over.is_set():
        _note(seen, path, _asked(port, "GET", path, **({"Cookie": cookie} if cookie else {})))
        time.sleep(0.05)


def _asked(port: int, method: str, path: str, body: bytes = b"", **headers: str) -> Answer | None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        return ask(connection, method, path, body, **headers)
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()


def _note(seen: Seen, what: str, answer: Answer | None) -> None:
    said = answer is not None and "Retry-After" in answer.headers and len(answer.body) > 100
    seen.answers.append((time.monotonic(), what, 0 if answer is None else answer.status, said))


def _worker_is_back(made: Installation, system: Running) -> str:
    """Whether the worker gives signs of life and deals with what was reported since; asked until it does."""
    until, found = time.monotonic() + WORKER_SECONDS, {"untold": -1}
    while time.monotonic() < until:
        health = json.loads(get(system.port, "/healthz").body)
        found = made.ask("tests.drills.untold")
        if health["worker"] == "ok" and health["status"] == "ok" and not found["untold"]:
            return "ok"
        time.sleep(1)
    return f"health {health}, {found['untold']} events untold"


def _session() -> str:
    """The key of a session in which a member of staff is signed in."""
    import django  # noqa: PLC0415 - only this process needs the application

    django.setup()
    from django.test import Client  # noqa: PLC0415 - after setup

    from shangju.accounts.models import User  # noqa: PLC0415 - after setup

    client = Client()
    client.force_login(
        User.objects.get(username=STAFF), backend="allauth.account.auth_backends.AuthenticationBackend"
    )
    return client.cookies["sessionid"].value


if __name__ == "__main__":
    sys.exit(main())
