"""Licences of everything that is needed to run: each known, none that would bind a user of Shangju.

``check`` fails where one is unknown or not allowed, or where docs/licences.md is out of date; ``write`` writes that page.
"""

import re
import sys
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "licences.md"

# Short names as the packages spell them. Weak copyleft (LGPL, MPL) asks nothing of who only uses the package unchanged.
ALLOWED = re.compile(
    r"^(MIT|BSD|Apache|PSF|Python Software Foundation|ISC|MPL|Mozilla|LGPL|GNU (Lesser|Library)|HPND|MIT-CMU|0BSD|Unlicense|"
    r"Zlib|CNRI|Historical)",
    re.IGNORECASE,
)
FORBIDDEN = re.compile(r"(?<!L)GPL|Affero|AGPL|Proprietary|Commercial|SSPL|BUSL", re.IGNORECASE)
# What the licence files of these say; their metadata says nothing, or something else.
SAID_IN_THE_FILE = {"huey": "MIT", "qrcode": "BSD"}
# Not installed on the system this runs on: the lock file holds for all of them.
ELSEWHERE = {"tzdata", "colorama", "pywin32", "uvloop", "winloop"}


def locked() -> list[str]:
    """Names in the lock file."""
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    return sorted(
        {match[1].lower() for line in lines if (match := re.match(r"([A-Za-z0-9][\w.-]*)(\[.*\])?==", line))}
    )


def licence_of(name: str) -> tuple[str, str] | None:
    """Version and licence in the package's own words; none where it is not installed."""
    try:
        said = metadata(name)
    except PackageNotFoundError:
        return None
    classified = [
        line.rsplit(" :: ", 1)[-1]
        for line in said.get_all("Classifier") or []
        if line.startswith("License :: ")
    ]
    free = (said.get("License") or "").strip()
    text = said.get("License-Expression") or ", ".join(c for c in classified if c != "OSI Approved")
    return said["Version"], SAID_IN_THE_FILE.get(name) or text or (free if len(free) < 60 else "")


def examined() -> tuple[list[tuple[str, str]], list[str]]:
    """Names with licences, and what is wrong."""
    rows, wrong = [], []
    for name in locked():
        found = licence_of(name)
        if found is None:
            if name not in ELSEWHERE:
                wrong.append(f"{name}: not installed")
            continue
        _version, licence = found
        rows.append((name, licence))
        if not ALLOWED.match(licence) or FORBIDDEN.search(licence):
            wrong.append(f"{name}: “{licence or 'unknown'}” is not on the list of allowed licences")
    return rows, wrong


def page(rows: list[tuple[str, str]]) -> str:
    """The page in the documentation."""
    lines = [
        "# Licences of what Shangju needs to run",
        "",
        "Written by `make licences` from the packages' own metadata; `make check` fails when one is unknown, not allowed or",
        "missing here. Files carried in the repository are listed with theirs in each `VENDOR.json`.",
        "",
        "| package | licence |",
        "|---|---|",
        *(f"| {name} | {licence} |" for name, licence in rows),
        "",
    ]
    return "\n".join(lines)


def main() -> int:
    """Check or write."""
    rows, wrong = examined()
    if sys.argv[1:] == ["write"]:
        PAGE.write_text(page(rows), encoding="utf-8")
    elif not PAGE.exists() or PAGE.read_text(encoding="utf-8") != page(rows):
        wrong.append("docs/licences.md is out of date; run: make licences")
    print("\n".join(wrong) or f"{len(rows)} licences known and allowed")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
