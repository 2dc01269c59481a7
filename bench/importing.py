"""P9: an import of hotline rows, as a whole process."""

import csv
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from bench.surroundings import ROOT, Installation

ROWS = 10_000
COLUMNS = ("工单编号", "来电时间", "诉求内容", "诉求地址", "诉求类型")
TEXTS = (
    "楼下餐馆油烟扰民",
    "店铺占道经营，行人走不过去",
    "夜间施工噪音影响休息",
    "楼道堆放杂物，有火灾隐患",
    "垃圾桶满了没人清运",
)


def write_rows(path: Path) -> None:
    """A hotline's list: number, time, what was said, where, type."""
    rng = random.Random(9)
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(COLUMNS)
        for number in range(ROWS):
            day, minute = f"2026-{rng.randint(1, 9):02}-{rng.randint(1, 28):02}", f"{rng.randint(0, 59):02}"
            called = f"{day} {rng.randint(7, 22):02}:{minute}:00"
            writer.writerow(
                (
                    f"12345-{number:07}",
                    called,
                    rng.choice(TEXTS),
                    f"大市口街道{rng.randint(1, 300)}号",
                    "投诉",
                )
            )


def import_rows(made: Installation) -> list[dict[str, Any]]:
    """The import, and the same file again."""
    path = made.data / "hotline.csv"
    write_rows(path)
    figures = []
    for name in ("P9 import of 10,000 hotline rows", "P9 the same file again"):
        took, status, said, megabytes = _run_whole(made, path)
        if status == 2 or "Unknown command" in said:
            return [{"what": name, "skipped": "there is no import-concerns command"}]
        figures.append(
            {
                "what": name,
                "seconds": round(took, 1),
                "said": said[:120],
                "peak_mb": megabytes,
                "aim": "≤ 60 s",
            }
        )
    return figures


def _run_whole(made: Installation, path: Path) -> tuple[float, int, str, int]:
    """Seconds, exit status, last line and peak memory (MB) of the command."""
    began = time.monotonic()
    with tempfile.TemporaryFile("w+", encoding="utf-8") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "shangju", "import-concerns", str(path)],
            cwd=ROOT,
            env=made.environment,
            stdout=out,
            stderr=subprocess.STDOUT,
        )
        _pid, ended, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(ended)
        took = time.monotonic() - began
        out.seek(0)
        lines = out.read().strip().splitlines()
    return took, process.returncode, lines[-1] if lines else "", round(used.ru_maxrss / 1024)
