"""``make check``: every check runs, also after one has failed; the exit status is 1 if any did.

Two at a time: the types alone take as long as all the others together.
"""

import os
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
AT_ONCE = 2
PYTHON = sys.executable
BIN = Path(PYTHON).parent

# Throw-away values of the right shape: the deploy checks look at settings, they open nothing.
PRODUCTION = {
    "SHANGJU_MODE": "production",
    "SHANGJU_PUBLIC_URL": "https://shangju.example",
    "SHANGJU_SECRET_KEY": "only-for-the-deploy-check-0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEFG",
    "SHANGJU_FIELD_KEYS": "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=",
}

HOUSE_RULES: list[tuple[str, list[str]]] = [
    ("scope escapes", [PYTHON, "tools/check_scope_escapes.py"]),
    ("length", [PYTHON, "tools/check_length.py"]),
    ("names and state writes", [PYTHON, "tools/check_names.py"]),
    ("neutral repository", [PYTHON, "tools/check_neutral.py"]),
    ("vendored files", [PYTHON, "tools/check_vendor.py"]),
]

CHECKS: list[tuple[str, list[str]]] = [
    ("types", [str(BIN / "mypy"), "--no-error-summary", "shangju"]),
    ("formatter", [str(BIN / "ruff"), "format", "--check", "--quiet", "."]),
    ("linter", [str(BIN / "ruff"), "check", "--quiet", "."]),
    ("import layers", [str(BIN / "lint-imports"), "--no-logo"]),
    ("templates", [str(BIN / "djlint"), "shangju", "--lint", "--quiet"]),
    ("missing migrations", [PYTHON, "-m", "shangju", "makemigrations", "--check", "--dry-run"]),
    ("translations", [PYTHON, "tools/check_translations.py"]),
    ("deploy check", [PYTHON, "-m", "shangju", "check", "--deploy", "--fail-level", "WARNING"]),
    ("licences", [PYTHON, "tools/licences.py", "check"]),
    *HOUSE_RULES,
]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one check came to."""

    name: str
    seconds: float
    failed: bool
    output: str


def run(name: str, command: list[str], environment: dict[str, str]) -> Outcome:
    """Run one check to its end."""
    began = time.monotonic()
    result = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    output = (result.stdout + result.stderr).rstrip()
    return Outcome(name, time.monotonic() - began, bool(result.returncode), output)


def report(outcome: Outcome) -> None:
    """Print a line, and the check's own output only if it found something."""
    print(
        f"  {'FAILED' if outcome.failed else 'ok    '}  {outcome.name} ({outcome.seconds:.1f} s)", flush=True
    )
    if outcome.failed:
        print(outcome.output, flush=True)


def main() -> int:
    """Run all checks, or with ``--house-rules`` only our own."""
    chosen = HOUSE_RULES if "--house-rules" in sys.argv[1:] else CHECKS
    failed = []
    with tempfile.TemporaryDirectory(prefix="shangju-check-") as folder, ThreadPoolExecutor(AT_ONCE) as pool:
        begun = [pool.submit(run, name, command, surroundings(name, folder)) for name, command in chosen]
        for done in as_completed(begun):
            report(done.result())
            failed += [done.result().name] if done.result().failed else []
    print(
        f"{len(chosen) - len(failed)} of {len(chosen)} checks passed"
        + (f"; failed: {', '.join(failed)}" if failed else "")
    )
    return 1 if failed else 0


def surroundings(name: str, folder: str) -> dict[str, str]:
    """The variables of one check, with a data folder of its own: two of them would make the same keys."""
    data = Path(folder) / name.replace(" ", "-")
    data.mkdir()
    plain = {**os.environ, "SHANGJU_DATA": str(data), "PYTHONPATH": str(ROOT)}
    plain.pop("DATABASE_URL", None)
    return plain | PRODUCTION if name == "deploy check" else plain


if __name__ == "__main__":
    sys.exit(main())
