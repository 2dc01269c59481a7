"""Pages that show one person's concern: kept by nobody, found by no search engine, naming no address onwards."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render

from shangju.cases.code_lookup import TooManyGuesses
from shangju.public.forms import TrackForm

Rest = ParamSpec("Rest")
View = Callable[Concatenate[HttpRequest, Rest], HttpResponseBase]


def private_page(view: View[Rest]) -> View[Rest]:
    """Keep the address (which holds the code) and the page from spreading; tell who only guesses to wait."""

    @wraps(view)
    def wrapped(request: HttpRequest, /, *args: Rest.args, **kwargs: Rest.kwargs) -> HttpResponseBase:
        try:
            response = view(request, *args, **kwargs)
        except TooManyGuesses as refusal:
            form = TrackForm({"code": kwargs.get("code", "")})
            form.add_error("code", str(refusal))
            response = render(request, "public/track.html", {"form": form}, status=refusal.status)
        response.headers.setdefault("Cache-Control", "private, no-store")
        # Not "no-referrer": browsers then send "Origin: null" with the page's own forms, and these are refused.
        response.headers["Referrer-Policy"] = "same-origin"
        response.headers["X-Robots-Tag"] = "noindex, nofollow"
        return response

    return wrapped
