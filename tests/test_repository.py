"""The repository itself: lock files that hold anywhere, and house rules that notice what they are for."""

import ast
import re
import textwrap
from io import BytesIO

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract

from tools import check_length, check_names, check_neutral, check_scope_escapes, check_translations
from tools.messages import KEYWORDS, pseudo_python
from tools.sources import ROOT

LOCK_FILES = ("requirements.txt", "requirements-dev.txt")


def tree(source: str) -> ast.Module:
    """The syntax tree of an indented example."""
    return ast.parse(textwrap.dedent(source))


@pytest.mark.parametrize("name", LOCK_FILES)
class TestLockFiles:
    """Versions and hashes only, so that they install from any mirror."""

    def test_name_no_host_and_no_path(self, name: str) -> None:
        text = (ROOT / name).read_text(encoding="utf-8")
        assert not re.findall(r"^.*(?:://|^-|/|@ ).*$", text, flags=re.MULTILINE)

    def test_pin_every_package_with_hashes(self, name: str) -> None:
        text = (ROOT / name).read_text(encoding="utf-8")
        packages = re.split(r"\n(?=\S)", text.strip())
        assert len(packages) > 20
        for package in packages:
            assert re.match(r"[a-z0-9][a-z0-9.-]*(?:\[[a-z,]+\])?==\S+", package), package[:60]
            assert re.search(r"--hash=sha256:[0-9a-f]{64}", package), package[:60]


def test_the_development_lock_agrees_with_the_one_that_is_installed_to_run() -> None:
    pinned = re.compile(r"^([a-z0-9.-]+)(?:\[[a-z,]+\])?==(\S+)", flags=re.MULTILINE)
    run, dev = (dict(pinned.findall((ROOT / name).read_text(encoding="utf-8"))) for name in LOCK_FILES)
    assert {name: dev.get(name) for name in run} == run


class TestScopeEscapes:
    """tools/check_scope_escapes.py"""

    REASONS = frozenset({"WORKER"})

    @pytest.mark.parametrize(
        "source",
        [
            "everywhere()",
            "everywhere('because')",
            "everywhere(reason)",
            "everywhere(EverywhereReason.INVENTED)",
            "everywhere(EverywhereReason('worker'))",
            "scoping.everywhere(reason=EverywhereReason.WORKER)",
            "Scope(everywhere=EverywhereReason.WORKER)",
            "Case._base_manager.all()",
            "Case.objects.raw('SELECT 1')",
        ],
    )
    def test_are_found(self, source: str) -> None:
        assert list(check_scope_escapes.escapes(tree(source), self.REASONS))

    @pytest.mark.parametrize(
        "source", ["everywhere(EverywhereReason.WORKER)", "Scope(areas=areas)", "raw(text)"]
    )
    def test_in_the_open_are_fine(self, source: str) -> None:
        assert not list(check_scope_escapes.escapes(tree(source), self.REASONS))


@pytest.mark.parametrize(
    "source",
    [
        "case.state = 1",
        "case.state: str = 1",
        "case.state += 1",
        "rows.update(state=1)",
        "setattr(case, 'state', 1)",
    ],
)
def test_state_writes_are_found(source: str) -> None:
    assert list(check_names.state_writes(tree(source))) == [1]


def test_reading_a_state_is_fine() -> None:
    assert not list(
        check_names.state_writes(tree("if case.state == 1: rows.filter(state=2).update(light=case.state)"))
    )


def test_long_functions_are_found() -> None:
    body = "\n".join(["def long():"] + ["    pass"] * check_length.LONGEST_FUNCTION)
    assert [name for _line, name, _length in check_length.long_functions(ast.parse(body))] == ["long"]
    body = "\n".join(["def short():"] + ["    pass"] * (check_length.LONGEST_FUNCTION - 1))
    assert not check_length.long_functions(ast.parse(body))


