"""The residents' side of the knowledge base: find, read, say whether it helped. No account and no JavaScript needed."""

from uuid import uuid4

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from shangju.accounts.addresses import client_address
from shangju.accounts.models import User
from shangju.core.errors import DomainError
from shangju.core.forms import add_refusal
from shangju.core.rate_limit import exceeds_limit
from shangju.core.scoping import EverywhereReason, everywhere
from shangju.core.sealing import fingerprint
from shangju.knowledge.models import Article
from shangju.knowledge.queries import counterpart_of, public_article, read_for_residents
from shangju.knowledge.services import give_opinion
from shangju.public.forms_help import HelpSearchForm, OpinionForm

DEVICE, DEVICE_SECONDS = "helped", 365 * 24 * 60 * 60
OPINIONS_PER_MINUTE = 30


def find_article(pk: int) -> Article:
    """The article, if residents may read it; 404 for drafts, internal ones and numbers of none alike."""
    try:
        return public_article(pk, on=timezone.localdate())
    except Article.DoesNotExist as error:
        raise Http404 from error


@require_GET
def help_list(request: HttpRequest) -> HttpResponse:
    """Questions and short answers, narrowed by words and category."""
    form = HelpSearchForm(request.GET)
    words, category = form.entered()
    page = read_for_residents(
        words=words, category=category, cursor=request.GET.get("cursor", ""), on=timezone.localdate()
    )
    context = {
        "form": form,
        "articles": page.items,
        "next": page.next_cursor,
        "is_narrowed": words or category,
    }
    return render(request, "public/help.html", context)


def show(request: HttpRequest, found: Article, form: OpinionForm, *, status: int = 200) -> HttpResponse:
    """The page of an article with the form under it."""
    context = {
        "article": found, "says": found.published, "form": form,
        "counterpart": counterpart_of(found, on=timezone.localdate()),
    }  # fmt: skip
    return render(request, "public/help_article.html", context, status=status)


@require_GET
def article(request: HttpRequest, pk: int) -> HttpResponse:
    """One article."""
    return show(request, find_article(pk), OpinionForm())


@require_POST
def opinion(request: HttpRequest, pk: int) -> HttpResponse:
    """Whether it helped: kept once a person or browser, and never shown as a number."""
    found, form = find_article(pk), OpinionForm(request.POST)
    if exceeds_limit("opinion", client_address(request), per_minute=OPINIONS_PER_MINUTE):
        form.add_error(None, _("Too many answers came from this address. Wait a minute, then send it again."))
        return show(request, found, form, status=429)
    if not form.is_valid():
        return show(request, found, form, status=422)
    device = request.get_signed_cookie(DEVICE, default="") or uuid4().hex
    who = f"user:{request.user.pk}" if isinstance(request.user, User) else f"device:{device}"
    try:
        with everywhere(EverywhereReason.PUBLISHED_ARTICLE):
            print_of = fingerprint(who, purpose="opinion on an article")
            give_opinion(found, respondent=print_of, **form.opinion(), now=timezone.now())
    except DomainError as refusal:
        add_refusal(form, refusal)
        return show(request, found, form, status=refusal.status)
    messages.success(request, _("Thank you. It helps us to write better answers."))
    response = redirect("public:help_article", pk=pk)
    response.set_signed_cookie(
        DEVICE, device, max_age=DEVICE_SECONDS, samesite="Lax", httponly=True, secure=settings.SECURE_PUBLIC
    )
    return response
