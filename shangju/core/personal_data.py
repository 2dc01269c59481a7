"""Finding data about persons in free text, and masking it. Pure: from a text to spans, from a text to a text.

A concern is told in one's own words, and words hold phone numbers, number plates, identity numbers. What is found here
is offered for masking before anything is stored, and masked wherever somebody else reads it (docs/adr/0009). The
scanner is careful with numbers that are no person's: of orders, prices, dates and doors. Where it is not sure it finds
nothing: a form that asks too often is answered without reading.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext
from stdnum import luhn
from stdnum.cn import ric
from stdnum.exceptions import ValidationError


class PersonalDataKind(TextChoices):
    """What was found."""

    MOBILE = "mobile", _("mobile number")
    LANDLINE = "landline", _("telephone number")
    IDENTITY = "identity", _("identity number")
    BANK_CARD = "bank_card", _("bank card number")
    PLATE = "plate", _("number plate")
    EMAIL = "email", _("e-mail address")
    CHAT_ACCOUNT = "chat_account", _("WeChat or QQ account")


@dataclass(frozen=True, slots=True)
class Found:
    """One piece of personal data: where it stands in the text, and what it is."""

    start: int
    end: int
    kind: PersonalDataKind


STAR = "*"

KEPT_SIGNS: dict[PersonalDataKind, tuple[int, int]] = {
    PersonalDataKind.MOBILE: (3, 4),
    PersonalDataKind.LANDLINE: (4, 2),
    PersonalDataKind.IDENTITY: (3, 2),
    PersonalDataKind.BANK_CARD: (0, 4),
    PersonalDataKind.PLATE: (2, 1),
    PersonalDataKind.EMAIL: (1, 0),
    PersonalDataKind.CHAT_ACCOUNT: (1, 0),
}
"""How many letters and digits stay readable in front and at the end: ``138****5678``."""


def find_personal_data(text: str) -> list[Found]:
    """Every piece of personal data in ``text``, in order, none overlapping another."""
    if not _MAY_HOLD.search(text):
        return []
    folded = text.translate(_FOLDED)
    taken: list[Found] = []
    for found in _candidates(folded):
        if not any(found.start < other.end and other.start < found.end for other in taken):
            taken.append(found)
    return sorted(taken, key=lambda found: found.start)


def kinds_in(found: Iterable[Found]) -> str:
    """What was found, by kind, each once, as a list in a sentence."""
    kinds = dict.fromkeys(str(each.kind.label) for each in found)
    return pgettext("between items of a list", ", ").join(kinds)


def mask_personal_data(text: str) -> str:
    """``text`` with the middle of every piece of personal data starred; masking twice changes nothing more.

    What is left of one number may, together with its neighbour, look like another: so it is looked again until
    nothing is found. Each round stars at least one sign, so it ends.
    """
    while found := find_personal_data(text):
        for each in reversed(found):
            text = text[: each.start] + masked(text[each.start : each.end], each.kind) + text[each.end :]
    return text


def masked(piece: str, kind: PersonalDataKind) -> str:
    """One piece of personal data with its middle starred; spaces and hyphens stay."""
    front, back = KEPT_SIGNS[kind]
    domain = ""
    if kind is PersonalDataKind.EMAIL:
        at = max(piece.rfind("@"), piece.rfind("＠"))
        piece, domain = piece[:at], piece[at:]
        front = min(front, sum(sign.isalnum() for sign in piece) - 1)
    places = [place for place, sign in enumerate(piece) if sign.isalnum()]
    starred = set(places[max(front, 0) : len(places) - back]) or set(places)
    shown = "".join(STAR if place in starred else sign for place, sign in enumerate(piece))
    return shown + domain if starred else STAR + domain


# Looked for in a text in which every sign stands where it stood: full-width forms folded one to one.
_FOLDED = {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)} | {
    0x3000: " ",
    0x00A0: " ",
    **{ord(dash): "-" for dash in "‐‑‒–—−﹣"},
}
_NUMERALS = str.maketrans("〇零○一二三四五六七八九幺壹贰叁肆伍陆柒捌玖", "0001234567891123456789")

_MAY_HOLD = re.compile(
    r"[0-9０-９〇零○一二三四五六七八九幺壹贰叁肆伍陆柒捌玖]{3}|(?:[0-9０-９〇零一二三四五六七八九][ 　]){3}|[@＠]"
    r"|[A-Za-zＡ-Ｚａ-ｚ][0-9０-９·.-]|微信|威信|加微|扣扣|[QqＱｑ]{2}|[WwＷｗVvＶｖ][XxＸｘ]|wechat|weixin",
    re.IGNORECASE,
)
"""A quick look that most texts end with."""

_AND_NOT_FURTHER = r"(?![0-9])(?![-.:/][0-9])(?!\s?[元块万亿米平])"

_NOT_IN_A_NUMBER = r"(?<![0-9A-Z])(?<![0-9][-.:])"
_AND_NOT_IN_A_NUMBER = r"(?![0-9])(?![-.:][0-9])(?!\s?[元块万亿米平])"
"""Not a piece of a longer number or a time; but two phones are often written with a stroke between them."""

_NUMBER_OF_A_THING = re.compile(
    r"(?:单号|单编号|编号|流水号|序号|案号|票号|许可证号|证书号|发票号|型号|条码|单|No|NO|Nr|代码)[.:：#为是\s]{0,3}$"
)
"""What stands before a number that belongs to an order or a paper, not to a person."""

_MOBILE = re.compile(
    rf"{_NOT_IN_A_NUMBER}(?:(?:\+|00)?86[ -]?)?"
    r"(?P<data>1[3-9]\d{9}|1[3-9]\d(?P<s>[ .-])\d{4}(?P=s)\d{4}|1[3-9]\d(?P<t>[ .-])\d{3}(?P=t)\d{5}"
    r"|1[3-9]\d\d(?P<u>[ .-])\d{3}(?P=u)\d{4}|1[3-9]\d[ -]\d{8}|1[3-9]\d{5}[ -]\d{4}"
    rf"|1 [3-9](?: \d){{9}}){_AND_NOT_IN_A_NUMBER}"
)
_SPOKEN_MOBILE = re.compile(r"(?<![0-9])1 ?[3-9](?: ?[0-9]){9}(?! ?[0-9])")
_LANDLINE = re.compile(
    rf"{_NOT_IN_A_NUMBER}(?:(?:\+|00)86[ -]?)?"
    rf"(?P<data>\(?0(?:10|2\d|[3-9]\d{{2}})\)?[ -]?[2-9]\d{{2,3}}[ -]?\d{{4}}){_AND_NOT_IN_A_NUMBER}"
)
_LABELLED_LANDLINE = re.compile(
    r"(?:电话|座机|固话|家里电话|[Tt]el|TEL|[Pp]hone)(?:号码|号)?[.:\s是为]{0,3}"
    rf"(?P<data>[2-8]\d{{2,3}}[ -]?\d{{4}}){_AND_NOT_FURTHER}"
)
_IDENTITY = re.compile(
    r"(?<![0-9A-Za-z])(?P<data>[1-9]\d{5}[ -]?(?:18|19|20)\d{6}[ -]?\d{3}[0-9Xx])(?![0-9A-Za-z])"
)
_OLD_IDENTITY = re.compile(
    r"(?<![0-9A-Za-z])(?P<data>[1-8]\d{5}\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3})(?![0-9A-Za-z])"
)
_BANK_CARD = re.compile(
    r"(?<![0-9A-Za-z])(?P<data>(?:62|60|4\d|5[1-5]|35|9558)\d{2}(?:[ -]?\d{4}){2,3}(?:[ -]?\d{1,4})?)(?![0-9A-Za-z])"
)
_PLATE = re.compile(
    r"(?P<data>[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-Za-z][ ·•.-]?"
    r"(?=[A-Za-z0-9]{0,5}[0-9])(?:[A-HJ-NP-Za-hj-np-z0-9]{5,6}|[A-HJ-NP-Za-hj-np-z0-9]{4}[挂学警港澳]))(?![A-Za-z0-9])"
)
_EMAIL = re.compile(
    r"(?<![A-Za-z0-9.+_-])(?P<data>[A-Za-z0-9](?:[A-Za-z0-9.+_-]*[A-Za-z0-9_])?@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+)"
)
_CHAT = re.compile(
    r"(?:微信|加微|威信|wechat|weixin|(?<![a-z])[vw]x)(?:号码|账号|帐号|号|id)?[:=是为\s]{0,3}"
    r"(?P<data>[a-z][-_a-z0-9]{5,19}|[1-9]\d{5,11})(?![-_a-z0-9])(?!\s?[元块人户家分年])"
    r"|(?:(?<![a-z])qq|扣扣)(?:号码|账号|帐号|号)?[:=是为\s]{0,3}(?P<number>[1-9]\d{4,10})(?![0-9])(?!\s?[元块人户家分年])",
    re.IGNORECASE,
)


def _candidates(folded: str) -> Iterator[Found]:
    """What each kind's rule finds, the surest first."""
    kind = PersonalDataKind
    yield from _by(_EMAIL, kind.EMAIL, folded)
    yield from _by(_IDENTITY, kind.IDENTITY, folded, _is_identity)
    yield from _by(_BANK_CARD, kind.BANK_CARD, folded, _is_card)
    yield from _by(_OLD_IDENTITY, kind.IDENTITY, folded, _is_no_thing)
    yield from _by(_MOBILE, kind.MOBILE, folded, _is_no_thing)
    yield from _by(_SPOKEN_MOBILE, kind.MOBILE, folded.translate(_NUMERALS), _is_no_thing, spoken_in=folded)
    yield from _by(_LANDLINE, kind.LANDLINE, folded, _is_no_thing)
    yield from _by(_LABELLED_LANDLINE, kind.LANDLINE, folded)
    yield from _by(_PLATE, kind.PLATE, folded)
    yield from _by(_CHAT, kind.CHAT_ACCOUNT, folded)


