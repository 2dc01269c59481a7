"""From the JSON of a move to what its form reads, so that pages and programs are checked by the same form."""

from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _

from shangju.api.texts import is_storable
from shangju.cases.forms import MoveForm
from shangju.core.errors import DomainError


def form_data(form: MoveForm, values: Mapping[str, Any]) -> QueryDict:
    """``values`` as a browser would have sent them; what is left out takes the form's first value.

    Raises ``DomainError`` at every field that the move does not have or whose value is of the wrong kind.
    """
    data = QueryDict(mutable=True)
    faults: dict[str, object] = {}
    for name in values.keys() - form.fields.keys():
        faults[name] = _("This move has no such field. Check how it is spelt.")
    for name, field in form.fields.items():
        try:
            data.setlist(name, _strings(field, values.get(name, _first_value(field))))
        except ValueError as fault:
            faults[name] = str(fault)
    if faults:
        raise DomainError(_("Please correct the marked fields."), fields=faults, code="not_valid")
    return data


def _first_value(field: forms.Field) -> Any:
    """Only a tick that is set to begin with: programs leave out what pages would have sent."""
    return bool(field.initial) if isinstance(field, forms.BooleanField) else None


def _strings(field: forms.Field, value: Any) -> list[str]:
    """The value as texts; raises ``ValueError`` with a sentence."""
    if value is None:
        return []
    kinds: tuple[tuple[Any, Callable[[Any], list[str]]], ...] = (
        (forms.BooleanField, _tick),
        ((forms.MultipleChoiceField, forms.ModelMultipleChoiceField), _several),
        ((forms.ChoiceField, forms.ModelChoiceField), _key),
        (forms.IntegerField, _number),
        ((forms.CharField, forms.DateField, forms.DateTimeField), _text),
    )
    read = next((read for kind, read in kinds if isinstance(field, kind)), _several)
    return read(value)


def _tick(value: Any) -> list[str]:
    if not isinstance(value, bool):
        raise ValueError(_("Give true or false here."))  # noqa: TRY004 - carries the sentence, not a type's name
    return ["on"] if value else []


def _number(value: Any) -> list[str]:
    if not isinstance(value, int) or isinstance(value, bool):
        raise ValueError(_("Give a whole number here."))  # noqa: TRY004 - as above
    return [str(value)]


def _several(value: Any) -> list[str]:
    if not isinstance(value, list):
        raise ValueError(_("Give a list here."))  # noqa: TRY004 - as above
    return [text for each in value for text in _key(each)]


def _key(value: Any) -> list[str]:
    return [str(value)] if isinstance(value, int) and not isinstance(value, bool) else _text(value)


def _text(value: Any) -> list[str]:
    if not isinstance(value, str):
        raise ValueError(_("Give a text here."))  # noqa: TRY004 - as above
    if not is_storable(value):
        raise ValueError(_("The text holds characters that cannot be stored."))
    return [value]
