"""Every way of tampering with a history is found and named by the command."""

from collections.abc import Callable
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from shangju.cases.models import CaseEvent
from shangju.core.scoping import EverywhereReason, everywhere
from shangju.notices.tests.street import go_through, make_street, report

pytestmark = pytest.mark.django_db


def _edit(rows: list[CaseEvent]) -> None:
    CaseEvent.objects.filter(pk=rows[2].pk).update(post_name="别的岗")


def _edit_text(rows: list[CaseEvent]) -> None:
    CaseEvent.objects.filter(pk=rows[1].pk).update(note="改过")


def _delete_last(rows: list[CaseEvent]) -> None:
    CaseEvent.objects.filter(pk=rows[-1].pk)._raw_delete("default")


def _insert(rows: list[CaseEvent]) -> None:
    last = rows[-1]
    last.pk, last.sequence, last.previous_hash = None, last.sequence + 1, last.hash
    last.save(force_insert=True)


def _swap(rows: list[CaseEvent]) -> None:
    one, other = rows[1], rows[2]
    CaseEvent.objects.filter(pk=one.pk).update(sequence=99)
    CaseEvent.objects.filter(pk=other.pk).update(sequence=one.sequence)
    CaseEvent.objects.filter(pk=one.pk).update(sequence=other.sequence)


@pytest.mark.parametrize(
    ("tamper", "step"), [(_edit, 3), (_edit_text, 2), (_insert, 8), (_swap, 2), (_delete_last, 7)]
)
def test_the_first_break_is_named(tamper: Callable[[list[CaseEvent]], None], step: int) -> None:
    street = make_street()
    sound, broken = report(street), go_through(street, report(street))
    with everywhere(EverywhereReason.VERIFICATION):
        if tamper is _delete_last:  # records of work would hold the row: those go with it
            from shangju.cases.models import Mediation  # noqa: PLC0415 - only here

            Mediation.objects.filter(case=broken).delete()
        tamper(list(broken.events.order_by("sequence")))
    out = StringIO()
    with pytest.raises(CommandError, match="2 histories checked, 1 broken"):
        call_command("verify_history", stdout=out)
    assert f"{broken.number}: step {step}," in out.getvalue()
    assert sound.number not in out.getvalue()


def test_sound_histories_are_counted() -> None:
    street = make_street()
    go_through(street, report(street))
    out = StringIO()
    call_command("verify_history", stdout=out)
    assert out.getvalue().strip() == "1 histories checked, none broken"
