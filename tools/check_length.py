"""Modules of at most 400 lines and functions of at most 50: what is longer hides something that has a name."""

import ast
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tools.sources import parse, report, shown, tracked, written_modules

LONGEST_MODULE = 400
LONGEST_FUNCTION = 50
LONGEST_TEMPLATE = 200

REASONS: dict[str, str] = {}
"""``path`` or ``path:function`` that may be longer, each with its reason."""


def long_functions(tree: ast.AST) -> list[tuple[int, str, int]]:
    """Line, name and length of every function that is too long; docstrings count, decorators (a test's table) do not."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length > LONGEST_FUNCTION:
                found.append((node.lineno, node.name, length))
    return found


def _too_long(path: Path, limit: int) -> list[str]:
    lines = len(path.read_text(encoding="utf-8").splitlines())
    if lines <= limit or shown(path) in REASONS:
        return []
    return [f"{shown(path)}: {lines} lines, at most {limit}; split it by what its parts are called"]


def main() -> int:
    """Check modules and functions, those of tests and measurements too, and templates."""
    findings: list[str] = []
    for path in written_modules():
        findings += _too_long(path, LONGEST_MODULE)
        findings += [
            f"{shown(path)}:{line}: {name} has {length} lines, at most {LONGEST_FUNCTION}"
            for line, name, length in long_functions(parse(path))
            if f"{shown(path)}:{name}" not in REASONS
        ]
    for path in tracked("shangju/*.html"):
        findings += _too_long(path, LONGEST_TEMPLATE)
    return report(findings)


if __name__ == "__main__":
    sys.exit(main())
