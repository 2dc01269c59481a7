"""The shared look: components say what they must, pages keep the strict policy, failures stay polite."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django import forms
from django.template import Context, RequestContext, Template, TemplateSyntaxError
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils import translation

from shangju.core.icons import icon_paths
from shangju.core.remaining import remaining_words
from shangju.core.templatetags.ui import LIGHTS

PACKAGE = Path(__file__).resolve().parents[2]
TEMPLATES = sorted(PACKAGE.glob("*/templates/**/*.html"))
NOW = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)


def rendered(source: str, **context: object) -> str:
    with translation.override("en"):
        return Template(source).render(Context(context))


class ConcernForm(forms.Form):
    text = forms.CharField(label="What is the matter?", help_text="One sentence.", widget=forms.Textarea)
    going_on = forms.ChoiceField(
        label="Now?", choices=[("yes", "Yes"), ("no", "No")], widget=forms.RadioSelect
    )
    agreed = forms.BooleanField(label="Read")

    def clean(self):
        raise forms.ValidationError("Both together cannot be.")


@pytest.fixture
def refused() -> str:
    with translation.override("en"):
        return str(ConcernForm({"text": ""}))


def test_field_ties_hint_and_error_to_its_control(refused):
    control = re.search(r"<textarea[^>]*>", refused)[0]
    assert 'aria-describedby="id_text_helptext id_text_error"' in control
    assert 'aria-invalid="true"' in control
    assert 'id="id_text_helptext">One sentence.' in refused
    assert re.search(r'id="id_text_error">.*?This field is required', refused, re.DOTALL)


def test_group_of_choices_is_a_described_fieldset(refused):
    assert '<fieldset id="id_going_on_group" aria-describedby="id_going_on_error">' in refused
    assert '<legend class="field__label">Now?' in refused


def test_error_summary_names_every_wrong_field_with_a_link_that_has_a_target(refused):
    summary = re.search(r"data-error-summary.*?</ul>", refused, re.DOTALL)[0]
    targets = re.findall(r'href="#([^"]+)"', summary)
    assert targets == ["id_text", "id_going_on_group", "id_agreed"]
    assert all(f'id="{target}"' in refused for target in targets)
    assert "Both together cannot be." in summary


def test_unbound_form_shows_no_error():
    with translation.override("en"):
        html = str(ConcernForm())
    assert "data-error-summary" not in html
    assert "aria-invalid" not in html


def test_error_text_is_escaped():
    form = ConcernForm({})
    form.add_error("text", "<script>x</script>")
    assert "<script>x" not in str(form)


@pytest.mark.parametrize(
    ("light", "hours", "word", "time"),
    [
        ("green", 72, "On time", "3 days left"),
        ("yellow", 30, "Half the time used", "30 hours left"),
        ("orange", 5, "Due soon", "5 hours left"),
        ("red", -3, "Overdue", "3 hours overdue"),
        ("purple", -96, "Long overdue", "4 days overdue"),
        ("paused", 5, "Paused", ""),
        ("done", 5, "Done", ""),
    ],
)
def test_light_speaks_in_word_shape_and_time(light, hours, word, time):
    html = rendered(
        "{% deadline_light light due now %}", light=light, due=NOW + timedelta(hours=hours), now=NOW
    )
    assert f"<span>{word}</span>" in html
    assert "<svg" in html
    assert (time in html) if time else ("<time" not in html)


def test_every_light_has_a_shape_of_its_own():
    drawings = {icon_paths()[f"light-{light}"] for light in LIGHTS}
    assert len(drawings) == len(LIGHTS)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (30, "Due now"),
        (60, "1 minute left"),
        (59 * 60 + 59, "59 minutes left"),
        (3600, "1 hour left"),
        (48 * 3600 - 1, "47 hours left"),
        (48 * 3600, "2 days left"),
        (-1, "1 minute overdue"),
        (-3600, "1 hour overdue"),
        (-48 * 3600, "2 days overdue"),
    ],
)
def test_remaining_words_promise_no_time_that_is_not_there(seconds, words):
    with translation.override("en"):
        assert remaining_words(NOW + timedelta(seconds=seconds), NOW) == words


def test_unknown_icon_and_tone_raise():
    with pytest.raises(LookupError, match="no-such"):
        rendered('{% icon "no-such" %}')
    with pytest.raises(LookupError, match="pink"):
        rendered('{% badge "x" tone="pink" %}')


def test_icon_is_silent_unless_labelled():
    assert 'aria-hidden="true"' in rendered('{% icon "bell" %}')
    assert 'role="img" aria-label="a &quot;b&quot;"' in rendered(
        "{% icon 'bell' label=label %}", label='a "b"'
    )


def test_block_components_keep_their_content_and_escape_values():
    html = rendered("{% card title=title %}<b>{{ title }}</b>{% endcard %}", title="<i>")
    assert "<b>&lt;i&gt;</b>" in html
    assert "<i>" not in html


def test_pager_keeps_the_filters():
    request = RequestFactory().get("/desk/?state=open&cursor=old&q=%E5%99%AA%E9%9F%B3")
    html = Template('{% pager next="new" %}').render(RequestContext(request))
    assert 'href="?state=open&amp;cursor=new&amp;q=%E5%99%AA%E9%9F%B3"' in html


def test_step_line_marks_the_current_step():
    html = rendered("{% step_line steps 'b' %}", steps=[("a", "A"), ("b", "B"), ("c", "C")])
    assert re.findall(r"steps__step--(\w+)", html) == ["done", "current", "ahead"]


def test_navigation_leaves_out_what_does_not_exist_or_is_not_allowed():
    assert rendered('{% nav_item "nowhere:page" "X" %}').strip() == ""
    assert rendered('{% nav_item "set_language" "X" needs="staff" %}').strip() == ""
    assert "X" in rendered('{% nav_item "set_language" "X" %}')


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("name", ["400", "403", "404", "500", "503", "csrf"])
def test_error_page_stands_without_database_session_or_request(name, language):
    with translation.override(language):  # no database mark: any query fails the test
        bare = render_to_string(f"errors/{name}.html")
        request = RequestFactory().get("/")
        full = render_to_string(f"errors/{name}.html", {"reference": "7K3M9QPX"}, None)
        assert not hasattr(request, "session")
    assert f'lang="{"en" if language == "en" else "zh-Hans"}"' in full
    assert "7K3M9QPX" in full
    assert "<h1>" in bare


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_template_keeps_the_strict_policy(path):
    source = path.read_text(encoding="utf-8")
    assert not re.search(r"\sstyle\s*=", source), "style attribute"
    assert not re.search(r"<style\b", source, re.IGNORECASE), "style element"
    assert not re.search(r"<script\b(?![^>]*\bsrc=)", source, re.IGNORECASE), "script body"
    assert not re.search(r"\son[a-z]+\s*=\s*[\"']", source), "event attribute"
    assert not re.search(r"(?:src|href)=[\"'](?:https?:)?//", source), "address of another host"


def test_wrapping_tag_without_end_is_refused():
    with pytest.raises(TemplateSyntaxError):
        rendered("{% card %}")


class Standing:
    """What the frames read of a standing: a grid worker who may enter cases and supervise nothing."""

    user_id = 1
    is_staff = True
    administrator = ""

    def holds_anywhere(self, right: str) -> bool:
        return right == "enter_case"


@pytest.mark.parametrize(
    ("needs", "shown"),
    [
        ("", True),
        ("signed_in", True),
        ("staff", True),
        ("administrator", False),
        ("enter_case", True),
        ("supervise", False),
    ],
)
def test_navigation_follows_the_standing(needs, shown):
    request = RequestFactory().get("/")
    request.standing = Standing()
    source = '{% nav_item "set_language" "Entry" needs=needs %}'
    html = Template(source).render(
        RequestContext(request, {"needs": needs, "nav_counts": {"set_language": 12}})
    )
    assert ("Entry" in html) is shown
    assert ('<span class="count">12</span>' in html) is shown
