"""``make check``: every check runs, also after one has failed; the exit status is 1 if any did."""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
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
    ("formatter", [str(BIN / "ruff"), "format", "--check", "--quiet", "."]),
    ("linter", [str(BIN / "ruff"), "check", "--quiet", "."]),
    ("types", [str(BIN / "mypy"), "--no-error-summary", "shangju"]),
    ("import layers", [str(BIN / "lint-imports"), "--no-logo"]),
    ("templates", [str(BIN / "djlint"), "shangju", "--lint", "--quiet"]),
    ("missing migrations", [PYTHON, "-m", "shangju", "makemigrations", "--check", "--dry-run"]),
    ("translations", [PYTHON, "tools/check_translations.py"]),
    ("deploy check", [PYTHON, "-m", "shangju", "check", "--deploy", "--fail-level", "WARNING"]),
    ("licences", [PYTHON, "tools/licences.py", "check"]),
    *HOUSE_RULES,
]


def passes(name: str, command: list[str], environment: dict[str, str]) -> bool:
    """Run one check; print its output only if it found something."""
    began = time.monotonic()
    result = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    took = time.monotonic() - began
    print(f"  {'ok    ' if result.returncode == 0 else 'FAILED'}  {name} ({took:.1f} s)", flush=True)
    if result.returncode:
        print((result.stdout + result.stderr).rstrip(), flush=True)
    return result.returncode == 0


def main() -> int:
    """Run all checks, or with ``--house-rules`` only our own."""
    chosen = HOUSE_RULES if "--house-rules" in sys.argv[1:] else CHECKS
    failed = []
    with tempfile.TemporaryDirectory(prefix="shangju-check-") as data:
        plain = {**os.environ, "SHANGJU_DATA": data, "PYTHONPATH": str(ROOT)}
        plain.pop("DATABASE_URL", None)
        for name, command in chosen:
            environment = plain | PRODUCTION if name == "deploy check" else plain
            if not passes(name, command, environment):
                failed.append(name)
    print(
        f"{len(chosen) - len(failed)} of {len(chosen)} checks passed"
        + (f"; failed: {', '.join(failed)}" if failed else "")
    )
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
