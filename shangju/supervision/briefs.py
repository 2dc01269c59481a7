"""工作专班周简报: what happened in a week in the cases of a task force, and what is asked of whom in the next.

Everything is read from stored rows as they stood at the end of the week (or now, while it runs), so that a brief made again
reads the same; who leads the task force is named as of now. Bodies and posts are named, persons never; of a confidential
case only its number and category show.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext, pgettext_lazy

from shangju.cases.models import Case
from shangju.cases.workflow import MoveName, State
from shangju.posts.rights import Standing
from shangju.supervision.brief_rows import BriefRows, read_rows
from shangju.supervision.models import TaskForce
from shangju.supervision.queries import members_of

WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Section:
    """A heading, what is said first, and the lines below; ``nothing`` stands where there is no line."""

    title: str
    lines: list[str]
    nothing: str = ""


@dataclass(frozen=True, slots=True)
class Brief:
    """The brief of the week that begins on the Monday ``week``; ``asked`` is by body."""

    task_force: TaskForce
    week: date
    is_over: bool
    office: str
    members: list[str]
    summary: str
    sections: list[Section]
    asked: list[tuple[str, list[str]]]
    hidden: int = 0

    @property
    def title(self) -> str:
        """Its heading."""
        return _("Weekly brief of the task force “%(name)s”") % {"name": self.task_force.name}

    @property
    def bodies(self) -> str:
        """The leading post and the members, in one line."""
        return pgettext("between bodies", ", ").join(self.members)

    @property
    def span(self) -> str:
        """From Monday to Sunday."""
        last = self.week + WEEK - timedelta(days=1)
        return pgettext("span of days", "%(first)s to %(last)s") % {
            "first": _long(self.week),
            "last": _day(last),
        }


def monday_of(day: date) -> date:
    """The first day of its week."""
    return day - timedelta(days=day.weekday())


def _day(day: date) -> str:
    return str(date_format(day, "MONTH_DAY_FORMAT"))


def _long(day: date) -> str:
    return str(date_format(day, "DATE_FORMAT"))


def edges_of(week: date) -> tuple[datetime, datetime]:
    """The instants at which the week with the Monday ``week`` and the one after it begin."""
    first, after = (timezone.make_aware(datetime.combine(day, time.min)) for day in (week, week + WEEK))
    return first, after


def brief_of(
    task_force: TaskForce, *, week: date, standing: Standing, now: datetime, further: Sequence[Section] = ()
) -> Brief:
    """The brief of the week with the Monday ``week``, on the cases that the reader may open.

    ``further`` are sections on what apps above this one know of the task force's work.
    """
    begin, end = edges_of(week)
    until = min(now, end)
    rows, hidden = read_rows(task_force, begin, until, standing)
    members = members_of(task_force, on=timezone.localdate(until - timedelta.resolution))
    return Brief(
        task_force=task_force,
        week=week,
        is_over=end <= now,
        office=str(task_force.area),
        members=[str(task_force.lead_post), *(str(member.body) for member in members)],
        summary=_summary(rows),
        sections=[_given(rows), _moved(rows), _overdue(rows), _orders(rows), _notes(rows), *further],
        asked=_asked(rows, last=week + 2 * WEEK - timedelta(days=1)),
        hidden=hidden,
    )


def _named(rows: BriefRows, case: Case) -> str:
    """Title and number, as lists show them."""
    return pgettext("case in a brief", "“%(title)s” (%(number)s)") % {
        "title": rows.named(case), "number": case.number,
    }  # fmt: skip


def _handler(rows: BriefRows, case: Case) -> str:
    return rows.handler_of(case) or _("the dispatcher")


def _summary(rows: BriefRows) -> str:
    new = sum(1 for row in rows.given if row.entrusted_at >= rows.begin)
    has = [row for row in rows.given if rows.has(row)]
    done = {pk for pk, events in rows.happened.items() if any(e.kind == MoveName.RESOLVE for e in events)}
    issued = [order for order in rows.orders if order.event.at >= rows.begin]
    replied = [o for o in rows.orders if o.replied_at and rows.begin <= o.replied_at < rows.until]
    return _(
        "Cases given to the task force this week: %(new)s. Open with it: %(open)s, of them overdue: %(late)s. Results "
        "reported: %(done)s. Supervision orders issued: %(issued)s, answered: %(replied)s."
    ) % {
        "new": new,
        "open": sum(1 for row in has if rows.is_open(row.case)),
        "late": sum(1 for row in has if row.case_id in rows.late and rows.is_open(row.case)),
        "done": len(done),
        "issued": len(issued),
        "replied": len(replied),
    }


def _given(rows: BriefRows) -> Section:
    lines = []
    for row in rows.given:
        values = {
            "case": _named(rows, row.case),
            "handler": _handler(rows, row.case),
            "day": _day(timezone.localdate(row.entrusted_at)),
        }
        values["reason"] = rows.words(row.reason, row.case)
        if row.entrusted_at < rows.begin:
            continue
        if values["reason"]:
            lines.append(_("%(case)s, given on %(day)s: %(reason)s. %(handler)s leads it.") % values)
        else:
            lines.append(_("%(case)s, given on %(day)s. %(handler)s leads it.") % values)
    for row in rows.given:
        if row.released_at is not None and rows.begin <= row.released_at < rows.until:
            values = {
                "case": _named(rows, row.case),
                "reason": rows.words(row.release_reason, row.case) or "—",
            }
            lines.append(_("Taken back: %(case)s. Reason: %(reason)s.") % values)
    return Section(_("Given to the task force"), lines, _("No case was given this week."))


DONE: dict[str, Any] = {
    MoveName.ACCEPT: pgettext_lazy("done in a week", "accepted"),
    MoveName.DISPATCH: pgettext_lazy("done in a week", "dispatched"),
    MoveName.SIGN: pgettext_lazy("done in a week", "signed for"),
    MoveName.CONTACT: pgettext_lazy("done in a week", "spoke with the reporter"),
    MoveName.VISIT: pgettext_lazy("done in a week", "went and looked"),
    MoveName.FIND_CAUSE: pgettext_lazy("done in a week", "found the cause"),
    MoveName.MEDIATE: pgettext_lazy("done in a week", "mediated"),
    MoveName.ANSWER_AS_PARTY: pgettext_lazy("done in a week", "the party concerned answered"),
    MoveName.GRANT_RETURN: pgettext_lazy("done in a week", "returned to the dispatcher"),
    MoveName.GRANT_PAUSE: pgettext_lazy("done in a week", "clock paused"),
    MoveName.GRANT_EXTENSION: pgettext_lazy("done in a week", "extended"),
    MoveName.URGE: pgettext_lazy("done in a week", "urged"),
    MoveName.ESCALATE: pgettext_lazy("done in a week", "climbed a tier"),
    MoveName.RESOLVE: pgettext_lazy("done in a week", "result reported"),
    MoveName.ANSWER_DIRECTLY: pgettext_lazy("done in a week", "answered"),
    MoveName.CONFIRM: pgettext_lazy("done in a week", "reporter asked about the result"),
    MoveName.REOPEN: pgettext_lazy("done in a week", "reopened"),
    MoveName.MERGE: pgettext_lazy("done in a week", "merged into another case"),
    MoveName.SPLIT: pgettext_lazy("done in a week", "split into parts"),
}
"""What counts as movement; orders and coordinations have sections of their own."""


def _moved(rows: BriefRows) -> Section:
    lines = []
    seen: set[int] = set()
    for row in rows.given:
        kinds = Counter(event.kind for event in rows.happened[row.case_id] if event.kind in DONE)
        if not kinds or row.case_id in seen:
            continue
        seen.add(row.case_id)
        lines.append(
            _("%(case)s: %(done)s. It is “%(state)s” now.")
            % {
                "case": _named(rows, row.case),
                "done": pgettext("between things that were done", ", ").join(
                    _times(kind, count) for kind, count in kinds.items()
                ),
                "state": State(rows.states[row.case_id]).label,
            }
        )
    still = [
        row for row in rows.given if rows.has(row) and rows.is_open(row.case) and row.case_id not in seen
    ]
    if still:
        names = pgettext("between cases", "; ").join(_named(rows, row.case) for row in still)
        lines.append(_("Nothing moved in: %(cases)s.") % {"cases": names})
    return Section(_("What moved"), lines, _("Nothing moved this week."))


def _times(kind: str, count: int) -> str:
    if count == 1:
        return str(DONE[kind])
    return ngettext("%(what)s %(count)s time", "%(what)s %(count)s times", count) % {
        "what": DONE[kind],
        "count": count,
    }


def _overdue(rows: BriefRows) -> Section:
    lines = [
        _("%(case)s, due on %(day)s, at %(handler)s.")
        % {
            "case": _named(rows, row.case),
            "day": _day(rows.late[row.case_id]),
            "handler": _handler(rows, row.case),
        }
        for row in _still(rows)
        if row.case_id in rows.late
    ]
    return Section(pgettext("brief", "Overdue"), lines, _("No case of the task force is overdue."))


def _still(rows: BriefRows) -> Iterable[Any]:
    return (row for row in rows.given if rows.has(row) and rows.is_open(row.case))


def _orders(rows: BriefRows) -> Section:
    cases = {row.case_id: row.case for row in rows.given}
    # Of a week that is over the day after it: its own days have passed.
    today = timezone.localdate(rows.until)
    lines = []
    for order in rows.orders:
        is_answered = order.replied_at is not None and order.replied_at < rows.until
        case = cases[order.case_id]
        if not is_answered and not rows.is_open(case):
            continue  # nobody can reply any more
        values = {"order": order.number, "case": _named(rows, case), "day": _day(order.reply_by)}
        if is_answered and order.replied_at >= rows.begin:
            lines.append(_("Order %(order)s on %(case)s was answered.") % values)
        elif not is_answered and order.reply_by < today:
            lines.append(
                _("Order %(order)s on %(case)s: the reply was due on %(day)s and is missing.") % values
            )
        elif not is_answered:
            lines.append(_("Order %(order)s on %(case)s: a reply is due by %(day)s.") % values)
    return Section(_("Supervision orders"), lines, _("No order was answered or is waiting."))


def _notes(rows: BriefRows) -> Section:
    cases = {row.case_id: row.case for row in rows.given}
    lines = []
    for note in rows.notes:
        if note.event.at < rows.begin:
            continue
        case = cases[note.case_id]
        values = {
            "day": _day(timezone.localdate(note.held_at)),
            "case": _named(rows, case),
            "units": note.units,
            "agreed": rows.words(note.agreed, case),
        }
        if values["agreed"]:
            lines.append(_("%(day)s, on %(case)s, with %(units)s. Agreed: %(agreed)s.") % values)
        else:
            lines.append(_("%(day)s, on %(case)s, with %(units)s.") % values)
    return Section(_("Coordination"), lines, _("The units were not brought together this week."))


def _asked(rows: BriefRows, *, last: date) -> list[tuple[str, list[str]]]:
    """By body: what is overdue or falls due until ``last``, replies to orders, tasks of coordinations."""
    asked: dict[str, list[str]] = defaultdict(list)
    today = timezone.localdate(rows.until)
    still = {row.case_id: row.case for row in _still(rows)}
    for pk, case in still.items():
        values = {"case": _named(rows, case)}
        due = rows.closing.get(pk)
        if pk in rows.late:
            values["day"] = _day(rows.late[pk])
            asked[_handler(rows, case)].append(
                _("go on with %(case)s at once, which was due on %(day)s.") % values
            )
        elif due is not None and today <= due <= last:
            asked[_handler(rows, case)].append(
                _("finish %(case)s by %(day)s.") % {**values, "day": _day(due)}
            )
    for order in rows.orders:
        if order.case_id in still and (order.replied_at is None or order.replied_at >= rows.until):
            line = _("reply in writing to order %(order)s, due on %(day)s.")
            asked[_handler(rows, still[order.case_id])].append(
                line % {"order": order.number, "day": _day(order.reply_by)}
            )
    _add_tasks(asked, rows, still, today=today, last=last)
    return list(asked.items())


def _add_tasks(
    asked: dict[str, list[str]], rows: BriefRows, still: dict[int, Case], *, today: date, last: date
) -> None:
    for note in rows.notes:
        for task in note.tasks if note.case_id in still else []:
            due = date.fromisoformat(task["due_on"]) if task["due_on"] else None
            if due is None or not today <= due <= last:
                continue
            case = still[note.case_id]
            values = {"task": rows.words(task["task"], case), "case": _named(rows, case), "day": _day(due)}
            if values["task"]:
                asked[task["unit"]].append(_("%(task)s, by %(day)s (agreed on %(case)s).") % values)
            else:
                asked[task["unit"]].append(_("what was agreed on %(case)s, by %(day)s.") % values)


def numbered_titles(brief: Brief) -> list[str]:
    """The headings of the sections and of what is asked, counted as official papers do (GB/T 9704-2012 §7.3.3)."""
    numerals = pgettext("numerals of headings", "1 2 3 4 5 6 7 8 9").split()
    titles = [_("In short"), *(section.title for section in brief.sections), _("Asked for next week")]
    heading = pgettext("numbered heading", "%(number)s. %(title)s")
    return [
        heading % {"number": number, "title": title} for number, title in zip(numerals, titles, strict=False)
    ]


NOTHING_ASKED = gettext_lazy("Nothing in particular: go on as agreed.")


def as_text(brief: Brief) -> str:
    """The whole brief as plain text, to be pasted into a message or a letter."""
    titles = numbered_titles(brief)
    parts = [f"{brief.title}\n{brief.span}", _("Members: %(members)s.") % {"members": brief.bodies}]
    parts.append(f"{titles[0]}\n{brief.summary}")
    for title, section in zip(titles[1:-1], brief.sections, strict=True):
        parts.append("\n".join([title, *(_counted(section.lines) or [section.nothing])]))
    parts.append("\n".join([titles[-1], *(asked_lines(brief) or [str(NOTHING_ASKED)])]))
    return "\n\n".join(parts) + "\n"


def _counted(lines: Sequence[str]) -> list[str]:
    return [f"{number}. {line}" for number, line in enumerate(lines, start=1)]


def asked_lines(brief: Brief) -> list[str]:
    """What is asked, a line for each thing, with the body that it is asked of."""
    asked = [(body, what) for body, things in brief.asked for what in things]
    line = pgettext("asked of a body", "%(body)s: %(what)s")
    return _counted([line % {"body": body, "what": what} for body, what in asked])
