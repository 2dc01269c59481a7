"""What a process loads: memory is counted in each of them."""

import os
import subprocess
import sys
from importlib import import_module

import pytest

from shangju.core.sparing import sparing

PAGES = "from django.urls import get_resolver; get_resolver().url_patterns"
TELLING = (
    "from django.urls import reverse, set_urlconf; set_urlconf('shangju.config.urls_pages');"
    "reverse('public:case', args=['C'])"
)


@pytest.mark.parametrize(
    ("does", "never_loads"),
    [
        (PAGES, "openpyxl xlsxwriter numpy shapely psycopg"),
        (TELLING, "openpyxl xlsxwriter numpy shapely psycopg ninja pydantic"),
    ],
    ids=["web", "worker"],
)
def test_a_process_of_the_smallest_installation_loads_no_more_than_it_needs(
    does: str, never_loads: str
) -> None:
    code = (
        f"import sys, django; django.setup(); {does}; print(*set('{never_loads}'.split()) & set(sys.modules))"
    )
    kept = {name: value for name, value in os.environ.items() if "DATABASE_URL" not in name}
    environment = {**kept, "DJANGO_SETTINGS_MODULE": "shangju.config.settings"}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == ""


def test_what_is_spared_can_be_loaded_afterwards() -> None:
    sys.modules.pop("colorsys", None)
    with sparing("colorsys"), pytest.raises(ImportError):
        import_module("colorsys")
    assert import_module("colorsys").rgb_to_hsv(0, 0, 0) == (0.0, 0.0, 0)


def test_what_is_loaded_already_stays() -> None:
    with sparing("json"):
        assert import_module("json").loads("1") == 1
