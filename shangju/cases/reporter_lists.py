"""The contacts of many reporters at once, for lists that leave the house: masked, or in plain for an allowed list.

The wall is that of :mod:`shangju.cases.reporter`: what is shown in plain is written down, each piece of each case. In a
list nobody asks for one look at one contact of a minor, so these stay masked, as do those of confidential cases and of
cases that the reader must not open or would not talk with the reporter of.
"""

from collections.abc import Collection
from datetime import datetime
from functools import cached_property

from django.db.models import Exists, OuterRef, Q, TextField
from django.db.models.functions import Cast

from shangju.cases.models import (
    CaseAssistant,
    CaseEvent,
    ContactReveal,
    ReporterContact,
    RevealCode,
    RevealedField,
)
from shangju.cases.places import building_level
from shangju.cases.reporter import mask_name, mask_phone
from shangju.cases.rules import WORKING, Actor, visible_to, within
from shangju.core.known_data import Glance, KnownData, folded
from shangju.core.personal_data import mask_personal_data
from shangju.core.sealing import unseal
from shangju.posts.rights import Right, Standing

SEALED_PIECES = {"sealed_name": "name", "sealed_phone": "phone", "sealed_address": "exact_address"}
"""The pieces as the database keeps them: cast to a plain text, since the fields open themselves."""


class ListedContact:
    """What a reporter left, inside the wall and sealed; the methods give what may leave it.

    A piece is opened when it is needed, once: to show a list its titles nobody needs the phone, unless a title has digits
    enough for one. Opening is the dearest thing that a long list does.
    """

    def __init__(self, name: str, phone: str, exact_address: str) -> None:
        self._sealed = (name, phone, exact_address)

    @cached_property
    def _name(self) -> str:
        return unseal(self._sealed[0])

    @cached_property
    def _phone(self) -> str:
        return unseal(self._sealed[1])

    @cached_property
    def _address(self) -> str:
        return unseal(self._sealed[2])

    def masked(self, piece: str) -> str:
        """``张**``, ``138****5678``, and the address up to the building."""
        if piece == RevealedField.NAME:
            return mask_name(self._name)
        return mask_phone(self._phone) if piece == RevealedField.PHONE else building_level(self._address)

    def plain(self, piece: str) -> str:
        """The piece itself: only for a case that :func:`open_in_list` gave."""
        if piece == RevealedField.NAME:
            return self._name
        return self._phone if piece == RevealedField.PHONE else self._address

    @cached_property
    def _home(self) -> str:
        """The address where it says more than the building."""
        return self._address if building_level(self._address) != self._address.strip() else ""

    @cached_property
    def _folded(self) -> tuple[str, str]:
        return folded(self._name), folded(self._home)

    def hidden_in(self, text: str) -> str:
        """``text`` without name, phone and exact home, however they are written, and without what looks like such data."""
        if not text:
            return ""
        glance = Glance(text)
        if glance.may_name(self._folded) or (
            glance.has_room_for_phone and glance.may_hold_phone(self._phone)
        ):
            return KnownData(names=[self._name], phones=[self._phone], addresses=[self._home]).mask(text)
        return mask_personal_data(text)


NO_CONTACT = ListedContact("", "", "")


def listed_contacts(cases: Collection[int]) -> dict[int, ListedContact]:
    """The contacts of these cases by the case's id, sealed; one statement. Whoever calls shows them by the methods only."""
    sealed = {name: Cast(piece, TextField()) for name, piece in SEALED_PIECES.items()}
    rows = ReporterContact.objects.filter(case_id__in=cases).annotate(**sealed)
    kept = rows.values_list("case_id", *SEALED_PIECES)
    return {case: ListedContact(*pieces) for case, *pieces in kept}


def open_in_list(standing: Standing) -> Q:
    """The cases whose contact may stand in plain in a list of ``standing``'s: those they talk with the reporter of.

    A caller who worked on a case may not ask its reporter how satisfied they are, and gets no contact for it either.
    """
    worked = CaseEvent.objects.filter(case=OuterRef("pk"), by_id=standing.user_id, kind__in=WORKING)
    talks = Q(handler_post_id__in=standing.posts)
    talks |= Q(Exists(CaseAssistant.objects.filter(case_id=OuterRef("pk"), post_id__in=standing.posts)))
    for area in standing.areas_with(Right.DISPATCH):
        talks |= within(area)
    for area in standing.areas_with(Right.CALL_BACK):
        talks |= within(area) & Q(~Exists(worked))
    kept_close = Q(is_confidential=True) | Q(concerns_minor=True) | Q(category__privacy_wall=True)
    return visible_to(standing) & talks & ~kept_close


def write_down_list(
    shown: Collection[tuple[int, str]], *, reason: str, post_name: str, by: Actor, now: datetime
) -> None:
    """Log every piece (case, field) that a list shows in plain, as :func:`~shangju.cases.reporter.reveal_contact` does."""
    assert by.user is not None, "only somebody who signed in takes a list with contacts"
    ContactReveal.objects.bulk_create(
        (
            ContactReveal(
                case_id=case,
                by=by.user,
                post_name=post_name,
                field=piece,
                code=RevealCode.OTHER,
                reason=reason,
                at=now,
            )
            for case, piece in shown
        ),
        batch_size=500,
    )
