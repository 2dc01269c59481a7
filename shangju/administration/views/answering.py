"""How every form of the set-up pages is answered: shown, refused at the field with all else kept, or
done and left.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from shangju.core.errors import DomainError

Act = Callable[[dict[str, Any]], object]


@dataclass(frozen=True, slots=True)
class FormPage:
    """What a page with one form says. ``trail`` are (label, address) pairs of the way here; ``back`` is
    where it leads.
    """

    title: object
    purpose: object
    submit: object
    done: object
    back: str
    trail: tuple[tuple[object, str], ...] = ()
    is_dangerous: bool = False
    extra: dict[str, Any] = field(default_factory=dict)


def answer_form(request: HttpRequest, form: forms.Form, act: Act, page: FormPage) -> HttpResponse:
    """Show the form, or do ``act`` with what was entered; a refusal stands at its field, and its status
    is the answer's.
    """
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                act(form.cleaned_data)
            except DomainError as error:
                status = error.status
                _show_refusal(form, error)
            else:
                messages.success(request, str(page.done))
                return redirect(page.back)
    return render(
        request, "administration/form.html", {"form": form, "page": page, **page.extra}, status=status
    )


def _show_refusal(form: forms.Form, error: DomainError) -> None:
    known = {name: sentence for name, sentence in error.fields.items() if name in form.fields}
    for name, sentence in known.items():
        form.add_error(name, str(sentence))
    if not known:
        form.add_error(None, str(error))
