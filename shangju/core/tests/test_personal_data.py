"""What the scanner finds, what it must leave alone, and what holds for every text."""

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import luhn
from stdnum.cn import ric

from shangju.core.personal_data import PersonalDataKind, find_personal_data, mask_personal_data

FOUND = {
    "我的电话13800005678，请回电": ("mobile", "13800005678"),
    "联系 138-0000-5678 王女士": ("mobile", "138-0000-5678"),
    "联系 138 0000 5678": ("mobile", "138 0000 5678"),
    "1 3 8 0 0 0 0 5 6 7 8": ("mobile", "1 3 8 0 0 0 0 5 6 7 8"),
    "拨打+86 13800005678": ("mobile", "13800005678"),
    "8613800005678找店主": ("mobile", "13800005678"),
    "电话１３８００００５６７８。": ("mobile", "１３８００００５６７８"),
    "幺三八零零零零五六七八": ("mobile", "幺三八零零零零五六七八"),
    "打我手机一三八〇〇〇〇五六七八吧": ("mobile", "一三八〇〇〇〇五六七八"),
    "联系1380000-5678": ("mobile", "1380000-5678"),
    "物业 0532-88881234 没人接": ("landline", "0532-88881234"),
    "物业 (010)62345678": ("landline", "(010)62345678"),
    "打053288881234": ("landline", "053288881234"),
    "座机：8888 1234": ("landline", "8888 1234"),
    "身份证11010519491231002X": ("identity", "11010519491231002X"),
    "110105 19491231 002x 是我": ("identity", "110105 19491231 002x"),
    "１１０１０５１９４９１２３１００２Ｘ": ("identity", "１１０１０５１９４９１２３１００２Ｘ"),
    "老身份证110105491231002": ("identity", "110105491231002"),
    "京A12345 乱停": ("plate", "京A12345"),
    "鲁B·D12345 占道": ("plate", "鲁B·D12345"),
    "鲁BD12345": ("plate", "鲁BD12345"),
    "鲁bf12345天天停": ("plate", "鲁bf12345"),
    "粤Z1234港": ("plate", "粤Z1234港"),
    "写信到 resident@example.com.": ("email", "resident@example.com"),
    "微信号：abc_12345": ("chat_account", "abc_12345"),
    "加vx: dongli2026": ("chat_account", "dongli2026"),
    "QQ 123456789": ("chat_account", "123456789"),
    "微信同号13800005678": ("mobile", "13800005678"),
}

LEFT_ALONE = [
    "订单号：13812345678",
    "工单编号 202611251234567890",
    "12345热线工单 DT2026112500012345",
    "快递单号13900001111222",
    "2026-11-25 22:30 楼下放音响",
    "每晚22:00-02:00，2026.11.20至2026.11.25",
    "东里1幢2单元301室",
    "门牌：江西路138-2号",
    "租金13800元，押金27600元",
    "营业执照91370202MA3C123456",
    "请打12345、110或者119",
    "客服400-820-8820",
    "面积138.0000平米",
    "事项 DSK26-000123",
    "1、3、5、7、9、11、13、15、17号楼都这样",
    "一二三四五六七八九十户都反映",
    "经度120.382600，纬度36.067100",
    "微信支付12345元",
    "微信群里说了好多次",
    "新A区三号楼",
    "13812345678元",
    "",
]


@pytest.mark.parametrize("text", FOUND)
def test_finds(text: str) -> None:
    found = find_personal_data(text)
    assert [(str(each.kind), text[each.start : each.end]) for each in found] == [FOUND[text]]


@pytest.mark.parametrize("text", LEFT_ALONE)
def test_leaves_alone(text: str) -> None:
    assert find_personal_data(text) == []
    assert mask_personal_data(text) == text


def test_finds_bank_cards_by_their_check_digit() -> None:
    number = "622202020011223344"
    number += luhn.calc_check_digit(number)
    assert [each.kind for each in find_personal_data(f"退到卡{number}上")] == [PersonalDataKind.BANK_CARD]
    wrong = number[:-1] + str((int(number[-1]) + 1) % 10)
    assert find_personal_data(f"退到卡{wrong}上") == []


def test_masks_as_people_know_it() -> None:
    masked = mask_personal_data("京A12345的车主电话138-0000-5678，邮箱resident@example.com，QQ：123456789")
    assert masked == "京A****5的车主电话138-****-5678，邮箱r*******@example.com，QQ：1********"


def test_finds_several_in_order() -> None:
    text = "店主13800005678，房东13900001234，车鲁B12345"
    kinds = [str(each.kind) for each in find_personal_data(text)]
    assert kinds == ["mobile", "mobile", "plate"]


@pytest.mark.parametrize("between", ["/", " / ", "／", "、", "，", "或", " ", ";", "|"])
def test_two_phones_hide_each_other_behind_no_sign(between: str) -> None:
    masked = mask_personal_data(
        f"电话13800005678{between}13900001234，座机0532-85912345{between}0532-85912346"
    )
    assert masked.count("****") >= 3
    for digits in ("0000567", "0000123", "591234"):
        assert digits not in masked


PIECES = st.sampled_from(
    ["13800005678", "138-0000-5678", "0532-88881234", "11010519491231002X", "京A12345", "a@b.cn", "微信：", "QQ", "电话",
     "幺三八零零零零五六七八", "6222", "0", "1", " ", "-", ".", "@", "＠", "（", "号", "单号", "\n", "１３８", "*"]
)  # fmt: skip
TEXTS = st.one_of(st.text(), st.lists(st.one_of(PIECES, st.text(max_size=3))).map("".join))


@given(TEXTS)
def test_spans_lie_in_the_text_and_do_not_overlap(text: str) -> None:
    found = find_personal_data(text)
    assert all(0 <= each.start < each.end <= len(text) for each in found)
    assert all(one.end <= next_one.start for one, next_one in pairwise(found))


@given(TEXTS)
def test_masking_leaves_nothing_to_find_and_is_idempotent(text: str) -> None:
    masked = mask_personal_data(text)
    assert find_personal_data(masked) == []
    assert mask_personal_data(masked) == masked
    assert len(masked) == len(text)


@given(
    st.integers(13, 19), st.integers(0, 10**9 - 1), st.sampled_from(["", "电话", "我是", "请打 ", "（", "，"])
)
def test_every_mobile_number_is_found_and_hidden(prefix: int, rest: int, before: str) -> None:
    number = f"{prefix}{rest:09d}"
    text = f"{before}{number}，谢谢"
    assert number in [text[each.start : each.end] for each in find_personal_data(text)]
    assert number not in mask_personal_data(text)


@given(st.sampled_from(["110105", "370202", "440305"]), st.dates(min_value=date(1901, 1, 1)),
       st.integers(0, 999))  # fmt: skip
def test_every_identity_number_is_found(place: str, born: date, serial: int) -> None:
    base = f"{place}{born:%Y%m%d}{serial:03d}"
    if base[6:8] not in {"19", "20"}:
        return
    number = base + ric.calc_check_digit(base)
    if not ric.is_valid(number):
        return
    assert [each.kind for each in find_personal_data(f"身份证{number}。")] == [PersonalDataKind.IDENTITY]
