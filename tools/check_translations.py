"""Every text for people has a Chinese translation, nobody doubts it, it keeps its placeholders and reads as Chinese.

What a machine can see of the last: no half-width punctuation among Han characters, the same sort of ending as the
text, and no word that docs/glossary.md has decided against (also in README.zh-CN.md and the demonstration's texts).
"""

import re
import sys
from collections.abc import Iterable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from babel.messages.catalog import Catalog

from tools.messages import CATALOGUE, extracted, is_translated, read
from tools.sources import report, shown, tracked

PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|(?<!%)%[sd]|\{\w*\}")

HAN = r"[\u3400-\u9fff]"
HALF_WIDTH = re.compile(
    rf"{HAN}\s*[,;:!?]|[,;!?]\s*{HAN}|{HAN}\.(?!\w)|{HAN}\s?\(|\)\s?{HAN}|[，。：；！？、] "
)
"""Half-width marks next to Han characters, and a full-width mark with a blank behind it."""

ENDINGS = {".": "。", "!": "。", "。": "。", "！": "。", "?": "？", "？": "？"}
"""The sort of an ending by its last sign; any other sign is a phrase, not a sentence."""

UNWANTED = (
    (re.compile(r"工单"), "事项", re.compile(r"12345|热线")),
    (re.compile(r"居民用户|居民端用户"), "居民", None),
    (re.compile(r"处理结果|处置结果"), "办理结果", None),
    (re.compile(r"追踪页|跟踪页|追踪码"), "进度页、查询码", None),
    (re.compile(r"公示板"), "公示栏", None),
    (re.compile(r"投诉人|举报人|诉求人|被投诉方|被诉方"), "反映人、被反映方", None),
    (re.compile(r"逾期|截止日期|截止时间"), "超期、期限", None),
    (re.compile(r"交办|分派单"), "派单", None),
)
"""Words decided against in docs/glossary.md: the word, what stands instead, where it is right all the same."""

INFORMAL = re.compile("你")


def placeholders(text: str) -> list[str]:
    """The placeholders of a text, sorted: each must stand in the translation as often as in the text."""
    return sorted(PLACEHOLDER.findall(text.replace("%%", "")))


def _forms(value: str | Iterable[str]) -> list[str]:
    return [value] if isinstance(value, str) else list(value)


def differences(wanted: Catalog, stored: Catalog) -> list[str]:
    """A sentence for each text that is missing, empty, fuzzy, or has lost or invented a placeholder."""
    found = []
    for message in wanted:
        if not message.id:
            continue
        texts = _forms(message.id)
        translation = stored.get(message.id, context=message.context)
        where = message.locations[0][0] if message.locations else "?"
        if not is_translated(translation):
            found.append(f"{where}: no translation of “{texts[0]}”")
            continue
        # A Chinese sentence has one form; it answers to the plural, which always carries the number.
        if any(placeholders(form) != placeholders(texts[-1]) for form in _forms(translation.string)):
            found.append(f"{where}: the translation of “{texts[0]}” has other placeholders")
    return found


def _ending(text: str) -> str | None:
    plain = re.sub(r"<[^>]*>", "", text).rstrip('”"）) ')
    return ENDINGS.get(plain[-1:])


def unwanted(text: str) -> list[str]:
    """A remark for each word of the text that the glossary has decided against."""
    return [
        f"“{found[0]}” should be {instead}"
        for word, instead, unless in UNWANTED
        if (found := word.search(text)) and not (unless and unless.search(text))
    ]


def blemishes(text: str, translation: str) -> list[str]:
    """What a reader of Chinese would stumble over in the translation of the text."""
    found = unwanted(translation)
    if mark := HALF_WIDTH.search(translation):
        found.append(f"half-width punctuation or a stray blank at “{mark[0]}”")
    if INFORMAL.search(translation):
        found.append("“你” should be 您")
    if _ending(text) != _ending(translation):
        found.append("it ends in another sort of punctuation than the text")
    return found


def remarks(stored: Catalog) -> list[str]:
    """A sentence for each blemish of a stored translation; signs alone (a colon, a comma) are left in peace."""
    return [
        f"“{translation}”: {blemish}"
        for message in stored
        if message.id and re.search(r"\w", _forms(message.id)[-1])
        for translation in _forms(message.string)
        for blemish in blemishes(_forms(message.id)[-1], translation)
    ]


def remarks_on_prose() -> list[str]:
    """Unwanted words in the Chinese that stands outside the catalogue, with file and line."""
    return [
        f"{shown(path)}:{number}: {remark}"
        for path in tracked("README.zh-CN.md", "shangju/demo/texts/*.yaml")
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        for remark in unwanted(line)
    ]


def main() -> int:
    """Compare the sources with the stored catalogue, and read the Chinese."""
    findings = differences(extracted(), read(CATALOGUE))
    if findings:
        print(f"{shown(CATALOGUE)} is not complete; run `make messages`, then translate:")
    return report([*findings, *remarks(read(CATALOGUE)), *remarks_on_prose()])


if __name__ == "__main__":
    sys.exit(main())
