"""Finding articles by words, and those that fit a concern: what is read, by whom, in which language."""

from datetime import UTC, date, datetime

import pytest
from django.utils import translation

from shangju.accounts.actors import COMMAND_LINE
from shangju.areas.models import Area
from shangju.core.scoping import EverywhereReason, everywhere
from shangju.knowledge.fitting import pieces
from shangju.knowledge.models import Article, Audience
from shangju.knowledge.queries import (
    ArticleFilters,
    articles_answering,
    public_article,
    quick_answers,
    read_for_residents,
    read_for_staff,
)
from shangju.knowledge.seeding import seed_articles
from shangju.knowledge.services import Content, publish_article, revise_article, write_article
from shangju.posts.rights import standing_of
from tests.planting import plant
from tests.street import Street, build_street

pytestmark = pytest.mark.django_db
TODAY = date(2026, 3, 5)


def enter(now: datetime, *, area: Area | None = None, release: bool = True, **content: object) -> Article:
    made = {"question": "垃圾几点投放？", "short_answer": "早上七点到九点。"} | content
    with everywhere(EverywhereReason.VERIFICATION):
        article = write_article(Content(**made), area=area, by=COMMAND_LINE, now=now)  # type: ignore[arg-type]
        return publish_article(article, seen=1, by=COMMAND_LINE, now=now) if release else article


def _grow_articles() -> None:
    build_street()
    seed_articles(now=datetime(2026, 3, 5, 2, 0, tzinfo=UTC))


@pytest.fixture
def articles(db: None) -> None:
    """The street, and the articles that every installation begins with."""
    plant(_grow_articles)


def found(words: str) -> list[int]:
    return [article.pk for article in read_for_residents(words=words, on=TODAY).items]


@pytest.mark.parametrize(
    ("words", "hit"),
    [
        ("垃圾", True),
        ("几点", True),
        ("垃", True),
        ("七点 垃圾", True),
        ("Ａ座", True),
        ("a座", True),
        ("投放几点", False),
        ("？？", False),
        ("宠物", False),
        ("点七", False),
        ("%", False),
    ],
)
def test_words_of_two_signs_are_found_in_all_texts(words: str, hit: bool, now: datetime) -> None:
    article = enter(now, text="A座后门有投放点。")
    enter(now, question="宠", short_answer="物")
    assert (found(words) == [article.pk]) is hit


def test_residents_read_nothing_internal_unpublished_or_expired(now: datetime) -> None:
    shown = enter(now, valid_until=TODAY)
    hidden = [
        enter(now, audience=Audience.INTERNAL),
        enter(now, release=False),
        enter(now, valid_until=date(2027, 1, 1)),
    ]
    assert found("垃圾") == [hidden[2].pk, shown.pk]
    day_after = date(2026, 3, 6)
    assert [a.pk for a in read_for_residents(words="垃圾", on=day_after).items] == [hidden[2].pk]
    assert [a.pk for a in articles_answering("垃圾几点投放", on=day_after)] == [hidden[2].pk]
    for article in hidden[:2]:
        with pytest.raises(Article.DoesNotExist):
            public_article(article.pk, on=TODAY)


def test_a_waiting_revision_is_found_by_staff_only(street: Street, now: datetime) -> None:
    article = enter(now, area=street.areas["subdistrict"])
    with everywhere(EverywhereReason.VERIFICATION):
        revise_article(article, Content("旧家具怎么丢？", "预约清运。"), seen=1, by=COMMAND_LINE, now=now)
    assert (found("家具"), found("垃圾")) == ([], [article.pk])
    with street.seen_by("duty_desk"):
        standing = standing_of(street.users["duty_desk"])
        page = read_for_staff(standing, ArticleFilters(words="家具"), on=TODAY)
        assert [item.pk for item in page.items] == [article.pk]


