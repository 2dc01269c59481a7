"""What a reporter left is starred in free words, however spelled; the quick look before it loses nothing."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shangju.cases.places import building_level
from shangju.cases.reporter_lists import ListedContact
from shangju.core.known_data import KnownData
from shangju.core.sealing import Unsealable, seal

DIGITS = [
    "0〇零○０",
    "1一幺壹１",
    "2二贰２",
    "3三叁３",
    "4四肆４",
    "5五伍５",
    "6六陆６",
    "7七柒７",
    "8八捌８",
    "9九玖９",
]
BETWEEN = ["", " ", "-", "　", "·", "（", ") ", "\n", "*", "，"]
NAMES = ["居民标记", "阿明", "明", "A Ming", "", "138"]
PHONES = ["13800005678", "051258120000", "5812000", "12345", ""]
HOMES = ["某巷1幢2单元301室", "某巷 12 号楼 B座 3F", "某巷1幢", "", "东", "x" * 130]


def _wide(sign: str) -> str:
    return chr(ord(sign) + 0xFEE0) if "!" <= sign <= "~" else sign


@st.composite
def spelled(draw: st.DrawFn, piece: str) -> str:
    """A piece, or some of it, in whichever signs and with whatever between."""
    start, spelling = draw(st.sampled_from([0, 0, 0, 1, 3])), []
    between = draw(st.sampled_from([[""], [""], ["", "-"], BETWEEN]))
    for sign in piece[start : draw(st.sampled_from([None, None, None, -1, 3]))]:
        ways = [sign, sign, sign.upper(), sign.lower(), _wide(sign)]
        ways += list(DIGITS[int(sign)]) if sign in "0123456789" else []
        spelling += [draw(st.sampled_from(ways)), draw(st.sampled_from(between))]
    return "".join(spelling)


@st.composite
def told(draw: st.DrawFn) -> tuple[str, str, str, str]:
    """A contact and a text in which some of it may stand."""
    name, phone, home = (draw(st.sampled_from(pieces)) for pieces in (NAMES, PHONES, HOMES))
    starred = f"{phone[:3]}****{phone[-4:]}"
    parts = [
        draw(st.one_of(spelled(draw(st.sampled_from([name, phone, home, starred]))), NOISE))
        for _part in range(draw(st.integers(0, 4)))
    ]
    return name, phone, home, "".join(parts)


NOISE = st.text(alphabet="楼下太吵，。0123一二三号幢室座 *-138aA", max_size=12)


@settings(max_examples=400)
@given(told())
def test_hiding_after_a_quick_look_is_hiding(case: tuple[str, str, str, str]) -> None:
    name, phone, home, text = case
    exact = home if building_level(home) != home.strip() else ""
    expected = KnownData(names=[name], phones=[phone], addresses=[exact]).mask(text)
    assert ListedContact(seal(name), seal(phone), seal(home)).hidden_in(text) == expected


def test_the_phone_is_opened_where_there_is_room_for_one_only() -> None:
    contact = ListedContact("", "sealed with a key that is gone", "")
    assert contact.hidden_in("3幢楼下太吵，夜里2点还在施工") == "3幢楼下太吵，夜里2点还在施工"
    for text in ("电话 5812-000", "电话 一三八零零零零", "138****"):
        with pytest.raises(Unsealable):
            contact.hidden_in(text)
