"""What the forms of all doors share."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.forms import BaseForm, Select
from django.forms.utils import flatatt
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from shangju.core.errors import DomainError

DAYS_KNOWN = (MinValueValidator(date(2000, 1, 1)), MaxValueValidator(date(2100, 12, 31)))
"""For days that are reckoned with, so that the day after, the period before and the year before are dates, too."""


def add_refusal(form: BaseForm, refusal: DomainError, *, fields: Mapping[str, str] | None = None) -> None:
    """Put a refusal of a service at the fields that it names, everything entered kept.

    ``fields`` says which field of this form stands for a name of the service's. What has no field here stands above
    the form.
    """
    shown_at = fields or {}
    for name, sentence in (refusal.fields or {"": refusal.message}).items():
        target = shown_at.get(name, name)
        form.add_error(target if target in form.fields else None, str(sentence))


class LongSelect(Select):
    """A list to choose from that may be long: written in Python, where Django renders a template for each choice."""

    def render(
        self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None
    ) -> SafeString:
        """The element with its choices, groups included."""
        own = self.build_attrs(self.attrs, {**(attrs or {}), "name": name})
        chosen = frozenset(self.format_value(value))
        return format_html("<select{}>{}</select>", flatatt(own), self._written(self.choices, chosen))

    def _written(self, choices: Iterable[Any], chosen: frozenset[str]) -> SafeString:
        return format_html_join("", "{}", ((self._one(value, label, chosen),) for value, label in choices))

    def _one(self, value: Any, label: Any, chosen: frozenset[str]) -> SafeString:
        if isinstance(label, (list, tuple)):
            return format_html('<optgroup label="{}">{}</optgroup>', value, self._written(label, chosen))
        is_chosen = SafeString(" selected") if str(value) in chosen else ""
        return format_html('<option value="{}"{}>{}</option>', value, is_chosen, label)
