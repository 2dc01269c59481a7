"""Writes of saved views."""

from collections.abc import Sequence
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from shangju.areas.models import Area
from shangju.cases.rules import Actor
from shangju.core.audit import record
from shangju.core.errors import DomainError, NotAllowed
from shangju.ledgers.filters import LedgerFilters
from shangju.ledgers.ledger import Ledger
from shangju.ledgers.models import LedgerView
from shangju.ledgers.rules import may_change, may_open, may_share

NAME_AT_MOST = 40


def keep_view(
    ledger: Ledger,
    *,
    name: str,
    columns: Sequence[str],
    filters: LedgerFilters,
    subdistrict: Area,
    is_shared: bool,
    by: Actor,
    now: datetime,
) -> LedgerView:
    """Save a ledger as it is arranged under a name of one's own; the same name again changes it.

    Raises ``NotAllowed`` without the right, ``DomainError`` at ``name`` or ``is_shared``.
    """
    assert by.user is not None, "only who signed in keeps a view"
    if not may_open(by.standing, ledger):
        raise NotAllowed(_("This ledger is not open to you."))
    name = name.strip()
    if not 0 < len(name) <= NAME_AT_MOST:
        sentence = _("Give it a name of at most %(most)s signs.") % {"most": NAME_AT_MOST}
        raise DomainError(sentence, fields={"name": sentence})
    if is_shared and not may_share(by.standing, path=subdistrict.path):
        sentence = _("Only the sub-district's desk and leaders share a ledger with everybody.")
        raise DomainError(sentence, fields={"is_shared": sentence})
    values = {
        "area": subdistrict,
        "kind": ledger.kind,
        "columns": [column.key for column in ledger.chosen(columns)],
        "filters": filters.as_data(),
        "is_shared": is_shared,
        "changed_at": now,
    }
    try:
        with transaction.atomic():
            kept, _made = LedgerView.objects.update_or_create(owner=by.user, name=name, defaults=values)
            record(
                kept,
                action="ledger.kept",
                by=by.user,
                now=now,
                after={"kind": ledger.kind, "shared": is_shared},
            )
    except IntegrityError as taken:
        sentence = _("Another ledger of the sub-district bears this name: choose another.")
        raise DomainError(sentence, fields={"name": sentence}) from taken
    return kept


@transaction.atomic
def remove_view(view: LedgerView, *, by: Actor, now: datetime) -> None:
    """Remove a saved view; what was exported by it stays in the log. Raises ``NotAllowed`` for another's."""
    held = LedgerView.objects.select_for_update(of=("self",)).select_related("area").get(pk=view.pk)
    if not may_change(by.standing, held):
        raise NotAllowed(_("Only who saved it, or who shares ledgers in the sub-district, removes it."))
    record(held, action="ledger.removed", by=by.user, now=now, before={"kind": held.kind})
    held.delete()
