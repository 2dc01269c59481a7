"""The templates of the demonstration: complete, varied, and without anybody's name."""

import re
from random import Random

import pytest

from shangju.categories.suggest import rank
from shangju.categories.table import seed_rows
from shangju.demo.corpus import (
    STYLE_CHANNELS,
    STYLE_WEIGHTS,
    TITLE_LENGTH,
    CorpusError,
    Place,
    choose_category,
    concern_for,
    fill,
    founding_case,
    load_corpus,
    resident_templates,
    slots_of,
    trades_for,
    words_for,
)

LEAVES = {row.code for row in seed_rows() if row.parent_code}
CODES = sorted(load_corpus().categories)
PLACE = Place(community="宋官营社区", lane="弥陀寺巷", building="3幢", shop="巷口小吃店")
PLACE_SLOTS = {"community", "lane", "building", "shop", "matter"}

SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔"
    "钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"
)
NAMED = re.compile(
    rf"(?!周[一二三四五六日末])[{SURNAMES}][一-龥]{{0,2}}(先生|女士|小姐|大爷|大妈|阿姨|师傅|老师|主任|书记)"
    rf"|[小老][{SURNAMES}](?=[，。、说的来去]|$)"
)
PHONE = re.compile(r"\d{7,}|\d{3,4}-\d{7,8}")


def strings(node):
    """All strings in a tree of YAML."""
    if isinstance(node, str):
        yield node
    elif isinstance(node, dict):
        for value in node.values():
            yield from strings(value)
    elif isinstance(node, list):
        for value in node:
            yield from strings(value)


def all_strings():
    corpus = load_corpus()
    yield from strings(dict(corpus.common))
    yield from strings({code: dict(entry) for code, entry in corpus.categories.items()})
    yield from strings(dict(founding_case()))


def test_there_are_enough_categories_and_templates():
    templates = {text for _code, _style, text in resident_templates()}
    assert len(CODES) >= 45
    assert set(CODES) <= LEAVES
    assert len(templates) >= 250
    assert all(4 <= len(load_corpus().categories[code]["texts"]) <= 12 for code in CODES)


@pytest.mark.parametrize("code", CODES)
def test_every_template_of_a_category_is_filled(code):
    corpus = load_corpus()
    entry = corpus.categories[code]
    known = PLACE_SLOTS | set(corpus.common["slots"]) | set(entry.get("slots", {}))
    for text in strings(dict(entry)):
        assert slots_of(text) <= known, text
        filled = fill(text, dict.fromkeys(known, "某处"))
        assert "{" not in filled
        assert "}" not in filled


@pytest.mark.parametrize("code", CODES)
def test_a_category_has_all_that_a_case_needs(code):
    entry = load_corpus().categories[code]
    assert set(entry["requests"]) <= {"enquiry", "help", "complaint", "report", "suggestion", "praise"}
    assert {style for of, style, _text in resident_templates() if of == code} <= set(STYLE_WEIGHTS)
    assert entry["weight"] > 0
    for story in entry["stories"]:
        assert story["party"] in {"merchant", "neighbour", "operator", "none"}
        assert ("mediation" in story) == (story["party"] != "none"), story["cause"]
        assert all(len(visit) == 3 for visit in story["visits"])


@pytest.mark.parametrize("code", CODES)
def test_every_scene_has_a_message_a_title_and_a_story(code):
    entry = load_corpus().categories[code]
    messages = {key.partition("@")[2] for text in entry["texts"] for key in text}
    titles = {title.rpartition("@")[0] for title in entry["titles"]}
    stories = {story.get("scene", "") for story in entry["stories"]}
    for scene in messages | stories:
        assert not scene or messages & {scene, ""}, scene
        assert not scene or titles & {scene, ""}, scene
        assert not scene or stories & {scene, ""}, scene
    assert titles - {""} <= messages
    assert messages == stories, "where messages are of scenes, so are the stories"


def test_one_case_keeps_to_one_scene():
    for seed in range(200):
        concern = concern_for(Random(seed), "0105", PLACE)
        assert ("广场舞" in concern.text or "舞队" in concern.text) == ("舞队" in concern.answer)
        assert ("练琴" in concern.text) == ("练琴" in concern.answer) == ("练琴" in concern.title)


def test_styles_have_weights_and_channels():
    assert set(STYLE_WEIGHTS) == set(STYLE_CHANNELS)


def test_no_common_words_keep_a_brace():
    common = load_corpus().common
    known = PLACE_SLOTS | set(common["slots"])
    for text in strings(dict(common)):
        assert slots_of(text) <= known, text


def test_nobody_bears_a_name_and_there_is_no_phone_number():
    for text in all_strings():
        assert not NAMED.search(text), text
        assert not PHONE.search(text), text


@pytest.mark.parametrize("text", ["王女士反映", "找张建国先生", "老李说", "电话13812345678"])
def test_the_patterns_do_find_names_and_numbers(text):
    assert NAMED.search(text) or PHONE.search(text)


