"""The document says what the code does."""

from tools.write_retention import DOCUMENT, with_table


def test_the_retention_table_is_current() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    assert with_table(text) == text, "run python tools/write_retention.py"
