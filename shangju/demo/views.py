"""The mailbox: what text messages and e-mails the demonstration would have sent."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from shangju.gateways.models import OutgoingMessage

SHOWN = 20


@require_GET
def mailbox(request: HttpRequest) -> HttpResponse:
    """The last messages, newest first."""
    return render(request, "demo/mailbox.html", {"outgoing": OutgoingMessage.objects.all()[:SHOWN]})
