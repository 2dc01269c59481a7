"""What leaves the house: the words of messages, and what became of those that were to go out."""

from functools import partial
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from shangju.administration.access import administrator_of, as_system_administrator
from shangju.administration.forms import TemplateForm
from shangju.administration.queries import outgoing_notices
from shangju.administration.views.answering import FormPage, answer_form, read_or_write
from shangju.cases.workflow import MoveName
from shangju.gateways.models import MessageTemplate
from shangju.gateways.sending import is_configured
from shangju.gateways.services import change_template
from shangju.gateways.templates import COUNT_SLOTS, SLOTS, filled
from shangju.notices.models import Notice, NoticeState
from shangju.notices.services import try_again

EXAMPLE = {
    "number": "DSK26-000123", "code": "7K3M-Q9XA-42PD", "state": "办理中", "day": "2026-12-01",
    **dict.fromkeys(COUNT_SLOTS, "3"),
}  # fmt: skip
"""What a preview is filled with."""


OTHER_PURPOSES = {
    "sign_in_code": gettext_lazy("Code to sign in with"),
    "met_too": gettext_lazy("Result, to who said “me too”"),
    "staff_news": gettext_lazy("News of a case, to staff"),
    "staff_task": gettext_lazy("News of other work, to staff"),
    "daily_list": gettext_lazy("Daily list"),
    "daily_list_leader": gettext_lazy("Daily list, to who leads"),
    "data_request": gettext_lazy("Answer to a request about one's data"),
}
"""What messages are for that are not about a step of a case."""


def name_of(template: MessageTemplate) -> str:
    """What a template is for, its way and its language, in the reader's words."""
    steps: dict[str, Any] = dict(MoveName.choices)
    purpose = OTHER_PURPOSES.get(template.purpose) or steps.get(template.purpose, template.purpose)
    language = dict(settings.LANGUAGES).get(template.language, template.language)
    return f"{purpose} · {template.get_channel_display()} · {language}"


@require_GET
@as_system_administrator
def templates(request: HttpRequest) -> HttpResponse:
    """The templates in use, each as a resident would read it."""
    rows = [
        (row, name_of(row), filled(row.text, EXAMPLE))
        for row in MessageTemplate.objects.filter(is_active=True)
    ]
    ways = {channel: is_configured(channel) for channel in ("sms", "wecom", "wecom-robot", "email")}
    return render(request, "administration/templates.html", {"rows": rows, "ways": ways})


@read_or_write
@as_system_administrator
def template(request: HttpRequest, pk: int) -> HttpResponse:
    """Other words: a new version."""
    held = get_object_or_404(MessageTemplate, pk=pk)
    page = FormPage(
        title=_("Message “%(name)s”") % {"name": name_of(held)},
        purpose=_(
            "The provider must have approved exactly these words under this id. Slots known: %(slots)s."
        )
        % {"slots": ", ".join(SLOTS)},
        submit=_("Save as version %(number)s") % {"number": held.version + 1},
        done=_("The message has new words."),
        back=reverse("administration:templates"),
        trail=((_("Messages"), reverse("administration:templates")),),
    )
    first = {"text": held.text, "provider_template": held.provider_template}
    return answer_form(
        request, TemplateForm(request.POST or None, initial=first), partial(change_template, held), page
    )


@require_GET
@as_system_administrator
def outgoing(request: HttpRequest) -> HttpResponse:
    """Messages that wait, went out or were given up; neither recipient nor words are shown."""
    state = request.GET.get("state", NoticeState.FAILED)
    state = state if state in NoticeState.values else NoticeState.FAILED
    rows, cursor = outgoing_notices(state, after=request.GET.get("cursor", "")[:20])
    tabs = [(value, label) for value, label in NoticeState.choices]
    shown = {"rows": rows, "next": cursor, "state": state, "tabs": tabs}
    return render(request, "administration/outgoing.html", shown)


@require_POST
@as_system_administrator
def send_again(request: HttpRequest, pk: int) -> HttpResponse:
    """Let one that was given up be tried once more."""
    notice = get_object_or_404(Notice, pk=pk)
    try_again(notice, by=administrator_of(request), now=timezone.now())
    messages.success(request, _("It is tried again within a minute."))
    return redirect("administration:outgoing")
