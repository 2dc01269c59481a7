"""A long list to choose from is the element that Django's own widget writes, only sooner."""

import pytest
from django.forms import Select
from django.test.html import parse_html

from shangju.core.forms import LongSelect

CHOICES = [("", "—"), ("a", "<甲>"), (2, "乙 & 丙"), ("组", [("x", "一"), ("y", "二")])]


@pytest.mark.parametrize("value", [None, "", "a", 2, "2", "y", "unknown", '"><script>'])
@pytest.mark.parametrize("attrs", [{}, {"id": "id_area", "required": True, "aria-describedby": "hint"}])
def test_it_writes_what_the_slow_one_writes(value, attrs):
    slow = Select(choices=CHOICES).render("area", value, attrs)
    fast = LongSelect(choices=CHOICES).render("area", value, attrs)
    assert parse_html(fast) == parse_html(slow)
