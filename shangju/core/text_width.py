"""How wide words are in print, before any font is known: a Chinese character is one em, a Latin letter about half."""

from unicodedata import east_asian_width


def ems(words: str) -> float:
    """The width of ``words`` in ems, rather too much than too little."""
    return sum(1 if east_asian_width(sign) in "WF" else 0.6 for sign in words)
