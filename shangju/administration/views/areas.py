"""Pages of the area tree."""

import json
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from shangju.administration import services
from shangju.administration.access import administrator_of, as_system_administrator
from shangju.administration.forms import (
    AddressForm,
    AreaForm,
    MoveForm,
    OutlineForm,
    ReasonForm,
    RenameForm,
    RetireForm,
    SearchForm,
)
from shangju.administration.outline_drawing import draw_outlines
from shangju.administration.queries import ancestors_of, area_tree, find_areas, has_odd_size, history_of
from shangju.administration.views.answering import FormPage, answer_form
from shangju.areas.gazetteer import add_address, remove_address
from shangju.areas.geometry import Datum
from shangju.areas.models import AddressEntry, Area
from shangju.areas.services import AreaPlan, add_area, change_area, set_outline
from shangju.core.numbers import small_number
from shangju.posts.models import Appointment

read_or_write = require_http_methods(["GET", "POST"])


def _page_of(area: Area) -> str:
    return reverse("administration:area", args=[area.pk])


def _trail(area: Area | None) -> tuple[tuple[object, str], ...]:
    start: tuple[tuple[object, str], ...] = ((_("Areas"), reverse("administration:areas")),)
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
    )

    def act(entered: dict[str, Any]) -> object:
        plan = AreaPlan(parent_code=parent.code if parent else "", **entered)
        return add_area(plan, by=administrator_of(request), now=timezone.now())

    return answer_form(request, AreaForm(request.POST or None, parent=parent), act, page)


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
    )
    initial = {name: getattr(held, name) for name in ("name", "name_en", "party_body", "households")}

    def act(entered: dict[str, Any]) -> object:
        reason = entered.pop("reason")
        return change_area(held, entered, reason=reason, by=administrator_of(request), now=timezone.now())

    return answer_form(request, RenameForm(request.POST or None, initial=initial), act, page)


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
    )

    def act(entered: dict[str, Any]) -> object:
        return services.move_area(held, **entered, by=administrator_of(request), now=timezone.now())

    return answer_form(request, MoveForm(request.POST or None, area=held), act, page)


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
        is_dangerous=True,
    )
    form = RetireForm(request.POST or None, initial={"on": timezone.localdate()})

    def act(entered: dict[str, Any]) -> object:
        return services.retire_area(held, **entered, by=administrator_of(request), now=timezone.now())

    return answer_form(request, form, act, page)


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
    )
    initial = {"outline": json.dumps(held.outline) if held.outline else "", "datum": Datum.WGS84.value}

    def act(entered: dict[str, Any]) -> object:
        datum = Datum(entered["datum"])
        return set_outline(
            held, entered["outline"], datum=datum, by=administrator_of(request), now=timezone.now()
        )

    return answer_form(request, OutlineForm(request.POST or None, initial=initial), act, page)


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
    )

    def act(entered: dict[str, Any]) -> object:
        return add_address(
            held, shown_as=entered["shown_as"], by=administrator_of(request), now=timezone.now()
        )

    return answer_form(request, AddressForm(request.POST or None), act, page)


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

    def act(entered: dict[str, Any]) -> object:
        return remove_address(entry, by=administrator_of(request), now=timezone.now())

    form = ReasonForm(request.POST if request.method == "POST" else None)
    del form.fields["reason"]
    return answer_form(request, form, act, page)
