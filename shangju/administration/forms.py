"""Forms of the set-up pages. They read and tidy; the rules are the services'."""

import json
from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from shangju.accounts.models import AdministratorRole, User
from shangju.areas.geometry import Datum
from shangju.areas.models import PARENT_KINDS, Area, AreaKind, GridType
from shangju.core.forms import LongSelect
from shangju.parties.models import Party, PartyKind, PartyStatus
from shangju.parties.services import CHANGEABLE
from shangju.posts.ladder import LadderRung
from shangju.posts.models import PostKind, StakeReason
from shangju.posts.stakes import BUILDINGS


def _date_field(label: Any, *, required: bool = True, help_text: Any = "") -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, required=required, widget=widget, help_text=help_text)


def _reason_field() -> forms.CharField:
    return forms.CharField(label=_("Reason"), max_length=120, help_text=_("Kept in the history."))


def _tiers_below(parent: Area | None) -> list[tuple[str, Any]]:
    kind = parent.kind if parent else None
    return [(tier.value, tier.label) for tier in AreaKind if kind in PARENT_KINDS[tier]]


class AreaForm(forms.Form):
    """A new area under a parent; the code is completed by the parent's."""

    kind = forms.ChoiceField(label=pgettext_lazy("of an area", "Kind"))
    code = forms.CharField(
        label=_("Code"),
        max_length=30,
        help_text=_("Unique; usually the code above it and two or three more characters."),
    )
    name = forms.CharField(label=_("Name"), max_length=60)
    name_en = forms.CharField(label=_("English name"), max_length=90, required=False)
    party_body = forms.CharField(label=_("Party body"), max_length=80, required=False)
    grid_type = forms.ChoiceField(
        label=_("Grid type"), choices=[("", _("Not a grid")), *GridType.choices], required=False
    )
    households = forms.IntegerField(label=_("Occupied households"), min_value=0, required=False)
    number_prefix = forms.CharField(
        label=_("Prefix of case numbers"),
        max_length=6,
        required=False,
        help_text=_("Only for a sub-district."),
    )

    def __init__(self, *args: Any, parent: Area | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = self.fields["kind"]
        assert isinstance(kinds, forms.ChoiceField)
        kinds.choices = _tiers_below(parent)
        if parent is None:
            del self.fields["grid_type"]
        else:
            del self.fields["number_prefix"]
            self.fields["code"].initial = parent.code


class RenameForm(forms.Form):
    """New names and figures of an area."""

    name = forms.CharField(label=_("Name"), max_length=60)
    name_en = forms.CharField(label=_("English name"), max_length=90, required=False)
    party_body = forms.CharField(label=_("Party body"), max_length=80, required=False)
    households = forms.IntegerField(label=_("Occupied households"), min_value=0, required=False)
    reason = _reason_field()


class AreaChoice(forms.ModelChoiceField):  # type: ignore[type-arg] # not subscriptable at run time
    """Areas by code and name."""

    def label_from_instance(self, obj: Area) -> str:
        """``321102003001 宋官营社区``."""
        return f"{obj.code} {obj}"


class MoveForm(forms.Form):
    """A new parent for an area."""

    parent = AreaChoice(label=_("New area above it"), queryset=None, empty_label=_("Choose one"))
    reason = _reason_field()

    def __init__(self, *args: Any, area: Area, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = [kind for kind in PARENT_KINDS[area.kind] if kind]
        choices = Area.objects.filter(
            kind__in=kinds, retired_on__isnull=True, path__startswith=f"/{area.ancestor_ids[0]}/"
        )
        parent = self.fields["parent"]
        assert isinstance(parent, forms.ModelChoiceField)
        parent.queryset = (
            choices.exclude(path__startswith=area.path).exclude(children=area.pk).order_by("path")
        )


class RetireForm(forms.Form):
    """From when on something is out of use, and why."""

    on = _date_field(_("Retired from"))
    reason = _reason_field()


class AddressForm(forms.Form):
    """A piece of text by which people name a place."""

    shown_as = forms.CharField(
        label=_("Address text"),
        max_length=80,
        help_text=_("A lane, an estate with its building number, or a door number."),
    )


class OutlineForm(forms.Form):
    """An outline as GeoJSON text; empty takes it away."""

    outline = forms.CharField(
        label=_("Outline (GeoJSON)"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false"}),
        help_text=_("A polygon, longitude before latitude. Empty takes the outline away."),
    )
    datum = forms.ChoiceField(
        label=_("Datum of the source"),
        choices=[
            (Datum.WGS84.value, _("WGS-84 (phones, 天地图)")),
            (Datum.GCJ02.value, _("GCJ-02 (高德, 腾讯)")),
            (Datum.BD09.value, _("BD-09 (百度)")),
        ],
    )

    def clean_outline(self) -> dict[str, Any] | None:
        """The parsed geometry."""
        text = self.cleaned_data["outline"].strip()
        if not text:
            return None
        try:
            outline = json.loads(text)
        except ValueError as error:
            raise forms.ValidationError(_("This is not JSON: check brackets and commas.")) from error
        if not isinstance(outline, dict):
            raise forms.ValidationError(_("The outline must be a GeoJSON polygon or multi-polygon."))
        return outline


class PostForm(forms.Form):
    """A new post in an area."""

    kind = forms.ChoiceField(label=pgettext_lazy("of a post", "Kind"), choices=PostKind.choices)
    name = forms.CharField(label=_("Name"), max_length=60)
    name_en = forms.CharField(label=_("English name"), max_length=90, required=False)
    rung = forms.ChoiceField(
        label=_("Rung of the ladder"),
        choices=[("", _("None")), *LadderRung.choices],
        required=False,
        help_text=_("Cases are proposed to the nearest post on the rung that their category names."),
    )


def _user_field() -> Any:
    return forms.ModelChoiceField(
        label=_("Sign-in name"),
        queryset=User.objects.filter(is_active=True),
        to_field_name="username",
        widget=forms.TextInput(attrs={"autocapitalize": "none", "spellcheck": "false"}),
        error_messages={"invalid_choice": _("No active account has this sign-in name.")},
    )


class AppointForm(forms.Form):
    """Who is to hold a post, from when to when."""

    user = _user_field()
    starts_on = _date_field(_("First day"))
    ends_on = _date_field(_("Last day"), required=False, help_text=_("Empty while the term is open."))


class EndForm(forms.Form):
    """The last day of a term, and why it ends."""

    last_day = _date_field(_("Last day"))
    reason = _reason_field()


class DelegateForm(forms.Form):
    """Who is to speak for a member, from when to when, and whether they vote for it."""

    user = _user_field()
    starts_on = _date_field(_("First day"))
    ends_on = _date_field(_("Last day"), required=False, help_text=_("Empty while the term is open."))
    is_voting = forms.BooleanField(
        label=_("Votes for the member"), required=False, help_text=_("Only one delegate at a time.")
    )


class PartyForm(forms.Form):
    """A member to be admitted, or with ``party`` one to be changed."""

    kind = forms.ChoiceField(label=pgettext_lazy("of a member", "Kind"), choices=PartyKind.choices)
    name = forms.CharField(label=_("Name"), max_length=80)
    name_en = forms.CharField(label=_("English name"), max_length=120, required=False)
    area = AreaChoice(
        label=_("Area"),
        queryset=None,
        empty_label=_("Choose one"),
        help_text=_("The smallest area in which it does its business."),
    )
    trade = forms.CharField(label=_("Trade"), max_length=40, required=False)
    address = forms.CharField(label=_("Address"), max_length=120, required=False)
    public_phone = forms.RegexField(
        r"^[0-9+() -]{5,20}$",
        label=_("Phone for the public"),
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "tel"}),
        error_messages={"invalid": _("A phone number has digits, and perhaps blanks or hyphens.")},
    )
    opening_hours = forms.CharField(label=_("Opening hours"), max_length=60, required=False)
    joined_on = _date_field(_("Member since"), required=False)
    reason = _reason_field()

    def __init__(
        self, *args: Any, area: Area | None = None, party: Party | None = None, **kwargs: Any
    ) -> None:
        if party is not None:
            kwargs["initial"] = {name: getattr(party, name) for name in CHANGEABLE if hasattr(party, name)}
        super().__init__(*args, **kwargs)
        if party is not None:
            del self.fields["kind"], self.fields["area"]
            return
        del self.fields["reason"]
        choice = self.fields["area"]
        assert isinstance(choice, forms.ModelChoiceField)
        tiers = (AreaKind.SUBDISTRICT, AreaKind.COMMUNITY, AreaKind.GRID)
        wanted = Q(kind__in=tiers) | Q(pk=area.pk if area else None)
        choice.queryset = Area.objects.filter(wanted, retired_on__isnull=True).order_by("path")
        choice.initial = area


class PartyStatusForm(forms.Form):
    """Where the membership is to stand, and why."""

    status = forms.ChoiceField(label=_("Status"), widget=forms.RadioSelect)
    reason = _reason_field()

    def __init__(self, *args: Any, party: Party, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        statuses = self.fields["status"]
        assert isinstance(statuses, forms.ChoiceField)
        statuses.choices = [
            choice for choice in PartyStatus.choices if choice[0] not in {party.status, PartyStatus.APPLICANT}
        ]


class PersonForm(forms.Form):
    """A new account."""

    username = forms.CharField(label=_("Sign-in name"), max_length=59)
    display_name = forms.CharField(
        label=_("Shown as"), max_length=60, help_text=_("Role and number, such as 网格员 3号.")
    )
    display_name_en = forms.CharField(label=_("Shown as, in English"), max_length=90, required=False)
    phone = forms.CharField(
        label=_("Mobile phone"),
        max_length=20,
        required=False,
        help_text=_("The code sent to it lets the person in the first time."),
    )
    role = forms.ChoiceField(
        label=_("Administrator role"), choices=[("", _("None")), *AdministratorRole.choices], required=False
    )


class PhoneForm(forms.Form):
    """Another mobile number."""

    phone = forms.CharField(
        label=_("Mobile phone"), max_length=20, required=False, help_text=_("Empty removes the number.")
    )
    reason = _reason_field()


class WecomForm(forms.Form):
    """Under which id somebody is a member of the WeCom."""

    wecom_id = forms.CharField(
        label=_("WeCom member id"),
        max_length=64,
        required=False,
        help_text=_("Empty: no messages go to WeCom, only to their own page."),
    )
    reason = _reason_field()


class TemplateForm(forms.Form):
    """The words of a message and the id under which the provider approved them."""

    text = forms.CharField(
        label=_("Text"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_(
            "Slots: ${number} case number, ${code} tracking code, ${state} state, ${day} date. Each holds at most 20 signs."
        ),
    )
    provider_template = forms.CharField(
        label=_("Template id at the provider"),
        max_length=60,
        required=False,
        help_text=_("Without it no text message of this kind goes out."),
    )


class StakeForm(forms.Form):
    """Who is bound up with which member or building, and why."""

    user = _user_field()
    party: Any = forms.ModelChoiceField(
        label=_("Member (shop, firm)"),
        queryset=None,
        required=False,
        empty_label=_("None"),
        widget=LongSelect,
    )
    building: Any = forms.ModelChoiceField(
        label=_("Building"), queryset=None, required=False, empty_label=_("None"), widget=LongSelect
    )
    reason = forms.ChoiceField(label=_("Reason"), choices=StakeReason)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        buildings = Area.objects.filter(kind__in=BUILDINGS, retired_on__isnull=True).defer("outline")
        self.fields["party"].queryset = Party.objects.filter(status=PartyStatus.ACTIVE).order_by("name")  # type: ignore[attr-defined]
        self.fields["building"].queryset = buildings.order_by("path")  # type: ignore[attr-defined]


class ReasonForm(forms.Form):
    """Only why."""

    reason = _reason_field()


class SearchForm(forms.Form):
    """Words to look for."""

    q = forms.CharField(label=_("Search"), required=False, max_length=60)


class PartySearchForm(SearchForm):
    """Words and kind of members."""

    kind = forms.ChoiceField(
        label=pgettext_lazy("of a member", "Kind"),
        choices=[("", _("All")), *PartyKind.choices],
        required=False,
    )
    status = forms.ChoiceField(
        label=_("Status"), choices=[("", _("All")), *PartyStatus.choices], required=False
    )


class AuditForm(forms.Form):
    """What to look for in the audit trail."""

    action = forms.CharField(label=_("Action begins with"), required=False, max_length=60)
    actor = forms.CharField(label=_("Sign-in name"), required=False, max_length=60)
    object_type = forms.CharField(label=_("Object"), required=False, max_length=60)
    object_id = forms.CharField(label=_("Object number"), required=False, max_length=60)
    first_day = _date_field(_("First day"), required=False)
    last_day = _date_field(_("Last day"), required=False)
