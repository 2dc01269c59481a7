"""What protects persons on pages: masked texts and the question about personal data."""

from typing import Any

from django import template
from django.forms import BaseForm

from shangju.core.personal_data import mask_personal_data
from shangju.core.personal_data_forms import PersonalDataChoice

register = template.Library()


@register.filter
def masked(text: object) -> str:
    """``{{ case.text|masked }}``: phone numbers, plates and the like starred (docs/adr/0009)."""
    return mask_personal_data(str(text or ""))


@register.inclusion_tag("ui/personal_data.html")
def personal_data(form: BaseForm) -> dict[str, Any]:
    """The question of :class:`~shangju.core.personal_data_forms.AsksAboutPersonalData`; inside the form's element."""
    return {"questions": getattr(form, "questions", ()), "choices": PersonalDataChoice.choices}
