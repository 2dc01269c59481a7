"""What protects persons on pages: masked texts and the question about personal data."""

from typing import Any

from django import template
from django.forms import BaseForm
from django.template.context import Context
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from shangju.core.personal_data import mask_personal_data
from shangju.core.personal_data_forms import PersonalDataChoice
from shangju.core.watermark import watermark_image, watermark_words

register = template.Library()


@register.filter
def masked(text: object) -> str:
    """``{{ case.text|masked }}``: phone numbers, plates and the like starred (docs/adr/0009)."""
    return mask_personal_data(str(text or ""))


@register.inclusion_tag("ui/personal_data.html")
def personal_data(form: BaseForm) -> dict[str, Any]:
    """The question of :class:`~shangju.core.personal_data_forms.AsksAboutPersonalData`; inside the form's element."""
    return {
        "questions": getattr(form, "questions", ()),
        "choices": PersonalDataChoice.choices,
        "answer": getattr(form, "chosen", ""),
    }


@register.simple_tag(takes_context=True)
def watermark(context: Context) -> SafeString:
    """``{% watermark %}``: viewer, office and time over the page, on screen and on paper."""
    request = context.get("request")
    standing = getattr(request, "standing", None)
    if request is None or standing is None or standing.user_id is None:
        return SafeString("")
    office = standing.holdings[0].post_name if standing.holdings else ""
    words = watermark_words(request.user, office, now=timezone.now())
    return format_html('<img class="watermark" src="{}" alt="" aria-hidden="true">', watermark_image(words))
