"""A bulletin as it lies on paper: the same for the page and for Word. The language is the bulletin's own."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from shangju.areas.models import Area
from shangju.bulletins.figures import RATES, Line, from_data
from shangju.bulletins.models import Bulletin, BulletinSection
from shangju.bulletins.text.parts import heading_of
from shangju.bulletins.text.sentences import moment_words, percent_words
from shangju.bulletins.workflow import BulletinState

NOTHING = "—"


@dataclass(frozen=True, slots=True)
class Chapter:
    """A section with its heading."""

    heading: str
    paragraphs: Sequence[str]


@dataclass(frozen=True, slots=True)
class Row:
    """A line of an annex. ``quiet`` stands in place of the cells where there were no concerns."""

    label: str
    cells: Sequence[str]
    quiet: str = ""
    is_total: bool = False


@dataclass(frozen=True, slots=True)
class Annex:
    """A table at the end."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Row]


@dataclass(frozen=True, slots=True)
class Paper:
    """Everything that is printed, in its order."""

    office: str
    number: str
    title: str
    chapters: Sequence[Chapter]
    signed_on: str
    annexes: Sequence[Annex]
    note: str
    mark: str
    """That it is a draft or was withdrawn; empty for what holds."""

    issue_line: str
    hash_line: str
    language: str


def paper_of(bulletin: Bulletin, sections: Sequence[BulletinSection]) -> Paper:
    """The paper of a draft or of an issued bulletin; its area has been read with it."""
    with translation.override(bulletin.language):
        figures = from_data(bulletin.figures)
        return Paper(
            office=bulletin.office or office_of(bulletin.area),
            number=bulletin.number or _("Draft, without a number"),
            title=bulletin.title,
            chapters=[
                Chapter(heading_of(section.part, place), section.text.split("\n"))
                for place, section in enumerate(sections, start=1)
            ],
            signed_on=_day(bulletin.issued_at) if bulletin.issued_at else "",
            annexes=[
                Annex(
                    _("Annex 1: by community"),
                    _columns(_("Community")),
                    _rows(figures.communities, figures.total, figures.minimum),
                ),
                Annex(
                    _("Annex 2: by category"),
                    _columns(_("Category")),
                    _rows(figures.categories, figures.total, figures.minimum),
                ),
            ],
            note=_note(figures.minimum, figures.taken_at),
            mark=_mark(bulletin),
            issue_line=_issue_line(bulletin),
            hash_line=_("SHA-256 %(hash)s") % {"hash": bulletin.content_hash}
            if bulletin.content_hash
            else "",
            language=bulletin.language,
        )


def office_of(area: Area) -> str:
    """Who issues: the task force of the sub-district."""
    return _("%(area)s: task force of merchant–resident co-governance") % {"area": area}


def _columns(first: str) -> list[str]:
    return [
        first,
        pgettext("column of counts", "Registered"),
        _("Due to close"),
        *(str(rate.label) for rate in RATES),
        _("Overdue, open"),
    ]


def _rows(lines: Sequence[Line], total: Line, minimum: int) -> list[Row]:
    rows = [_row(line, line.label, minimum) for line in lines]
    whole = _row(total, _("All together"), minimum)
    return [*rows, Row(whole.label, whole.cells, whole.quiet, is_total=True)]


def _row(line: Line, label: str, minimum: int) -> Row:
    cells = [str(line.received), str(line.due)]
    for rate in RATES:
        share = line.share(rate)
        if share.is_told(minimum):
            cells.append(f"{percent_words(share)} ({share.part}/{share.whole})")
        else:
            cells.append(f"{share.part}/{share.whole}" if share.whole else NOTHING)
    return Row(label, [*cells, str(line.overdue)], _("No concerns") if line.is_quiet else "")


def _note(minimum: int, taken_at: str) -> str:
    return _(
        "In brackets: how many of how many. Below %(minimum)s no rate is given and nothing is compared. Rates count "
        "the cases whose deadline lies in the period; what is overdue is so at %(moment)s."
    ) % {"minimum": minimum, "moment": moment_words(taken_at)}


def _mark(bulletin: Bulletin) -> str:
    if bulletin.state == BulletinState.DRAFT:
        return _("Draft: not issued")
    if bulletin.state == BulletinState.WITHDRAWN and bulletin.withdrawn_at is not None:
        return _("Withdrawn on %(day)s: %(reason)s") % {
            "day": _day(bulletin.withdrawn_at),
            "reason": bulletin.withdrawn_reason,
        }
    return ""


def _issue_line(bulletin: Bulletin) -> str:
    if bulletin.issued_at is None:
        return ""
    return _("Issued by %(post)s at %(moment)s") % {
        "post": bulletin.issued_as,
        "moment": moment_words(bulletin.issued_at.isoformat()),
    }


def _day(moment: datetime) -> str:
    return date_format(timezone.localtime(moment), "DATE_FORMAT")
