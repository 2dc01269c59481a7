"""Forms of the desk: filters, staff entry, the reason of a look at a contact."""

from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from shangju.areas.models import Area, AreaKind
from shangju.cases.intake import TEXT_LIMIT, ContactDetails, Submission
from shangju.cases.models import RevealCode, RevealedField
from shangju.cases.places import locate
from shangju.cases.queries import WorklistFilters
from shangju.cases.workflow import STAFF_CHANNELS, Channel, RequestType, State
from shangju.categories.queries import category_by_code, category_tree
from shangju.core.forms import LongSelect
from shangju.core.personal_data_forms import AsksAboutPersonalData
from shangju.posts.rights import NOBODY, Right, Standing

LIGHT_CHOICES = [
    ("", _("Any light")),
    ("green", _("Green: time enough")),
    ("yellow", _("Yellow: half the time is gone")),
    ("orange", _("Orange: due soon")),
    ("red", _("Red: overdue")),
    ("purple", _("Purple: long overdue")),
    ("overdue", _("All that is overdue")),
]
STATE_CHOICES = [("", _("All open")), *State.choices, ("ended", _("All ended")), ("all", _("All"))]
MET_CHOICES = [("", _("Any")), ("yes", _("Met by others, the most pressing first"))]
HANDLER_CHOICES = [("", _("Any handler")), ("mine", _("Handled by me"))]


def areas_in_reach() -> list[tuple[str, str]]:
    """Communities and grids of the reader's scope, by code."""
    kinds = (AreaKind.COMMUNITY, AreaKind.GRID)
    rows = Area.objects.filter(kind__in=kinds, retired_on__isnull=True).defer("outline").order_by("path")
    return [(area.code, f"{'　' if area.kind == AreaKind.GRID else ''}{area}") for area in rows]


class FilterForm(forms.Form):
    """What narrows the worklist; sent with GET, so that a filtered list has an address."""

    q = forms.CharField(label=_("Number or words"), required=False, max_length=60)
    state = forms.ChoiceField(label=_("State"), required=False, choices=STATE_CHOICES, widget=LongSelect)
    area = forms.ChoiceField(label=_("Area"), required=False, widget=LongSelect)
    light = forms.ChoiceField(label=_("Light"), required=False, choices=LIGHT_CHOICES, widget=LongSelect)
    handler = forms.ChoiceField(
        label=_("Handler"), required=False, choices=HANDLER_CHOICES, widget=LongSelect
    )
    category = forms.ChoiceField(label=_("Category"), required=False, widget=LongSelect)
    met = forms.ChoiceField(label=_("Me too"), required=False, choices=MET_CHOICES, widget=LongSelect)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        tree = category_tree()
        roots = [(branch.root.code, str(branch.root)) for branch in tree.branches]
        self.fields["category"].choices = [("", _("Any category")), *roots]  # type: ignore[attr-defined]
        self.fields["area"].choices = [("", _("Everywhere")), *areas_in_reach()]  # type: ignore[attr-defined]

    def filters(self) -> WorklistFilters:
        """The filters; an unknown value of a hand-made address narrows nothing."""
        self.is_valid()
        entered = {name: self.cleaned_data.get(name, "") for name in self.fields}
        return WorklistFilters(query=entered.pop("q"), **entered)


