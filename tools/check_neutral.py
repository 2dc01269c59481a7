"""The repository speaks of Shangju alone: no path of somebody's machine, no package host, no unfinished marks."""

import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tools.sources import report, shown, tracked

TEXT = (
    "*.py",
    "*.md",
    "*.html",
    "*.txt",
    "*.in",
    "*.toml",
    "*.yaml",
    "*.yml",
    "*.json",
    "*.css",
    "*.js",
    "*.sh",
    "*.po",
    "Makefile",
    ".ci/*",
)
VENDORED = "/static/vendor/"

RULES: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), sentence)
    for pattern, sentence in (
        # Each pattern is written so that it does not match its own line.
        (r"/(?:work|root|home)/[a-z]", "a path of one machine"),
        (
            r"(?i)\b(?:files\.python[h]osted|py[p]i\.org|registry\.np[m]js|regist[r]y\.yarnpkg|deb\.deb[i]an\.org)\b",
            "the host of a package registry",
        ),
        (
            r"(?i)\b(?:chat[g]pt|cla[u]de|anth[r]opic|open[a]i|copi[l]ot|language[ ]model|sub-?age[n]t)\b",
            "something that is not Shangju",
        ),
        (
            r"(?i)\bas an a[i]\b|\bthis sessi[o]n\b|\bthe found[e]r (?:said|will|edits)\b",
            "how the text came about instead of what is so",
        ),
        (r"\b(?:TO[D]O|FIX[M]E|X{3}[:(]|HA[C]K)\b", "an unfinished mark"),
        (r"^(?:<{7}|>{7}) ", "a merge conflict"),
    )
)


def findings_in(text: str) -> list[tuple[int, str]]:
    """Line and rule of everything that does not belong."""
    return [
        (number, sentence)
        for number, line in enumerate(text.splitlines(), start=1)
        for pattern, sentence in RULES
        if pattern.search(line)
    ]


def main() -> int:
    """Check every text file that git knows."""
    findings = []
    for path in tracked(*TEXT):
        if VENDORED in shown(path):
            continue
        findings += [
            f"{shown(path)}:{line}: {sentence}"
            for line, sentence in findings_in(path.read_text(encoding="utf-8"))
        ]
    return report(findings)


if __name__ == "__main__":
    sys.exit(main())
