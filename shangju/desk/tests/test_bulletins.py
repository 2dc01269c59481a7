"""The pages of the bulletins, and what leaves them: the Word file and the short text."""

from datetime import date, timedelta
from io import BytesIO
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from docx import Document
from docx.enum.section import WD_ORIENT
from docx.oxml.ns import qn

from shangju.accounts.actors import COMMAND_LINE
from shangju.bulletins.kinds import last_full_span, span_of
from shangju.bulletins.models import Bulletin
from shangju.bulletins.services import draft_bulletin
from shangju.cases.tests.stories import case_in
from shangju.cases.workflow import State
from shangju.core.scoping import EverywhereReason, everywhere
from shangju.measures.keeping import keep_figures
from shangju.posts.services import appoint
from tests.street import Street

AT_MOST = 15


def signed_in(street: Street, who: str, language: str = "zh-hans") -> Client:
    client = Client(headers={"accept-language": language})
    client.force_login(street.users[who], backend=settings.AUTHENTICATION_BACKENDS[-1])
    return client


def drafted(street: Street, first: date | None = None, kind: str = "week") -> Bulletin:
    begin = first or last_full_span(kind, timezone.localdate())[0]
    with everywhere(EverywhereReason.VERIFICATION):
        return draft_bulletin(
            street.areas["subdistrict"],
            kind=kind,
            first=begin,
            language="zh-hans",
            by=street.staff("task_force"),
            now=timezone.now(),
        )


def stored(bulletin: Bulletin) -> Bulletin:
    with everywhere(EverywhereReason.VERIFICATION):
        return Bulletin.objects.get(pk=bulletin.pk)


def address(name: str, bulletin: Bulletin) -> str:
    return reverse(f"bulletins:{name}", args=[bulletin.pk])


def section_values(bulletin: Bulletin, **changes: str) -> dict[str, Any]:
    with everywhere(EverywhereReason.VERIFICATION):
        said = dict(bulletin.sections.values_list("part", "text"))
    return {"seen": bulletin.edition, "title": bulletin.title, **said, **changes}


def test_from_the_empty_list_to_the_issued_paper_and_its_correction(street: Street) -> None:
    client = signed_in(street, "task_force")
    empty = client.get(reverse("bulletins:list"))
    assert reverse("bulletins:new") in empty.content.decode()
    offered = client.get(reverse("bulletins:new")).context["form"]["first"].field.choices
    first = last_full_span("week", timezone.localdate())[0]
    assert offered[0][1][0][0] == f"week:{first.isoformat()}", "the last full week is proposed"
    chosen = {"first": f"week:{first.isoformat()}", "language": "zh-hans"}
    made = client.post(reverse("bulletins:new"), chosen)
    with everywhere(EverywhereReason.VERIFICATION):
        (bulletin,) = Bulletin.objects.all()
    assert made.headers["Location"] == address("bulletin", bulletin)

    wrong = client.post(address("edit", bulletin), section_values(bulletin, overall="本周共登记 77 件。"))
    assert wrong.status_code == 302
    page = client.get(address("bulletin", bulletin)).content.decode()
    assert page.count("本周共登记 77 件。") == 2, "on the paper, and among what differs from the figures"

    bulletin = stored(bulletin)
    unread = client.post(address("issue", bulletin), {"seen": bulletin.edition})
    assert (unread.status_code, stored(bulletin).state) == (422, "draft")
    done = client.post(address("issue", bulletin), {"seen": bulletin.edition, "is_read": "on"})
    assert done.status_code == 302
    out = stored(bulletin)
    page = client.get(address("bulletin", out)).content.decode()
    assert out.number in page
    assert out.content_hash in page

    back = client.post(address("withdraw", out), {"reason": "总数有误"})
    assert back.headers["Location"].startswith(reverse("bulletins:new"))
    assert client.post(reverse("bulletins:new"), chosen).status_code == 302
    assert "总数有误" in client.get(address("bulletin", out)).content.decode()


def test_what_was_typed_comes_back_when_it_is_refused(street: Street) -> None:
    bulletin, client = drafted(street), signed_in(street, "secretary")
    values = section_values(bulletin, demands="请与店主 13877665544 联系。", examples="一家面馆拆除了吊扇。")
    refused = client.post(address("edit", bulletin), values)
    assert refused.status_code == 422
    assert list(refused.context["form"].errors) == ["demands"]
    assert "一家面馆拆除了吊扇。" in refused.content.decode()
    assert client.post(address("edit", bulletin), {**values, "demands": "请联系店主。"}).status_code == 302
    outdated = client.post(address("edit", bulletin), {**values, "demands": "另写。"})
    assert outdated.status_code == 409


