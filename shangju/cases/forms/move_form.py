"""What every form of a move has."""

from datetime import datetime
from typing import Any, ClassVar

from django import forms

from shangju.cases import moves
from shangju.cases.models import Case
from shangju.cases.rules import Actor
from shangju.cases.workflow import (
    MoveName,
)
from shangju.core.personal_data_forms import AsksAboutPersonalData
from shangju.photos.forms import PhotosForm

MOMENT = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


def long_text(
    label: Any, *, limit: int = 2000, required: bool = True, rows: int = 3, hint: Any = ""
) -> forms.CharField:
    """A field for sentences."""
    widget = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(label=label, max_length=limit, required=required, widget=widget, help_text=hint)


TOLD_TO_OTHERS = ("title", "party_summary", "answer", "plan", "explanation", "account", "agreed")
"""Fields of moves whose words go beyond those who work on the case: to the reporter, to a member, into lists, on paper."""


class MoveForm(AsksAboutPersonalData, PhotosForm):
    """The base: a form knows the case, the actor and the moment, and makes the move's payload."""

    move: ClassVar[MoveName]
    takes_photos: ClassVar[bool] = False
    summary: str = ""
    """What the move is about, shown above its fields."""
    scanned: ClassVar[tuple[str, ...]] = TOLD_TO_OTHERS

    def __init__(self, *args: Any, case: Case, actor: Actor, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, by=actor.user, now=now, prefix=None, **kwargs)
        self.case, self.actor = case, actor
        if self.takes_photos:
            self.order_fields([name for name in self.fields if name not in {"photos", "photo_ids"}])
        else:
            del self.fields["photos"], self.fields["photo_ids"]
        if self.fields.keys().isdisjoint(self.scanned):
            del self.fields["personal_data"]
        self.auto_id = f"{self.move}-%s"
        self.prepare()

    def prepare(self) -> None:
        """Fill in choices that depend on the case."""

    def choice_field(self, name: str) -> Any:
        """A field whose choices depend on the case; Django's types know only the general field."""
        return self.fields[name]

    def payload(self) -> moves.Payload:
        """What the service takes; call it after ``is_valid``."""
        raise LookupError(self.move)

    @property
    def photo_list(self) -> list[Any]:
        """Ids of the pictures sent along."""
        return [photo.pk for photo in self.kept_photos()] if self.takes_photos else []

    def api_fields(self) -> list[dict[str, Any]]:
        """The fields as the API describes them."""
        return [_described(name, field) for name, field in self.fields.items() if name != "photos"]


def _described(name: str, field: forms.Field) -> dict[str, Any]:
    described: dict[str, Any] = {
        "name": name,
        "type": _type_of(field),
        "required": field.required,
        "label": str(field.label or name),
    }
    if isinstance(field, forms.ModelChoiceField):
        described["choices"] = [{"value": str(row.pk), "label": str(row)} for row in field.queryset or ()]
    elif isinstance(field, forms.ChoiceField):
        described["choices"] = [
            {"value": str(value), "label": str(label)} for value, label in _flat(field.choices)
        ]
    return described


def _flat(choices: Any) -> list[tuple[Any, Any]]:
    flat: list[tuple[Any, Any]] = []
    for value, label in choices:
        flat.extend(label if isinstance(label, (list, tuple)) else [(value, label)])
    return [(value, label) for value, label in flat if value != ""]


def _type_of(field: forms.Field) -> str:
    kinds = (
        (forms.BooleanField, "boolean"),
        (forms.DateTimeField, "datetime"),
        (forms.DateField, "date"),
        (forms.MultipleChoiceField, "choices"),
        (forms.ModelMultipleChoiceField, "choices"),
        (forms.ChoiceField, "choice"),
        (forms.ModelChoiceField, "choice"),
        (forms.IntegerField, "number"),
        (forms.CharField, "text"),
    )
    return next((word for kind, word in kinds if isinstance(field, kind)), "ids")
