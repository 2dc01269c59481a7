"""Area scoping may be left only in the open: with a literal reason of the closed list, in code that says so.

Refused: ``everywhere(…)`` with anything but ``EverywhereReason.MEMBER``, ``Scope(everywhere=…)``, ``_base_manager``,
``.raw(…)`` and the like outside the files below, and models with an area but an unscoped manager.
"""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tools.sources import is_test, parse, report, shown, tracked

ALLOWED: dict[str, str] = {
    "shangju/core/scoping.py": "defines everywhere() itself",
}
"""Files that may use what is refused elsewhere, each with its reason."""

BARE_ATTRIBUTES = frozenset({"_base_manager", "_default_manager"})


def _reasons() -> frozenset[str]:
    from tools.sources import ROOT

    for node in ast.walk(parse(ROOT / "shangju/core/scoping.py")):
        if isinstance(node, ast.ClassDef) and node.name == "EverywhereReason":
            return frozenset(
                target.id
                for item in node.body
                if isinstance(item, ast.Assign)
                for target in item.targets
                if isinstance(target, ast.Name)
            )
    raise SystemExit("EverywhereReason is gone from shangju/core/scoping.py")


def _called(node: ast.Call) -> str:
    if isinstance(node.func, ast.Name):
        return node.func.id
    return node.func.attr if isinstance(node.func, ast.Attribute) else ""


def _is_literal_reason(node: ast.Call, reasons: frozenset[str]) -> bool:
    if len(node.args) != 1 or node.keywords:
        return False
    reason = node.args[0]
    return (
        isinstance(reason, ast.Attribute)
        and isinstance(reason.value, ast.Name)
        and reason.value.id == "EverywhereReason"
        and reason.attr in reasons
    )


def escapes(tree: ast.AST, reasons: frozenset[str], *, in_test: bool = False) -> Iterator[tuple[int, str]]:
    """Line and sentence of every escape that is not in the open."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = _called(node)
            if name == "everywhere" and not _is_literal_reason(node, reasons):
                yield node.lineno, "everywhere() takes one literal member: everywhere(EverywhereReason.NAME)"
            elif in_test:
                continue
            elif name == "Scope" and any(keyword.arg == "everywhere" for keyword in node.keywords):
                yield (
                    node.lineno,
                    "Scope(everywhere=…) goes past the closed list; use everywhere(EverywhereReason.NAME)",
                )
            elif name == "raw" and isinstance(node.func, ast.Attribute):
                yield (
                    node.lineno,
                    ".raw() is not scoped; use the manager, or give the file a reason in tools/check_scope_escapes.py",
                )
        elif isinstance(node, ast.Attribute) and node.attr in BARE_ATTRIBUTES and not in_test:
            yield node.lineno, f"{node.attr} is not named in our code; use the scoped manager"


def main() -> int:
    """Check every module of the product, its tests and its tools."""
    reasons = _reasons()
    findings = [
        f"{shown(path)}:{line}: {sentence}"
        for path in tracked("shangju/*.py", "tests/*.py", "bench/*.py", "conftest.py")
        if shown(path) not in ALLOWED
        for line, sentence in escapes(parse(path), reasons, in_test=is_test(path))
    ]
    return report(findings)


if __name__ == "__main__":
    sys.exit(main())
