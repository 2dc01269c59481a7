"""What is stored by each write, who may make it, and that a version never changes."""

from datetime import date, datetime, timedelta

import pytest
from django.db import DatabaseError, transaction

from shangju.accounts.actors import COMMAND_LINE
from shangju.areas.models import Area
from shangju.core.errors import Conflict, DomainError, NotAllowed
from shangju.core.models import AuditEvent
from shangju.core.scoping import EverywhereReason, ScopeError, everywhere
from shangju.knowledge.models import Article, ArticleOpinion, ArticleSign, ArticleVersion, Audience
from shangju.knowledge.rules import may_keep, may_publish, open_moves, path_of_everything
from shangju.knowledge.seeding import LANGUAGES, seed_articles, seed_table
from shangju.knowledge.services import (
    Content,
    confirm_article,
    give_opinion,
    publish_article,
    resume_article,
    retire_article,
    revise_article,
    write_article,
)
from shangju.knowledge.workflow import MOVES, ArticleMove, ArticleState
from shangju.posts.rights import standing_of
from tests.street import Street

pytestmark = pytest.mark.usefixtures("everywhere_scope")

CONTENT = Content(
    question="垃圾几点投放？",
    short_answer="早上七点到九点。",
    keywords=["垃圾", " 垃圾 ", "", "投放"],
    review_by=date(2027, 1, 1),
)
CHANGED = Content(question="垃圾几点可以投放？", short_answer="早上六点到九点。")


@pytest.fixture
def draft(street: Street, now: datetime) -> Article:
    return write_article(CONTENT, area=street.areas["subdistrict"], by=street.users["duty_desk"], now=now)


@pytest.fixture
def published(draft: Article, street: Street, now: datetime) -> Article:
    return publish_article(draft, seen=1, by=street.users["duty_desk"], now=now)


def stored(article: Article) -> Article:
    return Article.objects.select_related("latest", "published", "area").get(pk=article.pk)


def test_an_article_begins_as_a_draft_with_its_first_version(draft: Article, street: Street) -> None:
    found = stored(draft)
    assert (found.state, found.published) == (ArticleState.DRAFT, None)
    version = found.latest
    assert version is not None
    assert (version.number, version.by, version.question) == (1, street.users["duty_desk"], "垃圾几点投放？")
    assert version.keyword_list == ["垃圾", "投放"]


def test_a_revision_is_read_only_once_it_is_published(
    published: Article, street: Street, now: datetime
) -> None:
    desk = street.users["duty_desk"]
    revise_article(published, CHANGED, seen=1, reason="时间调整", by=desk, now=now)
    waiting = stored(published)
    assert (waiting.published_id, waiting.waits) == (published.published_id, True)
    publish_article(published, seen=2, by=desk, now=now)
    found = stored(published)
    assert (found.published_id, found.waits) == (found.latest_id, False)
    versions = ArticleVersion.objects.filter(article=published).order_by("number")
    assert list(versions.values_list("number", "question", "reason")) == [
        (1, "垃圾几点投放？", ""),
        (2, "垃圾几点可以投放？", "时间调整"),
    ]
    actions = AuditEvent.objects.filter(object_type="knowledge.article").order_by("pk")
    assert [(event.action, event.after) for event in actions] == [
        ("article.publish", {"version": 1}),
        ("article.publish", {"version": 2}),
    ]


def test_the_database_refuses_to_change_a_version(draft: Article) -> None:
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        ArticleVersion.objects.filter(article=draft).update(question="另一个问题")
    assert ArticleVersion.objects.get(article=draft).question == "垃圾几点投放？"


def test_who_wrote_on_an_older_version_is_told(published: Article, street: Street, now: datetime) -> None:
    desk = street.users["duty_desk"]
    revise_article(published, CHANGED, seen=1, by=desk, now=now)
    for write in (
        lambda: revise_article(published, CHANGED, seen=1, by=desk, now=now),
        lambda: publish_article(published, seen=1, by=desk, now=now),
        lambda: confirm_article(published, review_by=date(2030, 1, 1), seen=2, by=desk, now=now),
    ):
        with pytest.raises(Conflict):
            write()
    assert ArticleVersion.objects.filter(article=published).count() == 2


def test_confirming_publishes_the_same_words_with_a_new_day(
    published: Article, street: Street, now: datetime
) -> None:
    day = now.date() + timedelta(days=300)
    confirm_article(published, review_by=day, seen=1, by=street.users["duty_desk"], now=now)
    found = stored(published)
    assert found.published is not None
    assert (found.published.number, found.published.review_by) == (2, day)
    assert found.published.short_answer == CONTENT.short_answer
    with pytest.raises(DomainError) as refusal:
        confirm_article(published, review_by=now.date(), seen=2, by=street.users["duty_desk"], now=now)
    assert set(refusal.value.fields) == {"review_by"}


