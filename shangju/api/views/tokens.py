"""Keys for programs: made for a password, listed and ended by a signed-in browser or by the key itself."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Router, Status

from shangju.accounts.models import ApiToken
from shangju.accounts.queries import keys_of
from shangju.accounts.services import authenticate_password, issue_token, revoke_token
from shangju.api.answers import TokenOut, TokenRow, token_row
from shangju.api.authentication import SIGNED_IN, caller_of, ensure_second_factor, key_in
from shangju.api.refusals import nothing_here
from shangju.api.submitted import TokenIn
from shangju.api.views import REFUSALS
from shangju.core.numbers import small_number
from shangju.posts.rights import standing_of

router = Router(tags=["keys"])


@router.post("/tokens", response={201: TokenOut, **REFUSALS})
def make_token(request: HttpRequest, payload: TokenIn, response: HttpResponse) -> Any:
    """A key for what ``scopes`` name and for ``days`` (90), for a user's password under the lock of the sign-in page."""
    response["Cache-Control"] = "private, no-store"
    user = authenticate_password(request, payload.username, payload.password, code=payload.code)
    ensure_second_factor(user, standing_of(user))
    scopes = [scope.value for scope in payload.scopes]
    token, plain = issue_token(
        user, name=payload.name, scopes=scopes, days=payload.days, by=user, now=timezone.now()
    )
    return Status(201, token_row(token) | {"token": plain})


def _in_sight(request: HttpRequest) -> QuerySet[ApiToken]:
    """The caller's keys; a key sees itself alone, so that a lost one tells nothing of the others and ends none."""
    user, key = caller_of(request), key_in(request)
    assert user is not None, "the router asks for sign-in"
    return keys_of(user).filter(pk=key.pk) if key else keys_of(user)


@router.get("/tokens", response={200: list[TokenRow], **REFUSALS}, auth=SIGNED_IN)
def tokens(request: HttpRequest) -> list[dict[str, Any]]:
    """One's own keys, the newest first; asked with a key, that one alone."""
    return [token_row(token) for token in _in_sight(request)[:200]]


@router.delete("/tokens/{pk}", response={204: None, **REFUSALS}, auth=SIGNED_IN)
def end_token(request: HttpRequest, pk: str) -> Any:
    """End one of one's own keys at once; asked with a key, that one alone."""
    token = _in_sight(request).filter(pk=small_number(pk) or 0).first()
    user = caller_of(request)
    if token is None or user is None:
        raise nothing_here()
    revoke_token(token, by=user, now=timezone.now())
    return Status(204, None)
