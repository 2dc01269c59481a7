"""Pages of the area tree."""

import json
from datetime import datetime
from functools import partial
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from shangju.accounts.models import User
from shangju.administration import services
from shangju.administration.access import as_system_administrator
from shangju.administration.forms import (
    AddressForm,
    AreaForm,
    MoveForm,
    OutlineForm,
    RenameForm,
    RetireForm,
    SearchForm,
)
from shangju.administration.queries import ancestors_of, area_tree, find_areas, has_odd_size, history_of
from shangju.administration.views.answering import FormPage, Trail, answer_form, read_or_write
from shangju.areas.gazetteer import add_address, remove_address
from shangju.areas.geometry import Datum
from shangju.areas.models import AddressEntry, Area
from shangju.areas.outline_drawing import draw_outlines
from shangju.areas.services import AreaPlan, add_area, change_area, set_outline
from shangju.core.numbers import small_number
from shangju.posts.models import Appointment


def _page_of(area: Area) -> str:
    return reverse("administration:area", args=[area.pk])


def _trail(area: Area | None) -> Trail:
    start: Trail = ((_("Areas"), reverse("administration:areas")),)
    return (*start, (area, _page_of(area))) if area is not None else start


@require_GET
@as_system_administrator
def areas(request: HttpRequest) -> HttpResponse:
    """The tree, or with words the areas that match them."""
    form = SearchForm(request.GET)
    words = form.cleaned_data["q"].strip() if form.is_valid() else ""
    shown: dict[str, Any] = {"form": form, "words": words}
    shown |= {"found": find_areas(words)} if words else {"tree": area_tree()}
    return render(request, "administration/areas.html", shown)


@require_GET
@as_system_administrator
def area(request: HttpRequest, pk: int) -> HttpResponse:
    """One area: what it is, what stands under it, who holds its posts, its addresses, outline and history."""
    shown = get_object_or_404(Area, pk=pk)
    below = list(shown.children.filter(retired_on__isnull=True).order_by("code"))
    today = timezone.localdate()
    held = (
        Appointment.objects.on(today)
        .filter(post__area=shown)
        .select_related("user", "post")
        .order_by("starts_on")
    )
    holders: dict[int, list[Appointment]] = {}
    for term in held:
        holders.setdefault(term.post_id, []).append(term)
    posts = [(post, holders.get(post.pk, [])) for post in shown.posts.filter(retired_on__isnull=True)]
    context = {
        "area": shown,
        "above": ancestors_of(shown),
        "below": below,
        "posts": posts,
        "addresses": shown.addresses.order_by("shown_as"),
        "drawing": draw_outlines(shown, below),
        "history": history_of(shown),
        "is_odd_size": has_odd_size(shown),
    }
    return render(request, "administration/area.html", context)


@read_or_write
@as_system_administrator
def add(request: HttpRequest) -> HttpResponse:
    """A new area under ``?parent=``, or a new sub-district at the top."""
    above = small_number(request.GET.get("parent", ""))
    parent = get_object_or_404(Area, pk=above) if above is not None else None
    page = FormPage(
        title=_("Add an area"),
        purpose=_("Adds one area under the one it belongs to; many at once are added by a set-up file."),
        submit=_("Add"),
        done=_("The area has been added."),
        back=_page_of(parent) if parent else reverse("administration:areas"),
        trail=_trail(parent),
        leads_to=_page_of,
    )

    def write(*, by: User, now: datetime, **entered: Any) -> object:
        return add_area(AreaPlan(parent_code=parent.code if parent else "", **entered), by=by, now=now)

    return answer_form(request, AreaForm(request.POST or None, parent=parent), write, page)


