"""The suggestion: by rule, with a reason, the same every time."""

from datetime import datetime, time
from zoneinfo import ZoneInfo

import pytest
from django.utils.translation import override

from shangju.categories.queries import category_by_code
from shangju.categories.services import seed_categories
from shangju.categories.suggest import looks_like_night_noise, rank, suggest_categories
from shangju.categories.table import seed_rows

SHANGHAI = ZoneInfo("Asia/Shanghai")
NIGHT = (time(22), time(6))


@pytest.fixture
def seeded(db):
    seed_categories(now=datetime(2026, 3, 2, tzinfo=SHANGHAI))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("家中长期有嗡嗡声，像机器在转，不知是何原因", "0103"),
        ("楼下服装店门口的大喇叭从早放到晚", "0101"),
        ("饭店油烟对着我家窗户直排", "0201"),
        ("水果店把货架摆到人行道上占道经营", "0301"),
        ("消防通道被面包车堵死了", "0701"),
        ("楼上卫生间漏水，天花板都湿了", "0802"),
        ("电动车飞线充电，线从三楼拉下来", "0702"),
        ("健身房关门了，会员卡里还有余额", "0904"),
        ("窨井盖没了，晚上很危险", "0503"),
        ("遛狗不拴绳，狗屎也不捡", "1004"),
        ("请问老年证怎么办理，需要什么材料", "1201"),
        ("送一面锦旗，表扬网格员热心", "1205"),
    ],
)
def test_plain_concerns_get_the_right_first_suggestion(seeded, text, code):
    best = suggest_categories(text)[0]
    assert best.category_code == code
    assert best.score > 0
    assert all(word.split("+")[0] in text for word in best.words)


def test_the_reason_names_the_words_in_both_languages(seeded):
    with override("en"):
        assert suggest_categories("油烟直排")[0].reason == "Because of the words: 油烟、直排"
    with override("zh-hans"):
        assert "油烟、直排" in suggest_categories("油烟直排")[0].reason


def test_nothing_known_gives_nothing(seeded):
    assert suggest_categories("今天天气很好") == []
    assert suggest_categories("") == []


def test_at_most_as_many_as_asked_best_first_and_always_the_same(seeded):
    text = "饭店油烟直排，泔水桶发臭，污水流到路面，垃圾桶满了没人清理，桌椅摆到人行道"
    once = suggest_categories(text, limit=4)
    assert len(once) == 4
    assert [found.score for found in once] == sorted((found.score for found in once), reverse=True)
    assert suggest_categories(text, limit=4) == once
    assert suggest_categories(text, limit=2) == once[:2]


def test_a_word_inside_a_longer_one_counts_once_and_full_width_letters_count():
    assert [found.words for found in rank([("1", ["油烟", "油烟味"])], "油烟味很大", limit=3)] == [
        ("油烟味",)
    ]
    assert [found.words for found in rank([("1", ["LED屏"])], "ｌｅｄ 屏太亮", limit=3)] == [("LED屏",)]
    assert rank([("1", ["装修+噪"])], "装修垃圾没人清", limit=3) == []


def test_the_parts_of_a_joined_word_must_stand_near_each_other():
    assert rank([("1", ["路+坑"])], "路上有个大坑", limit=3)
    assert rank([("1", ["路+坑"])], "路" + "长" * 30 + "坑", limit=3) == []
    assert rank([("1", ["路+坑"])], "路" + "长" * 30 + "路中间一个坑", limit=3)


def test_the_beginning_says_what_it_is_about_and_one_word_deep_in_a_text_says_nothing():
    (early,) = rank([("1", ["电梯"])], "电梯" + "长" * 60, limit=3)
    assert early.score == 4
    assert rank([("1", ["电梯"])], "长" * 60 + "电梯", limit=3) == []
    (late,) = rank([("1", ["电梯", "困人"])], "长" * 60 + "电梯困人", limit=3)
    assert late.score == 4


def test_equal_scores_keep_the_order_of_the_codes():
    found = rank([("0200", ["甲乙"]), ("0100", ["丙丁"])], "甲乙丙丁", limit=3)
    assert [suggestion.category_code for suggestion in found] == ["0100", "0200"]


@pytest.mark.parametrize(
    ("code", "now", "hour", "minute", "expected"),
    [
        ("0101", True, 21, 59, False),
        ("0101", True, 22, 0, True),
        ("0105", True, 2, 30, True),
        ("0106", True, 5, 59, True),
        ("0106", True, 6, 0, False),
        ("0102", False, 23, 0, False),
        ("0103", True, 23, 0, False),
        ("0201", True, 23, 0, False),
    ],
)
def test_night_noise(seeded, code, now, hour, minute, expected):
    instant = datetime(2026, 3, 2, hour, minute, tzinfo=SHANGHAI)
    assert looks_like_night_noise(category_by_code(code), now, instant, NIGHT) is expected


def test_a_night_that_does_not_cross_midnight(seeded):
    noise = category_by_code("0101")
    for hour, expected in [(0, True), (3, True), (8, False), (23, False)]:
        instant = datetime(2026, 3, 2, hour, tzinfo=SHANGHAI)
        assert looks_like_night_noise(noise, True, instant, (time(0), time(8))) is expected


def test_no_two_categories_are_told_apart_by_nothing():
    vocabularies = [frozenset(row.keywords) for row in seed_rows() if row.keywords]
    assert len(set(vocabularies)) == len(vocabularies)
