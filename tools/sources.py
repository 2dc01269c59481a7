"""Which files of the repository the house rules are about."""

import ast
import subprocess
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def tracked(*patterns: str) -> list[Path]:
    """Files that git knows or would take (not ignored), matching the patterns; all of them without a pattern."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--", *patterns]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return sorted(path for line in set(listed.splitlines()) if (path := ROOT / line).is_file())


def is_test(path: Path) -> bool:
    """Whether the file belongs to a test suite."""
    return "tests" in path.relative_to(ROOT).parts or path.name == "conftest.py"


def written_modules() -> Iterator[Path]:
    """Every Python module that somebody wrote: product, tests, measurements, tools. Migrations are made."""
    for path in tracked("*.py"):
        if "migrations" not in path.parts:
            yield path


def production_modules() -> Iterator[Path]:
    """Python modules of the product, without tests and migrations."""
    for path in written_modules():
        if path.is_relative_to(ROOT / "shangju") and not is_test(path):
            yield path


def parse(path: Path) -> ast.Module:
    """The syntax tree of a module."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def shown(path: Path) -> str:
    """The path as people write it."""
    return path.relative_to(ROOT).as_posix()


def report(findings: list[str]) -> int:
    """Print the findings; 1 when there are any."""
    for finding in findings:
        print(finding)
    return 1 if findings else 0
