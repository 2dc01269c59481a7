"""What goes through the doors: pages of residents and staff, the interface, a case that is answered by an article."""

from datetime import datetime

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from shangju.accounts.actors import COMMAND_LINE
from shangju.cases.models import Case, CaseEvent
from shangju.cases.tests.stories import case_in
from shangju.cases.workflow import State
from shangju.core.scoping import EverywhereReason, everywhere
from shangju.knowledge.models import Article, ArticleOpinion, ArticleVersion, Audience
from shangju.knowledge.services import Content, publish_article, write_article
from tests.street import Street

pytestmark = pytest.mark.django_db

CONTENT = Content(
    question="油烟怎么投诉？",
    short_answer="请写明店名和时间段。",
    text="## 步骤\n- 写店名\n- <b>不加粗</b>\n再等一天",
    keywords=["油烟", "嗡嗡"],
)
ENQUIRY = {"text": "请问油烟怎么投诉", "area": "A1G1", "request_type": "enquiry", "key": "web-1"}


@pytest.fixture
def article(street: Street, now: datetime) -> Article:
    with everywhere(EverywhereReason.VERIFICATION):
        made = write_article(CONTENT, area=street.areas["subdistrict"], by=COMMAND_LINE, now=now)
        return publish_article(made, seen=1, by=COMMAND_LINE, now=now)


def signed_in(street: Street, who: str) -> Client:
    client = Client()
    client.force_login(street.users[who], backend=settings.AUTHENTICATION_BACKENDS[-1])
    return client


def test_text_is_shown_as_written_and_never_as_markup(client: Client, article: Article) -> None:
    page = client.get(reverse("public:help_article", args=[article.pk])).content.decode()
    assert "<h3>步骤</h3><ul><li>写店名</li><li>&lt;b&gt;不加粗&lt;/b&gt;</li></ul><p>再等一天</p>" in page


def test_nothing_internal_is_at_a_public_address(client: Client, street: Street, now: datetime) -> None:
    with everywhere(EverywhereReason.VERIFICATION):
        content = Content(question="内部口径", short_answer="内部", audience=Audience.INTERNAL)
        made = write_article(content, area=None, by=COMMAND_LINE, now=now)
        publish_article(made, seen=1, by=COMMAND_LINE, now=now)
    assert client.get(reverse("public:help_article", args=[made.pk])).status_code == 404
    assert (
        client.post(reverse("public:help_opinion", args=[made.pk]), {"was_helpful": "yes"}).status_code == 404
    )
    assert client.get(f"/api/v1/articles/{made.pk}").status_code == 404
    assert client.get("/api/v1/articles").json()["items"] == []
    assert "内部口径" not in client.get(reverse("public:help")).content.decode()


def test_one_opinion_a_browser_and_one_an_account(street: Street, article: Article) -> None:
    address = reverse("public:help_opinion", args=[article.pk])
    browsers = [Client(), Client(), signed_in(street, "resident"), signed_in(street, "resident")]
    for browser in browsers:
        for answer in ("yes", "no"):
            assert browser.post(address, {"was_helpful": answer}).status_code == 302
    with everywhere(EverywhereReason.VERIFICATION):
        assert list(ArticleOpinion.objects.values_list("was_helpful", flat=True)) == [False, False, False]


@pytest.mark.parametrize("sent", [{}, {"was_helpful": "maybe"}, {"was_helpful": "yes", "words": "字" * 501}])
def test_an_opinion_that_says_nothing_is_not_kept(
    sent: dict[str, str], client: Client, article: Article
) -> None:
    assert client.post(reverse("public:help_opinion", args=[article.pk]), sent).status_code == 422
    with everywhere(EverywhereReason.VERIFICATION):
        assert not ArticleOpinion.objects.exists()


def test_an_enquiry_meets_the_answer_once_and_may_be_sent_all_the_same(
    client: Client, article: Article
) -> None:
    first = client.post(reverse("public:report"), ENQUIRY)
    assert (first.status_code, CONTENT.short_answer in first.content.decode()) == (200, True)
    with everywhere(EverywhereReason.VERIFICATION):
        assert not Case.objects.exists()
    assert client.post(reverse("public:report"), ENQUIRY | {"answers_seen": "1"}).status_code == 302
    with everywhere(EverywhereReason.VERIFICATION):
        assert Case.objects.get().text == ENQUIRY["text"]


@pytest.mark.parametrize("change", [{"request_type": "complaint"}, {"text": "楼道灯不亮"}])
def test_nothing_stands_in_the_way_of_a_complaint_or_of_a_question_without_an_answer(
    change: dict[str, str], client: Client, article: Article
) -> None:
    assert client.post(reverse("public:report"), ENQUIRY | change).status_code == 302


def test_whoever_asks_for_an_answer_sends_nothing(client: Client, article: Article) -> None:
    asked = ENQUIRY | {"request_type": "complaint", "look_up_answer": "1"}
    assert CONTENT.short_answer in client.post(reverse("public:report"), asked).content.decode()
    with everywhere(EverywhereReason.VERIFICATION):
        assert not Case.objects.exists()


