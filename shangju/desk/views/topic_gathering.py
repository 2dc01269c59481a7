"""A topic by hand: ticked cases, or the one of a page, into a new topic or an open one."""

from collections.abc import Sequence
from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from shangju.areas.models import Area
from shangju.cases.models import Case
from shangju.cases.rules import Actor
from shangju.core.errors import DomainError, NotAllowed
from shangju.core.forms import add_refusal
from shangju.core.scoping import EverywhereReason, everywhere
from shangju.desk.access import needs_right
from shangju.desk.forms_topics import GatherForm
from shangju.desk.views.cases import actor_of, ticked_numbers
from shangju.posts.middleware import standing_in
from shangju.posts.rights import Standing
from shangju.topics.models import Topic
from shangju.topics.queries import lead_posts, open_topics_of
from shangju.topics.rules import KEEPING, cases_within, is_groupable, topics_to_join
from shangju.topics.services import make_topic, take_in_cases

CASES_AT_MOST = 50
TOPICS_AT_MOST = 100


@require_http_methods(["GET", "POST"])
@needs_right(*KEEPING)
def gather(request: HttpRequest) -> HttpResponse:
    """Which cases, and into what. The supervision desk posts its ticks here: without a choice the page is shown."""
    standing = standing_in(request)
    ticked = [
        number
        for given in (request.GET, request.POST)
        for number in ticked_numbers(given, at_most=CASES_AT_MOST)
    ]
    cases = _cases(standing, list(dict.fromkeys(ticked))[:CASES_AT_MOST])
    if not cases:
        messages.warning(request, _("Tick the cases that belong together first."))
        return redirect("desk:worklist")
    left_out = _left_out(cases)
    form, status = _form(request, standing, [case for case in cases if case not in left_out]), 200
    if form.is_bound:
        status = 422
        if form.is_valid():
            try:
                topic = _put(form, by=actor_of(request), now=timezone.now())
            except NotAllowed as refusal:
                form.add_error("into", str(refusal))
                status = refusal.status
            except DomainError as refusal:
                add_refusal(form, refusal, fields={"number": "more"})
                status = refusal.status
            else:
                messages.success(request, _("These cases are one topic now."))
                return redirect("topics:topic", pk=topic.pk)
    kept = urlencode([("case", case.number) for case in cases])
    context = {
        "form": form,
        "left_out": list(left_out.values()),
        "action": f"{reverse('topics:gather')}?{kept}",
    }
    return render(request, "desk/topic_gather.html", context, status=status)


def _cases(standing: Standing, numbers: Sequence[str]) -> list[Case]:
    found = cases_within(standing).filter(number__in=numbers).select_related("category")
    return list(found.defer("text", "party_summary").order_by("received_at", "pk"))


def _left_out(cases: Sequence[Case]) -> dict[Case, str]:
    """Those that no topic takes, each with the reason."""
    reasons = {}
    taken = open_topics_of(cases)
    for case in cases:
        if case.pk in taken:
            sentence = _("Case %(number)s belongs to another open topic.")
        elif not is_groupable(case):
            sentence = _(
                "Case %(number)s stays out of topics: it is confidential, about a minor, or was not taken up."
            )
        else:
            continue
        reasons[case] = sentence % {"number": case.number}
    return reasons


def _form(request: HttpRequest, standing: Standing, cases: Sequence[Case]) -> GatherForm:
    with everywhere(EverywhereReason.STRUCTURE):
        home = Area.objects.filter(pk__in=[case.subdistrict_id for case in cases]).defer("outline").first()
    topics = topics_to_join(standing).filter(area=home).order_by("-heat", "-pk")[:TOPICS_AT_MOST]
    data = request.POST if "into" in request.POST else None
    return GatherForm(data, cases=cases, topics=list(topics), posts=list(lead_posts(home)) if home else [])


def _put(form: GatherForm, *, by: Actor, now: datetime) -> Topic:
    if form.topic is not None:
        return take_in_cases(form.topic, numbers=form.numbers, by=by, now=now)
    given = form.cleaned_data
    return make_topic(form.numbers, title=given["title"], lead=form.posts[given["post"]], by=by, now=now)
