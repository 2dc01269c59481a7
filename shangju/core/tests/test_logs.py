"""Logs carry facts and a reference, never a person."""

import json
import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shangju.core.logs import ReferenceFilter, StructuredFormatter, request_reference, without_personal_data

PERSONAL = {
    "phone": "13812345678",
    "phone in a Chinese sentence": "13812345678",
    "ID number": "321102199001011234",
    "ID number ending in X": "32110219900101123X",
    "e-mail": "resident.1+home@mail.example",
}


@pytest.mark.parametrize("personal", PERSONAL.values(), ids=PERSONAL.keys())
@pytest.mark.parametrize("sentence", ["{}", "call {} now", "请联系{}办理", "a={} b", '{{"x":"{}"}}', "({})"])
def test_personal_data_does_not_pass(personal: str, sentence: str) -> None:
    assert personal not in without_personal_data(sentence.format(personal))


@pytest.mark.parametrize("address", ["/track/K7M2-QW9X-3ZTP/", "/api/v1/concerns/K7M2QW9X3ZTP/confirmation"])
def test_tracking_codes_do_not_pass(address: str) -> None:
    cleaned = without_personal_data(f"GET {address} 200")
    assert "QW9X" not in cleaned
    assert "[code]" in cleaned


@given(st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True), st.text(alphabet="户abc ，。：", max_size=8))
def test_no_phone_passes_whatever_stands_around_it(phone: str, around: str) -> None:
    assert phone not in without_personal_data(f"{around}{phone}{around}")


@pytest.mark.parametrize("text", ["2026-11-24T08:00:00", "case 20261100012 moved", "12345 calls", "13:80:00"])
def test_what_is_not_personal_stays(text: str) -> None:
    assert without_personal_data(text) == text


def formatted(message: str, *arguments: object, error: BaseException | None = None) -> dict[str, str]:
    """One record through filter and formatter."""
    information = (type(error), error, error.__traceback__) if error else None
    record = logging.LogRecord("shangju.test", logging.ERROR, __file__, 1, message, arguments, information)
    ReferenceFilter().filter(record)
    entry: dict[str, str] = json.loads(StructuredFormatter().format(record))
    return entry


def test_a_record_is_one_line_of_json_with_the_reference() -> None:
    token = request_reference.set("ABCD1234")
    try:
        entry = formatted("case %s\nmoved by %s", 7, "13812345678")
    finally:
        request_reference.reset(token)
    assert entry["message"] == "case 7\nmoved by [phone]"
    assert entry["reference"] == "ABCD1234"
    assert entry["level"] == "error"


def test_a_traceback_is_cleaned_too() -> None:
    try:
        int("13812345678 is wrong")
    except ValueError as error:
        entry = formatted("failed", error=error)
    assert "13812345678" not in entry["trace"]
    assert "[phone] is wrong" in entry["trace"]
