"""Finds the forms on a page, with what they would send as they stand. For tests that fill in every form."""

from dataclasses import dataclass, field
from html.parser import HTMLParser


@dataclass(slots=True)
class FormOnPage:
    """A form: where it goes, what it sends untouched, and what may be chosen in it."""

    action: str
    method: str
    is_multipart: bool
    values: dict[str, list[str]] = field(default_factory=dict)
    choices: dict[str, list[str]] = field(default_factory=dict)
    files: list[str] = field(default_factory=list)
    typed: list[str] = field(default_factory=list)

    @property
    def names(self) -> tuple[str, ...]:
        """All field names, in order."""
        return tuple(dict.fromkeys((*self.values, *self.choices, *self.files)))


class _Reader(HTMLParser):
    def __init__(self, address: str) -> None:
        super().__init__()
        self.address = address
        self.forms: list[FormOnPage] = []
        self.form: FormOnPage | None = None
        self.select = self.area = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            action = given.get("action") or self.address
            multipart = given.get("enctype") == "multipart/form-data"
            self.form = FormOnPage(action, given.get("method", "get").lower(), multipart)
            self.forms.append(self.form)
        elif self.form is not None:
            self._field(self.form, tag, given, set(dict(attrs)))

    def _field(self, form: FormOnPage, tag: str, given: dict[str, str], marks: set[str]) -> None:
        name = given.get("name", "")
        if tag == "select":
            self.select = name
            form.choices.setdefault(name, [])
        elif tag == "option" and self.select:
            form.choices[self.select].append(given.get("value", ""))
            if "selected" in marks:
                form.values.setdefault(self.select, []).append(given.get("value", ""))
        elif tag == "textarea" and name:
            self.area = name
            form.typed.append(name)
            form.values.setdefault(name, [""])
        elif tag == "button" and name:
            form.choices.setdefault(name, []).append(given.get("value", ""))
        elif tag == "input" and name:
            _input(form, name, given, marks)

    def handle_data(self, data: str) -> None:
        if self.area and self.form is not None:
            self.form.values[self.area][-1] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.form = None
        elif tag == "select":
            self.select = ""
        elif tag == "textarea":
            self.area = ""


def _input(form: FormOnPage, name: str, given: dict[str, str], marks: set[str]) -> None:
    kind = given.get("type", "text")
    if kind == "file":
        form.files.append(name)
    elif kind in {"checkbox", "radio"}:
        form.choices.setdefault(name, []).append(given.get("value", "on"))
        if "checked" in marks:
            form.values.setdefault(name, []).append(given.get("value", "on"))
    elif name != "csrfmiddlewaretoken":
        form.values.setdefault(name, []).append(given.get("value", ""))
        if kind != "hidden":
            form.typed.append(name)


def forms_on(page: str, *, address: str) -> list[FormOnPage]:
    """The forms of a page that was read from ``address``."""
    reader = _Reader(address)
    reader.feed(page)
    return reader.forms