def test_a_retired_article_is_read_by_nobody_and_can_come_back(
    published: Article, street: Street, now: datetime
) -> None:
    desk = street.users["duty_desk"]
    with pytest.raises(DomainError):
        retire_article(published, reason=" ", by=desk, now=now)
    retire_article(published, reason="已合并", by=desk, now=now)
    assert stored(published).published is None
    assert not ArticleSign.objects.filter(article=published).exists()
    resume_article(published, by=desk, now=now)
    assert stored(published).state == ArticleState.DRAFT


TABLE = {
    ("draft", "revise"), ("draft", "publish"), ("draft", "retire"),
    ("published", "revise"), ("published", "publish"), ("published", "confirm"), ("published", "retire"),
    ("retired", "resume"),
}  # fmt: skip


def test_the_table_of_moves() -> None:
    assert {(str(state), str(move)) for move, rule in MOVES.items() for state in rule.sources} == TABLE
    assert {str(move) for move, rule in MOVES.items() if not rule.is_release} == {"revise"}


@pytest.mark.parametrize("state", ArticleState.values)
@pytest.mark.parametrize("move", ArticleMove.values)
def test_every_move_in_every_state(
    state: str, move: str, draft: Article, street: Street, now: datetime
) -> None:
    desk = street.users["duty_desk"]
    if state != "draft":
        publish_article(draft, seen=1, by=desk, now=now)
    if state == "retired":
        retire_article(draft, reason="已合并", by=desk, now=now)
    elif state == "published" and move == "publish":
        revise_article(draft, CHANGED, seen=1, by=desk, now=now)
    seen = stored(draft).latest.number  # type: ignore[union-attr] # it has one
    writes = {
        "revise": lambda: revise_article(draft, CHANGED, seen=seen, by=desk, now=now),
        "publish": lambda: publish_article(draft, seen=seen, by=desk, now=now),
        "confirm": lambda: confirm_article(draft, review_by=date(2030, 1, 1), seen=seen, by=desk, now=now),
        "retire": lambda: retire_article(draft, reason="已合并", by=desk, now=now),
        "resume": lambda: resume_article(draft, by=desk, now=now),
    }
    if (state, move) in TABLE:
        writes[move]()
        target = MOVES[ArticleMove(move)].target
        assert stored(draft).state == (target or state)
    else:
        with pytest.raises(Conflict):
            writes[move]()
        assert stored(draft).state == state


WRITERS = {
    "subdistrict": ({"duty_desk", "task_force", "unit"}, {"duty_desk", "task_force"}),
    "first": (
        {"duty_desk", "task_force", "unit", "secretary", "officer", "officer_with_shop"},
        {"duty_desk", "task_force", "secretary"},
    ),
    "far:subdistrict": ({"far_desk"}, {"far_desk"}),
    "everything": (set(), set()),
}


@pytest.mark.parametrize("area", WRITERS)
def test_who_may_write_and_who_may_publish(area: str, street: Street) -> None:
    where = street.areas.get(area)
    names = set(street.users) - {"second_officer"}
    standings = {name: standing_of(street.users[name]) for name in names}
    writers = {name for name, standing in standings.items() if may_keep(standing, where)}
    publishers = {name for name, standing in standings.items() if may_publish(standing, where)}
    assert (writers, publishers) == WRITERS[area]


def test_articles_for_everywhere_belong_to_who_is_responsible_everywhere(
    street: Street, now: datetime
) -> None:
    article = write_article(CONTENT, area=None, by=COMMAND_LINE, now=now)
    desk = street.users["duty_desk"]
    with pytest.raises(NotAllowed):
        publish_article(article, seen=1, by=desk, now=now)
    # With one sub-district left, its duty desk is responsible everywhere.
    Area.objects.filter(pk=street.areas["far:subdistrict"].pk).update(retired_on=date(2026, 1, 1))
    assert path_of_everything() == street.areas["subdistrict"].path
    publish_article(article, seen=1, by=desk, now=now)
    assert stored(article).state == ArticleState.PUBLISHED


@pytest.mark.parametrize(("who", "allowed"), [("unit", set()), ("duty_desk", {"publish", "retire"})])
def test_a_writer_who_does_not_publish_is_refused(
    who: str, allowed: set[str], draft: Article, street: Street, now: datetime
) -> None:
    moves = open_moves(standing_of(street.users[who]), stored(draft))
    assert {str(move) for move in moves} == {"revise"} | allowed
    if who == "unit":
        with pytest.raises(NotAllowed):
            publish_article(draft, seen=1, by=street.users[who], now=now)


@pytest.mark.parametrize(
    ("content", "field"),
    [
        (Content(question=" ", short_answer="答"), "question"),
        (Content(question="问", short_answer=""), "short_answer"),
        (Content(question="问" * 101, short_answer="答"), "question"),
        (Content(question="问", short_answer="答" * 501), "short_answer"),
        (Content(question="问", short_answer="答", keywords=["词" * 21]), "keywords"),
        (Content(question="问", short_answer="答", keywords=[f"词{n}" for n in range(21)]), "keywords"),
        (Content(question="问", short_answer="答", audience="everybody"), "audience"),
    ],
)
def test_what_is_missing_or_too_long_is_said_at_its_field(
    content: Content, field: str, street: Street, now: datetime
) -> None:
    with pytest.raises(DomainError) as refusal:
        write_article(content, area=street.areas["subdistrict"], by=street.users["duty_desk"], now=now)
    assert set(refusal.value.fields) == {field}
    assert not Article.objects.exists()