def test_three_thousand_concerns_do_not_look_cloned():
    rng = Random(20260302)
    lanes = [f"{name}巷" for name in ("弥陀寺", "八叉", "水陆寺", "健康", "仓", "演军", "千秋", "梳儿")]
    concerns = []
    for _ in range(3000):
        place = Place(community="宋官营社区", lane=rng.choice(lanes), building=f"{rng.randint(1, 24)}幢")
        concerns.append(concern_for(rng, choose_category(rng), place))
    assert len({concern.text for concern in concerns}) >= 2850
    assert len({concern.answer for concern in concerns}) >= 1500
    assert all(6 <= len(concern.text) <= 400 for concern in concerns)
    assert all(4 <= len(concern.title) <= TITLE_LENGTH for concern in concerns)
    assert not any(set("{}@") & set(repr(concern)) for concern in concerns)
    seen = {concern.category for concern in concerns}
    assert len(seen) >= 60
    noisy = sum(concern.category.startswith(("01", "02", "03")) for concern in concerns)
    assert 0.3 <= noisy / 3000 <= 0.7
    assert {concern.style for concern in concerns} == set(STYLE_WEIGHTS)


def test_the_suggestion_finds_most_of_what_the_templates_tell():
    vocabulary = [(row.code, row.keywords) for row in seed_rows() if row.parent_code]
    rng = Random(5)
    right = 0
    for _ in range(500):
        code = choose_category(rng)
        found = rank(vocabulary, concern_for(rng, code, PLACE).text, limit=1)
        right += bool(found) and found[0].category_code == code
    assert right / 500 >= 0.85


def test_the_same_seed_tells_the_same_and_another_tells_another():
    once = [concern_for(Random(7), code, PLACE) for code in CODES]
    again = [concern_for(Random(7), code, PLACE) for code in CODES]
    other = [concern_for(Random(8), code, PLACE) for code in CODES]
    assert once == again
    assert once != other


def test_one_case_speaks_of_the_same_things_throughout():
    things = load_corpus().categories["0404"]["slots"]["rubble"]
    for seed in range(40):
        concern = concern_for(Random(seed), "0404", PLACE)
        assert len([thing for thing in things if thing in repr(concern)]) == 1
    assert PLACE.shop in concern_for(Random(2), "0201", PLACE).text


def test_a_refused_talk_is_told_as_refused():
    agreed = concern_for(Random(1), "0101", PLACE)
    refused = concern_for(Random(1), "0101", PLACE, refused=True)
    assert agreed.mediation.outcome == "agreed"
    assert refused.mediation.outcome == "refused"
    assert refused.mediation.reply != agreed.mediation.reply
    assert concern_for(Random(1), "0501", PLACE, refused=True).mediation is None


@pytest.mark.parametrize(
    "kind",
    [
        ("confirmations", "satisfied"),
        ("confirmations", "basically"),
        ("confirmations", "dissatisfied"),
        ("call_backs", "reached"),
        ("call_backs", "refused"),
        ("call_backs", "unreached"),
        ("contacts", "unreached"),
        ("answers", "partly"),
        ("answers", "explained"),
        ("answers", "not_now"),
        ("declines", "outside_duty"),
        ("refers", "court"),
    ],
)
def test_words_outside_any_category(kind):
    words = words_for(Random(3), *kind)
    assert words
    assert "{" not in words


def test_what_is_not_there_is_named():
    with pytest.raises(CorpusError, match="9999"):
        concern_for(Random(1), "9999", PLACE)
    with pytest.raises(CorpusError, match="answers / never"):
        words_for(Random(1), "answers", "never")
    with pytest.raises(CorpusError, match="nothing fills nowhere"):
        fill("在{nowhere}", {})


def test_trades():
    assert "水果" in trades_for("0301")
    assert trades_for("0802") == ()


def test_the_founding_case_is_told_whole():
    story = founding_case()
    steps = story["steps"]
    assert story["category"] == "0103"
    assert story["text"].startswith("家中长期被噪音困扰，不知是何原因")
    assert [step["move"] for step in steps] == [
        "report", "accept", "dispatch", "sign", "contact", "visit", "visit", "visit",
        "find_cause", "mediate", "visit", "visit", "resolve", "confirm",
    ]  # fmt: skip
    assert [step["where"] for step in steps if step["move"] == "visit"] == [
        "楼上",
        "楼下",
        "一楼快递公司",
        "一楼快递公司",
        "反映人家中",
    ]
    assert "风力调至1档" in steps[7]["finding"]
    assert "2档" in steps[7]["finding"]
    assert "吊扇老化" in steps[8]["cause"]
    assert steps[9]["outcome"] == "agreed"
    assert "拆除" in steps[10]["finding"]
    assert (steps[-1]["solved"], steps[-1]["satisfaction"]) == ("yes", "satisfied")
    offsets = [step["at"] for step in steps]
    assert offsets == sorted(set(offsets))
    hours = [(20 * 60 + 40 + at) // 60 % 24 for at in offsets]
    evening = [step["at"] for step, hour in zip(steps, hours, strict=True) if not 9 <= hour < 18]
    assert evening == [0, 4320, 5700]
