"""What the case page says of the public board: what is public of the case, and what its reader may do about that."""

from typing import Any

from shangju.board.forms import ProposalForm
from shangju.board.models import Stage
from shangju.board.queries import publication_of
from shangju.board.rules import may_be_published
from shangju.cases.models import Case
from shangju.cases.rules import Actor
from shangju.posts.rights import Right


def public_side(actor: Actor, case: Case) -> dict[str, Any]:
    """The card's values; one query once there is a result. The reader may open the case: they have no stake in it."""
    publication = publication_of(case) if case.resolved_at else None
    is_free = publication is None or publication.stage == Stage.TAKEN_DOWN
    works_there = any(
        actor.standing.may(right, path=case.area_path) for right in (Right.HANDLE, Right.DISPATCH)
    )
    return {
        "publication": publication,
        "may_propose": is_free and works_there and may_be_published(case),
        "proposal_form": ProposalForm(),
    }
