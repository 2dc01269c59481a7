"""Names come from the domain, and the state of a case is written in one place."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tools.sources import parse, production_modules, report, shown, tracked

BANNED_MODULES = frozenset(
    {
        "utils",
        "util",
        "helpers",
        "helper",
        "manager",
        "managers",
        "misc",
        "common",
        "stuff",
        "base",
        "lib",
        "tools",
    }
)
"""Module names under which anything could hide."""

STATE_WRITERS: dict[str, str] = {
    "shangju/cases/services": "applies moves: locks, checks, appends history and sets the clocks",
    "shangju/cases/effects/approvals": "a request's own state, asked or decided, is no state of a case",
    "shangju/bulletins/services": "a bulletin's own state, draft or issued, is no state of a case",
    "shangju/knowledge/services": "an article's own state, draft or published, is no state of a case",
    "shangju/ledgers/work": "an export's own state, waiting or done, is no state of a case",
    "shangju/supervision/cards": "a card's own state, proposed or signed, is no state of a case",
    "shangju/webhooks/sending": "a delivery's own state, to be sent or delivered, is no state of a case",
    "shangju/notices/services": "a notice's own state, to be sent or sent, is no state of a case",
    "shangju/privacy/anonymising": "a notice to a phone that was removed is given up, no state of a case",
    "shangju/privacy/carrying_out": "a run's own state, carried out or not, is no state of a case",
    "shangju/privacy/telling": "a request's own state, asked or answered, is no state of a case",
    "shangju/privacy/services": "a run's own state, prepared or confirmed, is no state of a case",
}
"""Where ``.state = …`` and ``update(state=…)`` may stand; the prefix of a path, with its reason."""


def state_writes(tree: ast.AST) -> Iterator[int]:
    """Lines that set a ``state``: by attribute, by ``update(state=…)`` or by ``setattr``."""
    for node in ast.walk(tree):
        targets: list[ast.expr] = []
        if isinstance(node, ast.Assign):
            targets = node.targets
        elif isinstance(node, ast.AugAssign | ast.AnnAssign):
            targets = [node.target]
        if any(isinstance(target, ast.Attribute) and target.attr == "state" for target in targets):
            yield node.lineno
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name == "update" and any(keyword.arg == "state" for keyword in node.keywords):
                yield node.lineno
            if (
                name == "setattr"
                and len(node.args) > 1
                and isinstance(node.args[1], ast.Constant)
                and node.args[1].value == "state"
            ):
                yield node.lineno


def main() -> int:
    """Check module names everywhere and state writes in the product."""
    findings = [
        f"{shown(path)}: “{path.stem}” says nothing; name the module for what it is about"
        for path in tracked("shangju/*.py", "tests/*.py", "bench/*.py")
        if path.stem in BANNED_MODULES
    ]
    for path in production_modules():
        if not shown(path).startswith(tuple(STATE_WRITERS)):
            findings += [
                f"{shown(path)}:{line}: only the moves in shangju/cases/services write a state"
                for line in state_writes(parse(path))
            ]
    return report(findings)


if __name__ == "__main__":
    sys.exit(main())
