"""Pages for what a person does by accident: a form's address in the address bar, a body too large."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

pytestmark = pytest.mark.django_db


def test_a_form_address_opened_by_hand_says_what_to_do() -> None:
    answer = Client().get("/preferences/view/", headers={"accept-language": "en"})
    assert answer.status_code == 405
    assert answer["Allow"] == "POST"
    assert "Go back" in answer.content.decode()


@pytest.mark.parametrize(
    "address", ["/supervision/?area=%00", "/desk/cases/DSK26%00/", "/figures/?area=a%00b"]
)
def test_an_address_with_a_nul_sign_is_no_fault_of_ours(address: str) -> None:
    answer = Client().get(address, headers={"accept-language": "en"})
    assert answer.status_code == 400
    assert "could not be understood" in answer.content.decode()
    assert Client().get("/figures/?area=%2500").status_code == 404, "no NUL sign: a name of nothing"


def test_a_body_too_large_says_what_to_do() -> None:
    answer = Client().post("/track/", {"code": "x" * 3_000_000}, headers={"accept-language": "en"})
    assert answer.status_code == 413
    assert "fewer or smaller photos" in answer.content.decode()


def test_twenty_photos_are_refused_at_their_field_with_the_words_kept() -> None:
    files = [SimpleUploadedFile(f"{number}.txt", b"no picture") for number in range(20)]
    answer = Client().post("/report/", {"text": "积水", "photos": files, "key": "web-1"})
    assert answer.status_code == 422
    assert "积水" in answer.content.decode()
