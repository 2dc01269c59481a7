"""Catalogues that are compiled while the process runs."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils import translation
from django.utils.translation import gettext
from django.utils.translation.reloader import translation_file_changed

from shangju.core.translations import compile_stale

WORD = "A word that only this test knows"
CATALOGUE = f'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\nmsgid "{WORD}"\nmsgstr "只有这里认识的词"\n'


@pytest.fixture
def folder(tmp_path: Path, settings) -> Iterator[Path]:
    settings.LOCALE_PATHS = [str(tmp_path)]
    source = tmp_path / "zh_Hans" / "LC_MESSAGES" / "django.po"
    source.parent.mkdir(parents=True)
    source.write_text(CATALOGUE, encoding="utf-8")
    translation_file_changed(None, source.with_suffix(".mo"))
    yield tmp_path
    translation_file_changed(None, source.with_suffix(".mo"))


def test_a_first_start_speaks_chinese_as_soon_as_the_catalogue_is_compiled(folder):
    with translation.override("zh-hans"):
        assert gettext(WORD) == WORD
    assert [path.name for path in compile_stale(folder)] == ["django.mo"]
    with translation.override("zh-hans"):
        assert gettext(WORD) == "只有这里认识的词"


def test_what_is_fresh_stays(folder):
    compile_stale(folder)
    assert compile_stale(folder) == []
