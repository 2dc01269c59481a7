"""Who may open which ledger, take it out, share a view, and decide on contacts in plain: for the list and for the object."""

from django.db.models import Q

from shangju.accounts.models import AdministratorRole
from shangju.core.scoping import ScopedArea
from shangju.ledgers.ledger import Ledger
from shangju.ledgers.models import Export, LedgerView
from shangju.ledgers.tables import LEDGERS
from shangju.ledgers.workflow import ExportState, LedgerKind
from shangju.posts.rights import Right, Standing, outermost


def is_auditor(standing: Standing) -> bool:
    """Whether it is the audit administrator, who holds no post and reads the logs of every area."""
    return standing.administrator == AdministratorRole.AUDIT


def may_open(standing: Standing, ledger: Ledger) -> bool:
    """Whether this ledger is open to somebody, of whichever area."""
    return standing.holds_anywhere(ledger.right) or (ledger.is_for_auditor and is_auditor(standing))


def ledgers_for(standing: Standing) -> list[Ledger]:
    """The ledgers that are open to somebody."""
    return [ledger for ledger in LEDGERS.values() if may_open(standing, ledger)]


def may_export(standing: Standing, ledger: Ledger, *, path: str) -> bool:
    """Whether a ledger of the area with this path may be taken out, masked."""
    if ledger.is_for_auditor and is_auditor(standing):
        return True
    return standing.may(Right.EXPORT_LEDGERS, path=path) and standing.may(ledger.right, path=path)


def may_ask_full(standing: Standing, ledger: Ledger, *, path: str) -> bool:
    """Whether contacts in plain may be asked for: by those who talk with reporters there."""
    talks = any(standing.may(right, path=path) for right in (Right.DISPATCH, Right.CALL_BACK))
    return ledger.has_contacts and talks and may_export(standing, ledger, path=path)


def may_fetch(standing: Standing, export: Export) -> bool:
    """Whether the file that the worker wrote is somebody's to fetch: who asked for it, while they may still export there."""
    if export.asked_by_id is None or export.asked_by_id != standing.user_id:
        return False
    return may_export(standing, LEDGERS[LedgerKind(export.kind)], path=export.area.path)


def areas_to_export(standing: Standing, ledger: Ledger) -> tuple[ScopedArea, ...]:
    """The separate areas for which somebody may take a ledger out: a file is of one of them."""
    here = standing.areas_with(Right.EXPORT_LEDGERS)
    return outermost(area for area in here if may_export(standing, ledger, path=area.path))


def may_share(standing: Standing, *, path: str) -> bool:
    """Whether a view may be given to everybody in the sub-district with this path."""
    return standing.may(Right.SHARE_LEDGERS, path=path)


def views_open_to(standing: Standing) -> Q:
    """The saved views that somebody sees: their own, and those shared in their sub-district, of kinds open to them."""
    kinds = [ledger.kind for ledger in ledgers_for(standing)]
    return Q(kind__in=kinds) & (Q(owner_id=standing.user_id) | Q(is_shared=True))


def may_change(standing: Standing, view: LedgerView) -> bool:
    """Whether a saved view may be changed or removed: one's own; a shared one also by who may share there."""
    return view.owner_id == standing.user_id or (view.is_shared and may_share(standing, path=view.area.path))


def to_decide_exports(standing: Standing) -> Q:
    """The requests for contacts in plain that wait for somebody's decision: never their own."""
    near = Q(pk__in=[])
    for area in standing.areas_with(Right.DECIDE_EXPORTS):
        near |= Q(area__path__startswith=area.path)
    own = Q(asked_by_id=standing.user_id, asked_by_id__isnull=False)
    return Q(state=ExportState.ASKED, is_full=True) & near & ~own


def may_decide(standing: Standing, export: Export) -> bool:
    """:func:`to_decide_exports`, of one request, whatever its state."""
    return export.asked_by_id != standing.user_id and standing.may(
        Right.DECIDE_EXPORTS, path=export.area.path
    )


def exports_open_to(standing: Standing) -> Q:
    """The rows of the log that somebody reads: their own, those of areas they supervise or decide in; the auditor all."""
    if is_auditor(standing):
        return Q()
    seen = Q(asked_by_id=standing.user_id, asked_by_id__isnull=False)
    for right in (Right.SUPERVISE, Right.DECIDE_EXPORTS):
        for area in standing.areas_with(right):
            seen |= Q(area__path__startswith=area.path)
    return seen
