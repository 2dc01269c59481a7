"""Both ways of the search (newest rows, index) find what reading every text finds, in every reader's scope."""

from datetime import UTC, datetime, timedelta

import pytest

from shangju.cases.models import Case
from shangju.cases.queries import WorklistFilters, worklist
from shangju.cases.services import apply_move
from shangju.cases.tests.stories import payload_of, raised
from shangju.cases.workflow import MoveName
from shangju.core.scoping import EverywhereReason, everywhere
from tests.street import Street

NOW = datetime(2026, 3, 5, 2, 0, tzinfo=UTC)
TEXTS = (
    "楼下油烟太大",
    "半夜噪音",
    "油烟和噪音都有",
    "停车占道",
    "油 烟 分开写",
    "水管漏水",
    "ＡＢＣ店油烟",
    "abc店占道",
)
WORDS = ("油烟", "噪音", "油烟 噪音", "水", "漏水", "abc", "没有", "DSK26", "占道", "烟")


@pytest.fixture
def told(street: Street) -> list[Case]:
    """Each text in the grid and in the neighbouring sub-district, every third declined."""
    cases = []
    for number, text in enumerate(TEXTS):
        for area, clerk in (("grid", "officer"), ("far:grid", "far_desk")):
            case = raised(street, now=NOW + timedelta(minutes=number), area=area, text=text)
            if number % 3 == 0:
                with everywhere(EverywhereReason.VERIFICATION):
                    payload = payload_of(MoveName.DECLINE, street, now=NOW)
                    case = apply_move(case, payload, by=street.staff(clerk), now=NOW + timedelta(hours=1))
            cases.append(case)
    return cases


@pytest.mark.parametrize("window", [1, 3, 2000])
def test_every_window_finds_the_same(
    street: Street, told: list[Case], window: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shangju.cases.search.WINDOW", window)
    for reader in ("leader", "officer", "grid_worker", "far_desk", "far_worker"):
        standing = street.staff(reader).standing
        with street.seen_by(reader):
            for state in ("open", "all", "ended", "declined"):
                every = worklist(standing, WorklistFilters(state=state), limit=50, now=NOW).items
                assert every
                for words in WORDS:
                    filters = WorklistFilters(state=state, query=words)
                    found = [case.number for case in worklist(standing, filters, limit=50, now=NOW).items]
                    texts = {case.number: Case.objects.get(pk=case.pk) for case in every}
                    expected = [number for number, case in texts.items() if _holds(case, words)]
                    assert found == expected, (reader, state, words)


def _holds(case: Case, words: str) -> bool:
    said = " ".join((case.title, case.text, case.number, case.place_note)).lower()
    said += said.translate({sign + 0xFEE0: sign for sign in range(0x21, 0x7F)})
    return all(word.lower() in said for word in words.split())


def test_paging_through_a_search_gives_each_hit_once(
    street: Street, told: list[Case], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shangju.cases.search.WINDOW", 2)
    standing, cursor, seen = street.staff("leader").standing, None, []
    with street.seen_by("leader"):
        filters = WorklistFilters(state="all", query="油烟")
        whole = [case.number for case in worklist(standing, filters, now=NOW).items]
        while True:
            page = worklist(standing, filters, cursor=cursor, limit=1, now=NOW)
            seen += [case.number for case in page.items]
            cursor = page.next_cursor
            if cursor is None:
                break
    assert seen == whole
    assert len(whole) == 3