@read_or_write
@as_system_administrator
def rename(request: HttpRequest, pk: int) -> HttpResponse:
    """Names, Party body and households of an area."""
    held = get_object_or_404(Area, pk=pk)
    page = FormPage(
        title=_("Rename or correct %(area)s") % {"area": held},
        purpose=_("The old name stays in the history; numbers and codes do not change."),
        submit=_("Save"),
        done=_("The area has been changed."),
        back=_page_of(held),
        trail=_trail(held),
        subject=held,
    )
    initial = {name: getattr(held, name) for name in ("name", "name_en", "party_body", "households")}

    def write(*, reason: str, by: User, now: datetime, **changes: Any) -> object:
        return change_area(held, changes, reason=reason, by=by, now=now)

    return answer_form(request, RenameForm(request.POST or None, initial=initial), write, page)


@read_or_write
@as_system_administrator
def move(request: HttpRequest, pk: int) -> HttpResponse:
    """Another area above it."""
    held = get_object_or_404(Area, pk=pk)
    page = FormPage(
        title=_("Move %(area)s") % {"area": held},
        purpose=_(
            "Everything below it moves along; posts above its new place see it, the former ones no longer."
        ),
        submit=_("Move"),
        done=_("The area has been moved."),
        back=_page_of(held),
        trail=_trail(held),
        subject=held,
    )
    form = MoveForm(request.POST or None, area=held)
    return answer_form(request, form, partial(services.move_area, held), page)


@read_or_write
@as_system_administrator
def retire(request: HttpRequest, pk: int) -> HttpResponse:
    """Out of use."""
    held = get_object_or_404(Area, pk=pk)
    page = FormPage(
        title=_("Retire %(area)s") % {"area": held},
        purpose=_("The area can no longer be chosen; its records and its history stay."),
        submit=_("Retire"),
        done=_("The area has been retired."),
        back=_page_of(held),
        trail=_trail(held),
        subject=held,
        is_dangerous=True,
    )
    form = RetireForm(request.POST or None, initial={"on": timezone.localdate()})
    return answer_form(request, form, partial(services.retire_area, held), page)


@read_or_write
@as_system_administrator
def outline(request: HttpRequest, pk: int) -> HttpResponse:
    """The outline as GeoJSON."""
    held = get_object_or_404(Area, pk=pk)
    page = FormPage(
        title=_("Outline of %(area)s") % {"area": held},
        purpose=_("A point on the map finds its grid by these outlines; they are stored in WGS-84."),
        submit=_("Save"),
        done=_("The outline has been saved."),
        back=_page_of(held),
        trail=_trail(held),
        subject=held,
    )
    initial = {"outline": json.dumps(held.outline) if held.outline else "", "datum": Datum.WGS84.value}

    def write(*, outline: Any, datum: str, by: User, now: datetime) -> object:
        return set_outline(held, outline, datum=Datum(datum), by=by, now=now)

    return answer_form(request, OutlineForm(request.POST or None, initial=initial), write, page)


@read_or_write
@as_system_administrator
def add_address_entry(request: HttpRequest, pk: int) -> HttpResponse:
    """An address entry more."""
    held = get_object_or_404(Area, pk=pk)
    page = FormPage(
        title=_("Add an address to %(area)s") % {"area": held},
        purpose=_(
            "An address that contains this text is taken to lie here; the longest text that fits wins."
        ),
        submit=_("Add"),
        done=_("The address has been added."),
        back=_page_of(held),
        trail=_trail(held),
        subject=held,
    )
    return answer_form(request, AddressForm(request.POST or None), partial(add_address, held), page)


@read_or_write
@as_system_administrator
def remove_address_entry(request: HttpRequest, pk: int, entry_pk: int) -> HttpResponse:
    """An address entry less."""
    entry = get_object_or_404(AddressEntry.objects.select_related("area"), pk=entry_pk, area_id=pk)
    page = FormPage(
        title=_("Remove “%(text)s”") % {"text": entry.shown_as},
        purpose=_("Concerns that were placed by this text keep their area."),
        submit=_("Remove"),
        done=_("The address has been removed."),
        back=_page_of(entry.area),
        trail=_trail(entry.area),
        is_dangerous=True,
    )
    form = forms.Form(request.POST if request.method == "POST" else None)
    return answer_form(request, form, partial(remove_address, entry), page)
