"""The style guide: every component, the snippet that makes it, and when to use it. Demo mode only."""

from dataclasses import dataclass
from datetime import timedelta

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext, pgettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from shangju.core.icons import icon_paths
from shangju.core.templatetags.ui import TONES

FRAMES = {
    "public": "frames/public.html",
    "my": "frames/my.html",
    "desk": "frames/desk.html",
    "sign_in": "frames/sign_in.html",
}


@dataclass(frozen=True, slots=True)
class Example:
    """One section: ``name`` is the anchor and the template ``styleguide/NAME.html``."""

    name: str
    title: object
    use: object


EXAMPLES = (
    Example("buttons", _("Buttons"), _("One primary button a page; danger only for what cannot be undone.")),
    Example(
        "fields",
        _("Form fields"),
        _("Every form: {{ form }} or one field at a time; errors stand at the field and on top."),
    ),
    Example(
        "lights", _("Deadline lights"), _("Wherever a deadline is shown: word, shape and colour together.")
    ),
    Example("steps", _("Step line"), _("How far a concern has come, for residents and on the case page.")),
    Example("timeline", _("Timeline"), _("What happened, newest first, each with time and role.")),
    Example(
        "tables",
        _("Table and pages"),
        _("Lists that are compared line by line; on phones each row becomes a card."),
    ),
    Example(
        "filters",
        _("Filter bar"),
        _("Above a list; sent with GET, so a filtered list can be shared as a link."),
    ),
    Example("figures", _("Figures"), _("Numbers that lead to the rows they count.")),
    Example("shares", _("Bars of a share"), _("Beside a rate, so that several can be compared at a glance.")),
    Example("tiles", _("Tiles"), _("The ways in on a home page, four in a row on phones.")),
    Example("ways", _("Ways in"), _("The start page of a part: each way with a sentence about it.")),
    Example(
        "disclosures",
        _("Opened on demand"),
        _("What is needed now and then; the one that is usual stands open, with a bar at its side."),
    ),
    Example(
        "folds",
        _("Buttons that open"),
        _("Several things to do with one page, of which one is done; the opened one takes the whole line."),
    ),
    Example("copying", _("Text to be copied"), _("What the system writes and people paste elsewhere.")),
    Example(
        "ticked",
        _("Ticked rows"),
        _("Below a long list whose rows are ticked: the ways to what is done with them stay in reach."),
    ),
    Example("cards", _("Cards and facts"), _("What belongs together; facts are names with values.")),
    Example("links", _("Ways onwards"), _("Pages that follow from this one, each a row to touch.")),
    Example("badges", _("Badges"), _("A state or a kind in one word.")),
    Example(
        "notices",
        pgettext_lazy("component", "Notices"),
        _("A sentence that must be seen; passing messages are toasts."),
    ),
    Example(
        "dialogs",
        _("Dialog"),
        _("A short question without leaving the page; its link works without JavaScript."),
    ),
    Example("tabs", _("Tabs and trail"), _("Several views of one thing, and the way here.")),
    Example("empty", _("Empty state"), _("A list without rows: says why, and what to do next.")),
)


class ExampleForm(forms.Form):
    """One field of every kind."""

    text = forms.CharField(
        label=_("What is the matter?"),
        help_text=_("Where and since when; a sentence is enough."),
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    phone = forms.RegexField(
        r"^1[3-9]\d{9}$",
        label=_("Mobile phone"),
        error_messages={"invalid": _("Enter the 11 digits of a mobile phone number.")},
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "tel"}),
    )
    kind = forms.ChoiceField(
        label=_("Kind"), choices=[("", _("Please choose")), ("noise", _("Noise")), ("smoke", _("Smoke"))]
    )
    going_on = forms.ChoiceField(
        label=_("Is it going on now?"), choices=[("yes", _("Yes")), ("no", _("No"))], widget=forms.RadioSelect
    )
    channels = forms.MultipleChoiceField(
        label=_("Tell me by"),
        required=False,
        choices=[("sms", _("Text message")), ("page", _("This page"))],
        widget=forms.CheckboxSelectMultiple,
    )
    day = forms.DateField(label=_("Day"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    photo = forms.FileField(
        label=_("Photo"), required=False, help_text=_("Up to 15 MB."), widget=forms.ClearableFileInput
    )
    agreed = forms.BooleanField(label=_("I have read how my data is used."))


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """All components in the frame that ``?frame=`` names (``public`` when it names none)."""
    frame = request.GET.get("frame", "public")
    now = timezone.now()
    context = {
        "frame": FRAMES.get(frame, FRAMES["public"]),
        "frames": list(FRAMES),
        "examples": EXAMPLES,
        "icons": sorted(icon_paths()),
        "tones": TONES,
        "now": now,
        "lights": [
            (light, now + timedelta(hours=due), now - timedelta(hours=40))
            for light, due in [
                ("green", 70),
                ("yellow", 30),
                ("orange", 5),
                ("red", -3),
                ("purple", -80),
                ("paused", 9),
                ("done", 9),
            ]
        ],
        "columns": [gettext("Number"), gettext("Place"), gettext("State")],
        "rows": [
            ["2026-000184", gettext("Building 3"), gettext("In progress")],
            ["2026-000185", gettext("East gate"), gettext("Registered")],
        ],
        "steps": [
            ("registered", pgettext("step", "Registered")),
            ("dispatched", pgettext("step", "Dispatched")),
            ("in_progress", pgettext("step", "In progress")),
            ("resolved", pgettext("step", "Your turn")),
            ("closed", pgettext("step", "Closed")),
        ],
        "form": ExampleForm(),
        "wrong_form": ExampleForm({"phone": "123", "kind": "noise"}, prefix="wrong"),
        "nav_counts": {"desk:worklist": 12, "my:notices": 3},
    }
    return render(request, "styleguide/home.html", context)