def answered(street: Street, case: Case, sent: dict[str, str]) -> tuple[int, CaseEvent | None]:
    address = reverse("desk:move", args=[case.number, "answer_directly"])
    status = signed_in(street, "officer").post(address, sent).status_code
    with everywhere(EverywhereReason.VERIFICATION):
        return status, CaseEvent.objects.filter(case=case, kind="answer_directly").first()


def own_data(row: CaseEvent) -> dict[str, object]:
    """What the move itself put into the row: digests of its texts are the chain's."""
    return {name: value for name, value in row.data.items() if name != "digests"}


def test_a_quick_answer_is_sent_as_it_is_and_named_in_the_history(
    street: Street, article: Article, now: datetime
) -> None:
    case = case_in(State.REGISTERED, street, now=now)
    page = signed_in(street, "officer").get(reverse("desk:case", args=[case.number])).content.decode()
    assert CONTENT.short_answer in page
    status, row = answered(street, case, {"article": str(article.published_id)})
    assert status == 302
    assert row is not None
    assert row.reporter_text == CONTENT.short_answer
    assert own_data(row) == {"article": article.pk, "version": 1, "is_changed": False}


def test_own_words_go_before_those_of_the_quick_answer(
    street: Street, article: Article, now: datetime
) -> None:
    case = case_in(State.REGISTERED, street, now=now)
    _status, row = answered(street, case, {"article": str(article.published_id), "answer": "改过的答复"})
    assert row is not None
    assert (row.reporter_text, row.data["is_changed"]) == ("改过的答复", True)


def test_words_without_an_article_are_an_answer_of_their_own(
    street: Street, article: Article, now: datetime
) -> None:
    case = case_in(State.REGISTERED, street, now=now)
    _status, row = answered(street, case, {"answer": "办事大厅九点开门"})
    assert row is not None
    assert own_data(row) == {}


@pytest.mark.parametrize("sent", [{}, {"article": ""}, {"article": "999999", "answer": "好"}])
def test_an_answer_of_nothing_is_refused(
    sent: dict[str, str], street: Street, article: Article, now: datetime
) -> None:
    status, row = answered(street, case_in(State.REGISTERED, street, now=now), sent)
    assert (status, row) == (422, None)


def test_an_article_is_written_revised_and_published_at_the_desk(street: Street) -> None:
    desk, area = signed_in(street, "duty_desk"), street.areas["subdistrict"]
    sent = {
        "question": "几点开门？", "short_answer": "九点。", "keywords": "开门，时间、钟点", "audience": "public",
        "area": str(area.pk), "language": "zh-hans", "category": "1201",
    }  # fmt: skip
    made = desk.post(reverse("knowledge:write"), sent)
    with everywhere(EverywhereReason.VERIFICATION):
        article = Article.objects.select_related("latest").get()
        assert article.latest is not None
        assert article.latest.keyword_list == ["开门", "时间", "钟点"]
    assert made.headers["Location"] == reverse("knowledge:article", args=[article.pk])
    revision = sent | {"short_answer": "八点半。", "reason": "夏令时", "seen": "1"}
    assert desk.post(reverse("knowledge:revise", args=[article.pk]), revision).status_code == 302
    assert desk.post(reverse("knowledge:revise", args=[article.pk]), revision).status_code == 409
    move = reverse("knowledge:move", args=[article.pk, "publish"])
    assert desk.post(move, {"seen": "1"}).status_code == 409
    assert desk.post(move, {"seen": "2"}).status_code == 302
    with everywhere(EverywhereReason.VERIFICATION):
        published = ArticleVersion.objects.get(pk=Article.objects.get().published_id)
        assert (published.number, published.short_answer, published.by) == (
            2,
            "八点半。",
            street.users["duty_desk"],
        )


@pytest.mark.parametrize(
    ("move", "sent", "status"),
    [
        ("retire", {"reason": ""}, 422),
        ("confirm", {"review_by": "2020-01-01", "seen": "1"}, 422),
        ("revise", {}, 404),
    ],
)
def test_a_refused_move_changes_nothing(
    move: str, sent: dict[str, str], status: int, street: Street, article: Article
) -> None:
    address = reverse("knowledge:move", args=[article.pk, move])
    assert signed_in(street, "duty_desk").post(address, sent).status_code == status
    with everywhere(EverywhereReason.VERIFICATION):
        assert Article.objects.get(pk=article.pk).published_id == article.published_id


def test_the_interface_gives_published_articles(client: Client, article: Article, street: Street) -> None:
    found = client.get("/api/v1/articles", {"q": "油烟"}).json()["items"]
    assert [(row["id"], row["question"], row["version"]) for row in found] == [
        (article.pk, "油烟怎么投诉？", 1)
    ]
    one = client.get(f"/api/v1/articles/{article.pk}").json()
    assert (one["text"], one["keywords"], one["area"]["code"]) == (
        CONTENT.text,
        ["油烟", "嗡嗡"],
        street.areas["subdistrict"].code,
    )
    assert client.get("/api/v1/articles", {"cursor": "x"}).status_code == 422
    assert client.get("/api/v1/articles/0x").status_code == 404
