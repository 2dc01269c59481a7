"""P8: the ledger of 100,000 concerns to XLSX, as a whole process; and every case there is to CSV.

The cases are rows made for this figure, received today in the demonstration's sub-district, each with the contact of its
reporter: that is opened for every row, since name, phone and home are starred in the free texts. Asked for are the usual
columns, and once more all columns with the texts and the masked contact.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from typing import Any

from bench.surroundings import ROOT, Installation

ROWS = 100_000
BATCH = 5_000
AREA = "321102003"


def export_ledgers(made: Installation) -> list[dict[str, Any]]:
    """Make the rows, then export them by the command that operators use."""
    told = made.ask("bench.ledgers", "--make", str(ROWS))
    day = ("--from", told["day"], "--to", told["day"], "--by", "received")
    aim = {"aim": "≤ 30 s, ≤ 150 MB"}
    figures = [
        _measured(made, "P8 ledger of 100,000 rows to xlsx, usual columns", "case", *day, form="xlsx") | aim,
        _measured(made, "P8 the same, all columns", "case", *day, "--columns", told["columns"], form="xlsx"),
        _measured(made, "P8 the same to csv, usual columns", "case", *day, form="csv"),
    ]
    everything = made.ask("bench.ledgers", "--everything")
    return [*figures, {"what": f"P8 every case to csv ({everything.pop('rows'):,} rows)", **everything}]


def _measured(made: Installation, what: str, *arguments: str, form: str) -> dict[str, Any]:
    out = made.data / f"ledger.{form}"
    command = [
        sys.executable,
        "-m",
        "shangju",
        "export-ledger",
        *arguments,
        "--area",
        AREA,
        "--out",
        str(out),
    ]
    began = time.monotonic()
    with tempfile.TemporaryFile("w+", encoding="utf-8") as said:
        process = subprocess.Popen(
            command, cwd=ROOT, env=made.environment, stdout=said, stderr=subprocess.STDOUT
        )
        _pid, ended, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(ended)
        took = time.monotonic() - began
        said.seek(0)
        lines = said.read().strip().splitlines()
    if process.returncode:
        return {"what": what, "skipped": f"failed: {' '.join(lines)[-300:]}"}
    return {
        "what": what,
        "seconds": round(took, 1),
        "cpu_s": round(used.ru_utime + used.ru_stime, 1),
        "peak_mb": round(used.ru_maxrss / 1024),
        "file_mb": round(out.stat().st_size / 1e6, 1),
        "progress_lines": len(lines) - 1,
        "said": lines[-1],
    }


def main() -> None:
    """One of the two programs that :func:`export_ledgers` starts."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--make", type=int, default=0)
    parser.add_argument("--everything", action="store_true")
    options = parser.parse_args()
    import django  # noqa: PLC0415 - the settings are chosen by whoever starts this

    django.setup()
    print(json.dumps(_everything() if options.everything else _make(options.make)))


def _everything() -> dict[str, Any]:
    """All cases of all areas; past the command, which writes one area."""
    from shangju.areas.models import Area  # noqa: PLC0415 - after setup
    from shangju.core.scoping import EverywhereReason, everywhere  # noqa: PLC0415 - as above
    from shangju.ledgers.models import Export  # noqa: PLC0415 - as above
    from shangju.ledgers.producing import produce  # noqa: PLC0415 - as above

    began, before = time.monotonic(), time.process_time()
    with everywhere(EverywhereReason.DEMO), tempfile.TemporaryFile() as stream:
        home = Area.objects.get(code=AREA)  # where the log would keep it; without a reader it narrows nothing
        export = Export(area=home, kind="case", name="all", form="csv", language="zh-hans")
        rows = produce(export, stream, standing=None, mark="bench")
        size = stream.seek(0, os.SEEK_END)
    return {
        "rows": rows,
        "seconds": round(time.monotonic() - began, 1),
        "cpu_s": round(time.process_time() - before, 1),
        "file_mb": round(size / 1e6, 1),
    }


def _make(rows: int) -> dict[str, Any]:
    from django.utils import timezone  # noqa: PLC0415 - after setup

    from shangju.cases.models import Case, ReporterContact  # noqa: PLC0415 - as above
    from shangju.core.scoping import EverywhereReason, everywhere  # noqa: PLC0415 - as above
    from shangju.ledgers.tables import LEDGERS  # noqa: PLC0415 - as above
    from shangju.ledgers.workflow import LedgerKind  # noqa: PLC0415 - as above

    with everywhere(EverywhereReason.DEMO):
        batch: list[Case] = []
        for case in _cases(rows):
            batch.append(case)
            if len(batch) == BATCH:
                _store(batch, ReporterContact)
                batch = []
        _store(batch, ReporterContact)
    columns = ",".join(LEDGERS[LedgerKind.CASE].by_key)
    return {"day": timezone.localdate().isoformat(), "columns": columns}


def _store(batch: list[Any], contact: Any) -> None:
    stored = type(batch[0]).objects.bulk_create(batch) if batch else []
    contact.objects.bulk_create(
        contact(case=case, name="居民标记", phone=f"138{case.pk:08}", exact_address="某巷1幢2单元301室")
        for case in stored
    )


def _cases(rows: int) -> Iterator[Any]:
    from django.utils import timezone  # noqa: PLC0415 - after setup

    from bench.concerns import texts  # noqa: PLC0415 - as above
    from bench.places import spots  # noqa: PLC0415 - as above
    from shangju.cases.models import Case  # noqa: PLC0415 - as above

    now, told = timezone.now(), texts(1)
    places = [spot for spot in spots() if spot.post is not None and spot.prefix == "DSK"]
    for number in range(rows):
        spot, said = places[number % len(places)], told[number % len(told)]
        yield Case(
            number=f"P8-{number:07}", tracking_print=f"p8-{number:07}", tracking_code="", state="in_progress",
            channel="phone", deadline_class=said.deadline_class, category_id=said.category, title=said.title,
            text=said.text, area_id=spot.area, area_path=spot.path, subdistrict_id=spot.subdistrict,
            community_id=spot.community, grid_id=spot.area, place_note="某巷1幢", handler_post_id=spot.post,
            received_at=now, registered_at=now, clocks_start_at=now, last_progress_at=now, due_step="close",
            due_at=now, close_due_at=now, yellow_at=now, orange_at=now, purple_at=now,
        )  # fmt: skip


if __name__ == "__main__":
    main()