Check = Callable[[str, int, str], bool]


def _by(
    rule: re.Pattern[str],
    kind: PersonalDataKind,
    folded: str,
    is_one: Check | None = None,
    *,
    spoken_in: str = "",
) -> Iterator[Found]:
    for match in rule.finditer(folded):
        groups = match.groupdict()
        name = next((name for name in ("data", "number") if groups.get(name)), 0)
        start, end = match.span(name)
        if spoken_in and all(sign in "0123456789 " for sign in spoken_in[start:end]):
            continue  # written in digits: the stricter rule has judged it
        if is_one is None or is_one(match.group(name), start, folded):
            yield Found(start, end, kind)


def _is_no_thing(_piece: str, start: int, folded: str) -> bool:
    return not _NUMBER_OF_A_THING.search(folded[max(0, start - 12) : start])


def _is_identity(piece: str, _start: int, _folded: str) -> bool:
    """Eighteen signs with place, birthday and check sign (GB 11643-1999)."""
    try:
        ric.validate(re.sub(r"[ -]", "", piece).upper())
    except ValidationError:
        return False
    return True


_CARD_DIGITS = range(15, 20)


def _is_card(piece: str, start: int, folded: str) -> bool:
    digits = re.sub(r"[ -]", "", piece)
    return len(digits) in _CARD_DIGITS and luhn.is_valid(digits) and _is_no_thing(piece, start, folded)