class EntryForm(AsksAboutPersonalData):
    """A phone call in thirty seconds: who calls, what, where."""

    scanned = ("text",)

    phone = forms.CharField(
        label=_("Phone of the caller"),
        required=False,
        max_length=30,
        widget=forms.TextInput(attrs={"autofocus": True, "inputmode": "tel"}),
    )
    name = forms.CharField(label=_("How to address the caller"), required=False, max_length=60)
    text = forms.CharField(
        label=_("What the caller says"), max_length=TEXT_LIMIT, widget=forms.Textarea(attrs={"rows": 4})
    )
    happening_now = forms.BooleanField(label=_("It is going on right now"), required=False)
    area = forms.ChoiceField(label=_("Area"), required=False, widget=LongSelect)
    address = forms.CharField(label=_("Address"), required=False, max_length=200)
    channel = forms.ChoiceField(label=_("Came in by"), widget=LongSelect)
    request_type = forms.ChoiceField(label=_("Type"), choices=RequestType, initial=RequestType.COMPLAINT)
    category = forms.ChoiceField(label=_("Category"), required=False, widget=LongSelect)
    prefers_call = forms.BooleanField(
        label=_("Call with the result, do not write (elders, people who do not read messages)"),
        required=False,
    )
    is_anonymous = forms.BooleanField(label=_("Anonymous: keep no name and phone"), required=False)
    is_confidential = forms.BooleanField(label=_("Confidential"), required=False)
    concerns_minor = forms.BooleanField(label=_("By or about somebody under 18"), required=False)
    key = forms.CharField(widget=forms.HiddenInput, max_length=64)

    def __init__(self, *args: Any, standing: Standing = NOBODY, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        branches = category_tree().branches
        groups = [
            (str(branch.root), [(leaf.code, str(leaf)) for leaf in branch.leaves]) for branch in branches
        ]
        self.fields["area"].choices = [("", _("By the address")), *areas_in_reach()]  # type: ignore[attr-defined]
        self.fields["category"].choices = [("", _("Decide later")), *groups]  # type: ignore[attr-defined]
        self.fields["channel"].choices = [(value, Channel(value).label) for value in STAFF_CHANNELS]  # type: ignore[attr-defined]
        self.fields["key"].initial = f"desk-{uuid4()}"
        self._begin_for(standing)

    def _begin_for(self, standing: Standing) -> None:
        """What the clerk's post makes likely: the grid that they walk, and that it was on a walk."""
        areas = {held.area.pk for held in standing.holdings if Right.ENTER_CASE in held.rights}
        if len(areas) == 1 and not self.is_bound:
            grid = Area.objects.filter(pk=areas.pop(), kind=AreaKind.GRID).defer("outline").first()
            if grid:
                self.fields["area"].initial, self.fields["channel"].initial = grid.code, Channel.GRID_VISIT

    def submission(self) -> Submission:
        """What the service takes in."""
        given = self.cleaned_data
        area = Area.objects.filter(code=given["area"]).first() if given["area"] else None
        return Submission(
            text=given["text"],
            place=locate(area=area, address=given["address"]),
            channel=given["channel"],
            request_type=given["request_type"],
            category=category_by_code(given["category"]) if given["category"] else None,
            contact=ContactDetails(
                name=given["name"], phone=given["phone"], prefers_call=given["prefers_call"]
            ),
            happening_now=given["happening_now"],
            is_anonymous=given["is_anonymous"],
            is_confidential=given["is_confidential"],
            concerns_minor=given["concerns_minor"],
        )


class RevealForm(forms.Form):
    """What of a reporter's data must be seen, and why."""

    fields_needed = forms.MultipleChoiceField(
        label=_("What do you need?"), choices=RevealedField, widget=forms.CheckboxSelectMultiple
    )
    code = forms.ChoiceField(label=_("For what?"), choices=RevealCode)
    reason = forms.CharField(
        label=_("Why do you need it?"),
        max_length=120,
        help_text=_(
            "The reporter is told the office, the time and the reason chosen above; supervisors read these words."
        ),
    )


class RevealFilterForm(forms.Form):
    """What narrows the list of looks."""

    days = forms.TypedChoiceField(
        label=_("Period"), coerce=int, empty_value=None, required=False,
        choices=[(7, _("7 days")), (30, _("30 days")), (180, _("180 days"))],
    )  # fmt: skip
    field = forms.ChoiceField(
        label=_("What"),
        required=False,
        choices=[("", pgettext_lazy("what was looked at", "Anything")), *RevealedField.choices],
    )