def test_only_a_subdistrict_or_a_community_has_articles(street: Street, now: datetime) -> None:
    with pytest.raises(DomainError) as refusal:
        write_article(CONTENT, area=street.areas["grid"], by=street.users["duty_desk"], now=now)
    assert set(refusal.value.fields) == {"area"}


def test_one_translation_a_language(draft: Article, street: Street, now: datetime) -> None:
    def translate(language: str) -> Article:
        return write_article(
            CONTENT, area=draft.area, language=language, translation_of=draft, by=COMMAND_LINE, now=now
        )

    made = translate("en")
    assert stored(made).translation_of_id == draft.pk
    for language in ("en", "zh-hans"):
        with pytest.raises(DomainError) as refusal:
            translate(language)
        assert set(refusal.value.fields) == {"translation_of"}


def test_one_opinion_each_and_the_later_counts(published: Article, now: datetime) -> None:
    give_opinion(published, respondent="a", was_helpful=True, now=now)
    give_opinion(published, respondent="a", was_helpful=False, words=" 没写周末 ", now=now)
    give_opinion(published, respondent="b", was_helpful=True, now=now)
    kept = ArticleOpinion.objects.filter(article=published).order_by("respondent")
    assert list(kept.values_list("respondent", "was_helpful", "words", "version_id")) == [
        ("a", False, "没写周末", published.published_id),
        ("b", True, "", published.published_id),
    ]


def test_nobody_has_an_opinion_on_a_draft(draft: Article, now: datetime) -> None:
    with pytest.raises(Conflict):
        give_opinion(draft, respondent="a", was_helpful=True, now=now)
    assert not ArticleOpinion.objects.exists()


def test_the_seed_is_entered_once_and_leaves_alone_what_a_person_changed(
    street: Street, now: datetime
) -> None:
    first = seed_articles(now=now)
    articles = sum(len(set(row) & set(LANGUAGES)) for row in seed_table().values())
    assert (first.created, first.updated, first.kept) == (articles, 0, 0)
    assert articles >= 40
    assert Article.objects.filter(state=ArticleState.PUBLISHED).count() == articles
    later = now + timedelta(days=100)
    assert vars_of(seed_articles(now=later)) == (0, 0, 0)
    changed = Article.objects.get(seed="oil-fumes-zh")
    Area.objects.filter(pk=street.areas["far:subdistrict"].pk).update(retired_on=date(2026, 1, 1))
    revise_article(changed, CHANGED, seen=1, by=street.users["duty_desk"], now=now)
    assert vars_of(seed_articles(now=later)) == (0, 0, 1)
    assert stored(changed).latest.question == CHANGED.question  # type: ignore[union-attr] # it has one


def vars_of(result: object) -> tuple[int, int, int]:
    return result.created, result.updated, result.kept  # type: ignore[attr-defined]


def test_every_seeded_article_has_both_languages_and_a_short_answer_that_fits() -> None:
    for word, row in seed_table().items():
        assert {"zh", "en"} <= set(row), word
        assert len(row["zh"]["answer"]) <= 500
        assert len(row["en"]["answer"]) <= 500


def test_a_query_without_scope_raises(published: Article, street: Street) -> None:
    from shangju.core.scoping import without_scope  # noqa: PLC0415 - only here

    for model in (Article, ArticleVersion, ArticleSign, ArticleOpinion):
        with without_scope(), pytest.raises(ScopeError):
            model.objects.count()


def test_a_grid_worker_reads_what_holds_above_and_nothing_of_the_neighbour(
    published: Article, street: Street, now: datetime
) -> None:
    everywhere_one = write_article(CONTENT, area=None, by=COMMAND_LINE, now=now)
    write_article(CONTENT, area=street.areas["far:subdistrict"], by=COMMAND_LINE, now=now)
    write_article(CONTENT, area=street.areas["second"], by=COMMAND_LINE, now=now)
    own = write_article(CONTENT, area=street.areas["first"], by=COMMAND_LINE, now=now)
    with street.seen_by("grid_worker"):
        assert set(Article.objects.values_list("pk", flat=True)) == {published.pk, own.pk, everywhere_one.pk}
        assert ArticleVersion.objects.count() == 3
    with street.seen_by("resident"):
        assert set(Article.objects.values_list("pk", flat=True)) == {everywhere_one.pk}
    with everywhere(EverywhereReason.VERIFICATION):
        assert Article.objects.count() == 5


def test_the_words_for_who_may_read() -> None:
    assert {str(value) for value in Audience.values} == {"public", "internal"}