@pytest.mark.parametrize(
    "line",
    [
        "see /ho" + "me/me/file",
        "https://py" + "pi.org/simple",
        "TO" + "DO: later",
        "<" * 7 + " HEAD",
        "as an A" + "I",
    ],
)
def test_what_does_not_belong_here_is_found(line: str) -> None:
    assert check_neutral.findings_in(f"fine\n{line}\n")[0][0] == 2


class TestTranslations:
    """tools/messages.py and tools/check_translations.py"""

    def test_a_template_becomes_calls_that_babel_reads(self) -> None:
        template = """
            {% load i18n %}<p class="x">{% translate "Save" %} it's "quoted" <!-- ( -->
              {% translate "Board" context "noun" %}{{ value|default:_("None") }}
                {% blocktranslate trimmed count n=cases %}
                  One case of %(who)s
                {% plural %}
                  {{ n }} cases
                {% endblocktranslate %}</p>
          <b title="{% translate 'Close' %}">{% blocktranslate trimmed with x=y %}Due {{ x }}{% endblocktranslate %}
        """
        found = extract("python", BytesIO(pseudo_python(template).encode()), keywords=KEYWORDS)
        texts = {(message, context) for _line, message, _comments, context in found}
        assert texts == {
            ("Save", None),
            ("Board", "noun"),
            ("None", None),
            (("One case of %%(who)s", "%(n)s cases"), None),
            ("Close", None),
            ("Due %(x)s", None),
        }

    @pytest.mark.parametrize(
        ("text", "translation", "fuzzy", "complaint"),
        [
            ("Save", "保存", False, None),
            ("Save", "", False, "no translation"),
            ("Save", "保存", True, "no translation"),
            ("Due %(day)s", "%(day)s 到期", False, None),
            ("Due %(day)s", "%(date)s 到期", False, "placeholders"),
            ("Due {day}", "到期", False, "placeholders"),
            (("One case", "%(n)s cases"), ("%(n)s 件",), False, None),
            (("One case", "%(n)s cases"), ("几件",), False, "placeholders"),
        ],
    )
    def test_what_is_missing_is_found(
        self, text: str | tuple[str, str], translation: str | tuple[str], fuzzy: bool, complaint: str | None
    ) -> None:
        wanted, stored = Catalog(locale="zh_Hans"), Catalog(locale="zh_Hans")
        wanted.add(text, locations=[("a.py", 1)])
        stored.add(text, translation, flags=["fuzzy"] if fuzzy else [])
        found = check_translations.differences(wanted, stored)
        assert len(found) == (1 if complaint else 0)
        assert (complaint or "") in "".join(found)

    @pytest.mark.parametrize(
        ("text", "translation", "complaint"),
        [
            ("Saved. Go on.", "已保存，请继续。", None),
            ("Saved. Go on.", "已保存,请继续。", "half-width"),
            ("Saved. Go on.", "已保存， 请继续。", "half-width"),
            ("Member (shop)", "成员单位(商户)", "half-width"),
            ("Member (shop)", "成员单位（商户）", None),
            ("Due %(at)s (%(why)s).", "到期时间：%(at)s（%(why)s）。", None),
            ("See <b>%(link)s</b>.", "查看：<b>%(link)s</b>。", None),
            ("Version 3.11 is needed.", "需要 3.11 版本。", None),
            ("Saved.", "已保存", "punctuation"),
            ("Save", "保存。", "punctuation"),
            ("Is it solved?", "解决了吗。", "punctuation"),
            ("Thank you!", "谢谢您。", None),
            ("Open the case", "打开工单", "事项"),
            ("Order of the hotline", "12345 热线工单", None),
            ("Result", "处理结果", "办理结果"),
            ("Your password", "你的密码", "您"),
            ("Your password", "您的密码", None),
        ],
    )
    def test_what_does_not_read_as_chinese_is_found(
        self, text: str, translation: str, complaint: str | None
    ) -> None:
        found = check_translations.blemishes(text, translation)
        assert len(found) == (1 if complaint else 0), found
        assert (complaint or "") in "".join(found)
        stored = Catalog(locale="zh_Hans")
        stored.add(text, translation)
        assert len(check_translations.remarks(stored)) == len(found)
