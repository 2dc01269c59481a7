"""P10: one sweep over 200,000 open cases of which 5,000 have turned their light, by two workers at once.

The cases are rows made for this figure, each with its closing clock and without a history before: what is measured is how
the turned ones are found among all, and how their rungs are written. Of the turned ones six in ten are orange, three red
and one purple; none bears a mark yet, so that a purple one climbs three rungs.
"""

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from bench.surroundings import ROOT, Installation

OPEN = {"postgresql": 200_000, "sqlite": 20_000}
TURNED_ONE_IN = 40
WORKERS = 2
BATCH = 5_000


def sweep(made: Installation) -> list[dict[str, Any]]:
    """Make the cases, then let the workers sweep at the same time."""
    rows = OPEN[made.database]
    told = made.ask("bench.sweeping", "--make", str(rows))
    command = [sys.executable, "-m", "bench.sweeping", "--sweep", told["now"]]
    began = time.monotonic()
    workers = [
        subprocess.Popen(command, cwd=ROOT, env=made.environment, stdout=subprocess.PIPE, text=True)
        for _worker in range(WORKERS)
    ]
    answers = [json.loads(worker.communicate()[0].strip().splitlines()[-1]) for worker in workers]
    took = time.monotonic() - began
    again = made.ask("bench.sweeping", "--sweep", told["now"])
    return [
        {
            "what": f"P10 one sweep, {WORKERS} workers, {rows:,} open cases, {told['turned']:,} turned",
            "seconds": round(max(each["seconds"] for each in answers), 1),
            "with_start_s": round(took, 1),
            "rungs": "+".join(str(each["rungs"]) for each in answers),
            "of": told["rungs"],
            "again_s": round(again["seconds"], 1),
            "again_rungs": again["rungs"],
            "aim": "≤ 30 s, shared, none twice" if made.database == "postgresql" else "",
        }
    ]


def main() -> None:
    """One of the two programs that :func:`sweep` starts."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--make", type=int, default=0)
    parser.add_argument("--sweep", default="")
    options = parser.parse_args()
    import django  # noqa: PLC0415 - the settings are chosen by whoever starts this

    django.setup()
    print(json.dumps(_make(options.make) if options.make else _sweep(datetime.fromisoformat(options.sweep))))


def _sweep(now: datetime) -> dict[str, Any]:
    from shangju.supervision.sweeping import climb_ladder  # noqa: PLC0415 - after setup

    began = time.monotonic()
    rungs = climb_ladder(now)
    return {"rungs": rungs, "seconds": time.monotonic() - began}


def _make(rows: int) -> dict[str, Any]:
    from django.utils import timezone  # noqa: PLC0415 - after setup

    from shangju.cases.models import Case, CaseClock  # noqa: PLC0415 - as above
    from shangju.core.scoping import EverywhereReason, everywhere  # noqa: PLC0415 - as above

    now, counted = timezone.now(), {"orange": 0, "red": 0, "purple": 0}
    with everywhere(EverywhereReason.DEMO):
        # What was open before sleeps: only the rows of this figure are to turn.
        far = now + timedelta(days=300)
        Case.objects.filter(is_open=True).update(due_at=far, yellow_at=far, orange_at=far, purple_at=far)
        batch: list[Case] = []
        for light, case in _cases(rows, now):
            counted[light] = counted.get(light, 0) + 1
            batch.append(case)
            if len(batch) == BATCH:
                CaseClock.objects.bulk_create([_clock(each) for each in Case.objects.bulk_create(batch)])
                batch = []
        CaseClock.objects.bulk_create([_clock(each) for each in Case.objects.bulk_create(batch)])
    turned = counted["orange"] + counted["red"] + counted["purple"]
    rungs = counted["orange"] + 2 * counted["red"] + 3 * counted["purple"]
    return {"now": now.isoformat(), "turned": turned, "rungs": rungs}


def _cases(rows: int, now: datetime) -> Iterator[tuple[str, Any]]:
    from bench.places import spots  # noqa: PLC0415 - after setup
    from shangju.cases.models import Case  # noqa: PLC0415 - as above

    places = [spot for spot in spots() if spot.post is not None]
    hour, day = timedelta(hours=1), timedelta(days=1)
    for number in range(rows):
        light = "green"
        if number % TURNED_ONE_IN == 0:
            light = ("orange",) * 6 + ("red",) * 3 + ("purple",)
            light = light[number // TURNED_ONE_IN % 10]
        due = {"green": now + 4 * day, "orange": now + hour, "red": now - hour, "purple": now - 6 * day}[
            light
        ]
        spot, began = places[number % len(places)], now - 12 * day
        yield (
            light,
            Case(
                number=f"P10-{number:07}", tracking_print=f"p10-{number:07}", tracking_code="", state="in_progress",
                channel="phone", deadline_class="D", title="油烟扰民", text="楼下餐馆油烟扰民", area_id=spot.area,
                area_path=spot.path, subdistrict_id=spot.subdistrict, community_id=spot.community, grid_id=spot.area,
                handler_post_id=spot.post, received_at=began, registered_at=began, clocks_start_at=began,
                last_progress_at=began, due_step="close", due_at=due, close_due_at=due, yellow_at=due - 2 * day,
                orange_at=due - 4 * hour, purple_at=due + 5 * day,
            ),
        )  # fmt: skip


def _clock(case: Any) -> Any:
    from shangju.cases.models import CaseClock  # noqa: PLC0415 - after setup

    return CaseClock(
        case=case, step="close", round=0, limit_amount=5, limit_clock="working_days",
        started_at=case.clocks_start_at, due_at=case.due_at, yellow_at=case.yellow_at, orange_at=case.orange_at,
        purple_at=case.purple_at,
    )  # fmt: skip


if __name__ == "__main__":
    main()
