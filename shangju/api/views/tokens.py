"""Keys for programs."""

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router

from shangju.accounts.services import authenticate_password, issue_token
from shangju.api.answers import TokenOut, local
from shangju.api.authentication import ensure_second_factor
from shangju.api.submitted import TokenIn
from shangju.api.views import REFUSALS
from shangju.posts.rights import standing_of

router = Router(tags=["keys"])


@router.post("/tokens", response={200: TokenOut, **REFUSALS})
def make_token(request: HttpRequest, payload: TokenIn) -> Any:
    """A key for 90 days, for a user's password under the same lock as the sign-in page."""
    user = authenticate_password(request, payload.username, payload.password, code=payload.code)
    ensure_second_factor(user, standing_of(user))
    token, plain = issue_token(user, name=payload.name, by=user, now=timezone.now())
    return {"token": plain, "expires_at": local(token.expires_at)}