def test_staff_see_drafts_only_where_they_write(street: Street, now: datetime) -> None:
    draft = enter(now, area=street.areas["first"], release=False)
    public = enter(now, area=street.areas["subdistrict"])
    seen = {"officer": {draft.pk, public.pk}, "grid_worker": {public.pk}, "duty_desk": {draft.pk, public.pk}}
    for who, expected in (seen | {"other_officer": {public.pk}, "far_desk": set()}).items():
        with street.seen_by(who):
            page = read_for_staff(standing_of(street.users[who]), ArticleFilters(), on=TODAY)
            assert {item.pk for item in page.items} == expected, who


def test_the_list_of_those_to_look_through_again(street: Street, now: datetime) -> None:
    area = street.areas["subdistrict"]
    late = enter(now, area=area, review_by=date(2026, 3, 4))
    enter(now, area=area, review_by=TODAY)
    enter(now, area=area)
    enter(now, area=area, review_by=date(2026, 3, 4), release=False)
    with street.seen_by("leader"):
        page = read_for_staff(standing_of(street.users["leader"]), ArticleFilters(due=True), on=TODAY)
    assert [item.pk for item in page.items] == [late.pk]


@pytest.mark.usefixtures("articles")
@pytest.mark.parametrize(
    ("text", "seed"),
    [
        ("楼下饭店油烟味很大，排烟口对着窗户", "oil-fumes-zh"),
        ("你好，请问装修押金什么时候能退给我？", "renovation-deposit-zh"),
        ("请问垃圾怎么分类", "waste-sorting-zh"),
        ("夜里烧烤摊吵得睡不着", "night-noise-zh"),
        ("消防通道被面包车堵门了", "fire-lane-zh"),
        ("the neighbour's dog is barking all night", "pets-zh"),
        ("老人想申请助餐", "elder-meals-zh"),
        ("我的匿名举报会不会泄露", "reporter-protection-zh"),
    ],
)
def test_what_people_write_finds_the_article(text: str, seed: str) -> None:
    with translation.override("zh-hans"):
        assert articles_answering(text, on=TODAY)[0].seed == seed
    with translation.override("en"):
        assert articles_answering(text, on=TODAY)[0].seed == seed.replace("-zh", "-en")


@pytest.mark.usefixtures("articles")
@pytest.mark.parametrize("text", ["", "。。。", "今天天气不错", "请问怎么办", "楼道灯不亮", "hello", "0"])
def test_nothing_is_offered_where_nothing_fits(text: str) -> None:
    assert articles_answering(text, on=TODAY) == []


def test_a_list_shows_each_pair_once_in_the_readers_language(street: Street, now: datetime) -> None:
    seed_articles(now=now)
    enter(now, question="只有中文的问题？")
    for language, other in (("zh-hans", set()), ("en", {"zh-hans"})):
        with translation.override(language):
            items = read_for_residents(on=TODAY, limit=100).items
        assert {item.language for item in items} == {language} | other
        assert len(items) == 29


def test_quick_answers_hold_at_the_place(street: Street, now: datetime) -> None:
    own = enter(now, area=street.areas["first"])
    above = enter(now, area=street.areas["subdistrict"])
    enter(now, area=street.areas["second"])
    enter(now, area=street.areas["subdistrict"], audience=Audience.INTERNAL)
    offered = quick_answers("垃圾几点可以投放", area_path=street.areas["grid"].path, on=TODAY)
    assert [article.pk for article in offered] == [own.pk, above.pk]


def test_pages_follow_each_other(now: datetime) -> None:
    made = [enter(now).pk for _number in range(5)]
    first = read_for_residents(on=TODAY, limit=2)
    second = read_for_residents(on=TODAY, limit=2, cursor=first.next_cursor)
    last = read_for_residents(on=TODAY, limit=2, cursor=second.next_cursor)
    assert [a.pk for page in (first, second, last) for a in page.items] == made[::-1]
    assert last.next_cursor == ""
    assert read_for_residents(on=TODAY, limit=2, cursor="x").items == first.items


def test_the_pieces_of_a_text() -> None:
    assert pieces("油烟大 KTV 楼") == ["ktv", "油烟", "烟大"]
    assert pieces("a 1") == []
