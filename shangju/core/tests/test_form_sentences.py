"""Django's own sentences are worded by our catalogue, and are still the ones that Django says."""

from pathlib import Path

import django
import pytest
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from django import forms
from django.contrib.auth.password_validation import password_validators_help_texts
from django.core.exceptions import ValidationError
from django.utils.translation import override

from shangju.core import form_sentences
from tools.messages import CATALOGUE, KEYWORDS


@pytest.fixture
def chinese(tmp_path, settings):
    """The catalogue as it stands in the repository, compiled."""
    folder = tmp_path / "zh_Hans" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    with CATALOGUE.open("rb") as source, (folder / "django.mo").open("wb") as target:
        write_mo(target, read_po(source, locale="zh_Hans"))
    settings.LOCALE_PATHS = [tmp_path]
    with override("zh-hans"):
        yield


def _said_by_django() -> set[str]:
    known: set[str] = set()
    for folder in ("conf", "contrib/auth"):
        path = Path(django.__file__).parent / folder / "locale/en/LC_MESSAGES/django.po"
        with path.open("rb") as file:
            ids = [message.id for message in read_po(file, locale="en")]
        known |= {text[0] if isinstance(text, tuple) else text for text in ids}
    return known


def test_django_still_says_these_sentences():
    with Path(form_sentences.__file__).open("rb") as source:
        found = [message for _line, message, _notes, _context in extract("python", source, keywords=KEYWORDS)]
    ours = {message[0] if isinstance(message, tuple) else message for message in found}
    assert len(ours) > 20
    assert ours - _said_by_django() == set()


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        (forms.CharField(), "", "请填写此项。"),
        (forms.CharField(max_length=2), "一二三", "最多 2 个字，现在是 3 个字，请精简。"),
        (forms.ChoiceField(choices=[("a", "A")]), "b", "“b”不在可选范围内，请重新选择。"),
        (forms.DateField(), "明天", "请填写正确的日期，例如 2026-01-31。"),
    ],
)
def test_a_refusal_is_in_our_words(chinese, field, value, said):
    with pytest.raises(ValidationError) as refused:
        field.clean(value)
    assert refused.value.messages == [said]


def test_the_password_rules_speak_politely(chinese):
    rules = password_validators_help_texts()
    assert len(rules) == 4
    assert "您" in "".join(rules)
    assert "你" not in "".join(rules)