def test_the_word_file_holds_the_paper(street: Street) -> None:
    now = timezone.now()
    case_in(State.CLOSED, street, now=now - timedelta(days=9))
    keep_figures(now)
    bulletin, client = drafted(street), signed_in(street, "leader")
    pasted = section_values(bulletin, demands="第一行\x0b第二行\x1f。", title="周通报\x02")
    assert client.post(address("edit", bulletin), pasted).status_code == 302
    bulletin = stored(bulletin)
    client.post(address("issue", bulletin), {"seen": bulletin.edition, "is_read": "on"})
    answer = client.get(address("word", bulletin))
    assert answer.headers["Content-Type"].endswith("wordprocessingml.document")
    assert ".docx" in answer.headers["Content-Disposition"]
    document = Document(BytesIO(b"".join(answer.streaming_content)))  # type: ignore[attr-defined]
    out, said = stored(bulletin), [paragraph.text for paragraph in document.paragraphs]
    assert [out.number in said, "周通报" in said, "第一行\n第二行。" in said] == [True, True, True]
    for text in section_values(out)["overall"].split("\n"):
        assert text in said
    headings = [each for each in document.paragraphs if each.text == "一、总体情况"]
    assert headings[0].runs[0]._r.rPr.rFonts.get(qn("w:eastAsia")) == "黑体"
    assert [len(table.columns) for table in document.tables] == [9, 9]
    assert [cell.text for cell in document.tables[0].columns[0].cells] == ["社区", "东社区", "西社区", "合计"]
    assert [section.orientation for section in document.sections] == [WD_ORIENT.PORTRAIT, WD_ORIENT.LANDSCAPE]
    foot = "\n".join(paragraph.text for paragraph in document.sections[0].footer.paragraphs)
    assert out.content_hash in foot


def test_the_short_text_fits_a_chat_and_says_when_it_is_a_draft(street: Street) -> None:
    bulletin = drafted(street)
    page = signed_in(street, "secretary").get(address("text", bulletin))
    assert 0 < len(page.context["words"]) <= 500
    assert "这是草稿" in page.content.decode()


READS = [
    ("task_force", 200, 200),
    ("secretary", 200, 200),
    ("officer", 403, 200),
    ("unit", 403, 200),
    ("grid_worker", 403, 200),
    ("contact", 403, 403),
    ("shopkeeper", 403, 403),
    ("far_desk", 404, 404),
]


@pytest.mark.parametrize(("who", "draft", "issued"), READS)
def test_drafts_are_for_supervisors_and_what_was_issued_for_the_staff(
    street: Street, who: str, draft: int, issued: int
) -> None:
    bulletin, client = drafted(street), signed_in(street, who)
    pages = ("bulletin", "word", "text")
    assert [client.get(address(name, bulletin)).status_code for name in pages] == [draft] * 3
    out = {"seen": bulletin.edition, "is_read": "on"}
    assert signed_in(street, "leader").post(address("issue", bulletin), out).status_code == 302
    assert [client.get(address(name, bulletin)).status_code for name in pages] == [issued] * 3


def test_the_pages_cost_the_same_for_one_bulletin_and_for_many(street: Street) -> None:
    client, first = signed_in(street, "leader"), drafted(street)
    pages = [
        reverse("bulletins:list"),
        address("bulletin", first),
        address("edit", first),
        address("issue", first),
    ]

    def costs() -> list[int]:
        numbers = []
        for page in pages:
            client.get(page)
            with CaptureQueriesContext(connection) as captured:
                assert client.get(page).status_code == 200
            numbers.append(len(captured))
        return numbers

    few, day = costs(), first.first
    for _one in range(5):
        day = span_of("week", day - timedelta(days=1))[0]
        drafted(street, day)
    assert costs() == few
    assert max(few) <= AT_MOST, few


def test_the_settings_of_the_sub_district_are_kept(street: Street) -> None:
    client = signed_in(street, "leader")
    assert client.post(reverse("bulletins:settings"), {"drafts_months": "on"}).status_code == 302
    form = client.get(reverse("bulletins:list")).context["settings_form"]
    assert (form["drafts_weeks"].value(), form["drafts_months"].value()) == (False, True)


def test_who_leads_one_sub_district_sets_nothing_in_another_that_they_read(street: Street) -> None:
    far, today = street.areas["far:subdistrict"], timezone.localdate()
    with everywhere(EverywhereReason.VERIFICATION):
        term = {"user": street.users["leader"], "starts_on": today}
        appoint(street.posts["far_desk"], **term, by=COMMAND_LINE, now=timezone.now())
    answer = signed_in(street, "leader").post(f"{reverse('bulletins:settings')}?area={far.code}")
    assert answer.status_code == 403
