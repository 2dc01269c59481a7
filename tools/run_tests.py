"""``make test``: the suite on the embedded database and, where ``TEST_DATABASE_URL`` names one, on PostgreSQL.

``--no-skips`` fails when any test was skipped. Other arguments go to pytest. Browser tests run in the first pass.
The last line tells the sum of both passes: ``total: N passed, N failed, N skipped``.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
WORKERS = "3"
"""One more than there are cores: there is always one that waits, for a server, a browser or a process that starts."""
NOTHING_COLLECTED = 5


def counted(report: Path) -> Counter[str]:
    """Passed, failed (errors too) and skipped tests of a junit file; an expected failure counts as passed."""
    counts: Counter[str] = Counter(passed=0, failed=0, skipped=0)
    for case in ET.parse(report).iter("testcase"):
        skip = case.find("skipped")
        if case.find("failure") is not None or case.find("error") is not None:
            counts["failed"] += 1
        elif skip is not None and skip.get("type") == "pytest.skip":
            counts["skipped"] += 1
        else:
            counts["passed"] += 1
    return counts


def run_pass(name: str, arguments: list[str], database: str) -> tuple[int, Counter[str]]:
    """One run of pytest in a data folder of its own; its exit status and counts."""
    print(f"== tests on {name} ==", flush=True)
    folder = Path(tempfile.mkdtemp(prefix="shangju-tests-"))
    environment = {
        key: value for key, value in os.environ.items() if key not in {"DATABASE_URL", "TEST_DATABASE_URL"}
    }
    environment["SHANGJU_DATA"] = str(folder / "data")
    if database:
        environment["TEST_DATABASE_URL"] = database
    report = folder / "report.xml"
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-n",
        WORKERS,
        "--dist=worksteal",
        "-q",
        f"--junitxml={report}",
        *arguments,
    ]
    try:
        status = subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode
        counts = counted(report) if report.exists() else Counter(failed=1)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return status, counts


def main() -> int:
    """Run the passes that are possible here, and say which were not."""
    arguments = [argument for argument in sys.argv[1:] if argument != "--no-skips"]
    database = os.environ.get("TEST_DATABASE_URL", "")
    statuses, total = [], Counter[str]()
    passes = [("the embedded database", arguments, "")]
    if database:
        passes.append(("PostgreSQL", ["-m", "not browser", *arguments], database))
    else:
        print("TEST_DATABASE_URL is not set: the suite runs on the embedded database only.", flush=True)
    for name, chosen, url in passes:
        status, counts = run_pass(name, chosen, url)
        statuses.append(0 if status == NOTHING_COLLECTED and arguments else status)
        total.update(counts)
    failed = any(statuses)
    if "--no-skips" in sys.argv[1:] and total["skipped"]:
        print(
            f"{total['skipped']} tests were skipped; here none may be: something they need is missing (reasons above)."
        )
        failed = True
    print(
        f"total: {total['passed']} passed, {total['failed']} failed, {total['skipped']} skipped", flush=True
    )
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
