"""How every form of the set-up pages is answered: shown, refused at the field with all else kept, or
done and left.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.db import models, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from shangju.administration.access import administrator_of
from shangju.administration.queries import newest_event
from shangju.administration.templatetags.administration import action_words
from shangju.core.errors import Conflict, DomainError
from shangju.core.forms import add_refusal

Write = Callable[..., object]
"""A service, its subject bound: called with the form's fields by name, ``by`` and ``now``."""

Trail = tuple[tuple[object, str], ...]
"""(label, address) pairs of the way to a page."""

read_or_write = require_http_methods(["GET", "POST"])


@dataclass(frozen=True, slots=True)
class FormPage:
    """What a page with one form says. ``back`` is where it leads; ``subject`` is what it changes, so that whoever
    opened it before a colleague's change is told; ``leads_to`` gives the page of what was made.
    """

    title: object
    purpose: object
    submit: object
    done: object
    back: str
    trail: Trail = ()
    is_dangerous: bool = False
    subject: models.Model | None = None
    leads_to: Callable[[Any], str] | None = None


def answer_form(request: HttpRequest, form: forms.Form, write: Write, page: FormPage) -> HttpResponse:
    """Show the form, or let ``write`` do what was entered; a refusal stands at its field, and its status
    is the answer's.
    """
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                made = _write(request, form, write, page)
            except DomainError as refusal:
                status = refusal.status
                add_refusal(form, refusal)
            else:
                messages.success(request, str(page.done))
                return redirect(page.leads_to(made) if page.leads_to else page.back)
    newest = newest_event(page.subject) if page.subject is not None else None
    shown = {"form": form, "page": page, "seen": newest.pk if newest else 0}
    return render(request, "administration/form.html", shown, status=status)


@transaction.atomic
def _write(request: HttpRequest, form: forms.Form, write: Write, page: FormPage) -> object:
    if page.subject is not None:
        _demand_unchanged(page.subject, seen=request.POST.get("seen", ""))
    return write(**form.cleaned_data, by=administrator_of(request), now=timezone.now())


def _demand_unchanged(subject: models.Model, *, seen: str) -> None:
    """Refuse a form that was opened before somebody else's change, and say whose.

    Raises:
        Conflict: names who was first, when and what; sent once more from the page that says so, the form goes through.
    """
    newest = newest_event(subject)
    if newest is None or not seen.isdecimal() or seen == str(newest.pk):
        return
    raise Conflict(
        _(
            "%(who)s was first: “%(what)s” on %(when)s, after you had opened this page. Check that what you entered "
            "still holds, then send it again."
        )
        % {
            "who": newest.actor or _("The command line"),
            "what": action_words(newest.action),
            "when": date_format(timezone.localtime(newest.at), "Y-m-d H:i"),
        }
    )
