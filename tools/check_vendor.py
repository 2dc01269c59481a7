"""Files made by others are listed with origin, licence and sum in VENDOR.json, and are what the list says."""

import hashlib
import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tools.sources import report, shown, tracked

SAID_OF_EACH = ("version", "licence", "sha256")


def compare(folder: Path, listed: dict[str, dict[str, str]], present: list[Path]) -> list[str]:
    """A sentence for each file that is unlisted, missing, changed, or told too little of."""
    findings = [
        f"{shown(path)}: not listed in {shown(folder)}/VENDOR.json"
        for path in present
        if path.name != "VENDOR.json" and path.relative_to(folder).as_posix() not in listed
    ]
    for name, facts in listed.items():
        path = folder / name
        if missing := [word for word in SAID_OF_EACH if not facts.get(word)]:
            findings.append(f"{shown(path)}: VENDOR.json does not say its {', '.join(missing)}")
        elif not path.exists():
            findings.append(f"{shown(path)}: listed, but not there")
        elif hashlib.sha256(path.read_bytes()).hexdigest() != facts["sha256"]:
            findings.append(f"{shown(path)}: differs from the sum in VENDOR.json")
    return findings


def main() -> int:
    """Check every ``static/vendor`` folder."""
    findings: list[str] = []
    present = tracked(":(glob)**/static/vendor/**")
    for folder in sorted({folder for path in present for folder in path.parents if folder.name == "vendor"}):
        register = folder / "VENDOR.json"
        if not register.exists():
            findings.append(f"{shown(folder)}: has no VENDOR.json")
            continue
        listed = json.loads(register.read_text(encoding="utf-8"))["files"]
        findings += compare(folder, listed, [path for path in present if folder in path.parents])
    return report(findings)


if __name__ == "__main__":
    sys.exit(main())
