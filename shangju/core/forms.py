"""What the forms of all doors share."""

from collections.abc import Mapping

from django.forms import BaseForm

from shangju.core.errors import DomainError


def add_refusal(form: BaseForm, refusal: DomainError, *, fields: Mapping[str, str] | None = None) -> None:
    """Put a refusal of a service at the fields that it names, everything entered kept.

    ``fields`` says which field of this form stands for a name of the service's. What has no field here stands above
    the form.
    """
    shown_at = fields or {}
    for name, sentence in (refusal.fields or {"": refusal.message}).items():
        target = shown_at.get(name, name)
        form.add_error(target if target in form.fields else None, str(sentence))
