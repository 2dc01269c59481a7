"""Clients over HTTP: threads that keep their connection, in a process apart from what is measured.

As a program it posts concerns, or plays a list of requests, for some seconds and prints what happened as one line of JSON.
"""

import argparse
import http.client
import json
import random
import statistics
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

TEXT = "楼下餐馆夜里排油烟，窗户不敢开，已经好几天了，请来看看。"
AREA = "321102003001G01"
"""A grid of Dashikou: every installation of the bench has it."""


@dataclass(slots=True)
class Answer:
    """One answer, read whole."""

    status: int
    headers: "http.client.HTTPMessage"
    body: bytes


def ask(
    connection: http.client.HTTPConnection, method: str, path: str, body: bytes = b"", **headers: str
) -> Answer:
    """One request over a kept connection."""
    spelled = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request(method, path, body or None, spelled)
    response = connection.getresponse()
    return Answer(response.status, response.headers, response.read())


def get(port: int, path: str, **headers: str) -> Answer:
    """One GET over a connection of its own."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        return ask(connection, "GET", path, **headers)
    finally:
        connection.close()


class Intake:
    """Submits concerns through ``POST /api/v1/concerns``, each under a key of its own."""

    name = "POST /api/v1/concerns"

    def __init__(self, port: int) -> None:
        self.port = port
        self.body = json.dumps({"text": TEXT, "place": {"area_code": AREA}}).encode()

    def submit(self, connection: http.client.HTTPConnection, key: str) -> bool:
        """Submit one concern under ``key``; whether it was acknowledged. Raises OSError, HTTPException on no answer."""
        answer = ask(
            connection,
            "POST",
            "/api/v1/concerns",
            self.body,
            Content_Type="application/json",
            Idempotency_Key=key,
        )
        return answer.status == 201


class Replay:
    """Plays requests of a list (``{"method", "path", "headers", "body", "status"}``): one after the other, or by chance.

    ``key`` is of no use to them. Once each where they cannot be repeated (moves): then ``submit`` raises StopIteration
    after the last one.
    """

    def __init__(self, port: int, requests: list[dict[str, Any]], *, once: bool) -> None:
        self.port, self.requests, self.once = port, requests, once
        self.name = "requests"
        self.order = iter(requests)
        self.rng = random.Random(7)

    def submit(self, connection: http.client.HTTPConnection, key: str) -> bool:
        """One request; whether its answer was the one expected."""
        request = next(self.order) if self.once else self.rng.choice(self.requests)
        body = request.get("body", "").encode()
        answer = ask(connection, request.get("method", "GET"), request["path"], body, **request["headers"])
        return answer.status == request.get("status", 200)


Door = Intake | Replay


@dataclass(slots=True)
class Tally:
    """What the clients saw; the lists are appended to by several threads."""

    milliseconds: list[float] = field(default_factory=list)
    acknowledged: list[str] = field(default_factory=list)
    refused: int = 0
    broken: int = 0
    first_fault: str = ""


def submit_until(door: Door, stop_at: float, tally: Tally, *, repeat_broken: bool) -> None:
    """Submit concern after concern. ``repeat_broken``: a key without an answer is sent again until it has one."""
    connection = http.client.HTTPConnection("127.0.0.1", door.port, timeout=30)
    key = ""
    while time.monotonic() < stop_at:
        key = key or f"bench-{uuid4()}"
        began = time.monotonic()
        try:
            taken = door.submit(connection, key)
        except StopIteration:
            break
        except (OSError, http.client.HTTPException) as fault:
            connection.close()
            tally.broken += 1
            tally.first_fault = tally.first_fault or repr(fault)
            key = key if repeat_broken else ""
            time.sleep(0.01)
            continue
        tally.milliseconds.append((time.monotonic() - began) * 1000)
        if taken:
            tally.acknowledged.append(key)
        else:
            tally.refused += 1
        key = ""
    connection.close()


def run_clients(
    door: Door, *, clients: int, seconds: float, repeat_broken: bool = False
) -> tuple[Tally, float]:
    """All clients at once; the tally and how long it took."""
    tally, began = Tally(), time.monotonic()
    arguments = (door, began + seconds, tally)
    threads = [
        threading.Thread(target=submit_until, args=arguments, kwargs={"repeat_broken": repeat_broken})
        for _client in range(clients)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return tally, time.monotonic() - began


def percentile(values: list[float], share: int) -> float:
    """The ``share``-th percentile, 0 for no values."""
    if len(values) < 2:
        return round(values[0], 1) if values else 0.0
    return round(statistics.quantiles(values, n=100, method="inclusive")[share - 1], 1)


def main() -> None:
    """Post concerns, or play a list, and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--clients", type=int, required=True)
    parser.add_argument("--seconds", type=float, required=True)
    parser.add_argument("--requests", type=Path, help="a list to play instead of posting concerns")
    parser.add_argument("--once", action="store_true", help="play each request of the list once")
    options = parser.parse_args()
    door: Door = Intake(options.port)
    if options.requests:
        listed = json.loads(options.requests.read_text(encoding="utf-8"))
        door = Replay(options.port, listed, once=options.once)
    tally, took = run_clients(door, clients=options.clients, seconds=options.seconds)
    figures = {
        "per_second": round(len(tally.acknowledged) / took, 1),
        "p50_ms": percentile(tally.milliseconds, 50),
        "p95_ms": percentile(tally.milliseconds, 95),
        "acknowledged": len(tally.acknowledged),
        "errors": tally.refused + tally.broken,
        "first_fault": tally.first_fault,
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
