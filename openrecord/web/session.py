"""Who is signed in, as the page floor knows it, and the cookies that carry it.

The floor does not know how sessions are kept: settings.SIGNED_IN_READER names a function of a later part that reads
them. `request.signed_in` is what it found, or None.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import cast

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase

from openrecord.web.audience import Audience

SESSION = "openrecord_session"
PENDING = "openrecord_sign_in"
VIEWER = "openrecord_viewer"
SEARCH = "openrecord_search"
SHARED = "openrecord_shared"
PENDING_SECONDS = 600


@dataclass(frozen=True, slots=True)
class SignedIn:
    """One live session. `session` names it in limits and logs; `holder` is the session as its own station knows it."""

    audience: Audience
    session: str
    holder: object = field(repr=False)


SignedInReader = Callable[[HttpRequest, datetime], SignedIn | None]


class NotSignedIn(RuntimeError):
    """A view that needs somebody signed in was called without; the gate should have stopped it."""


def signed_in(request: HttpRequest) -> SignedIn:
    """Who is signed in, for views behind the gate. Raises NotSignedIn."""
    found = cast("SignedIn | None", getattr(request, "signed_in", None))
    if found is None:
        raise NotSignedIn
    return found


def _https() -> bool:
    return str(settings.PUBLIC_URL).startswith("https://")


def _name(name: str) -> str:
    return f"__Host-{name}" if _https() else name


def read_cookie(request: HttpRequest, name: str) -> str | None:
    """The value of one of our cookies."""
    return request.COOKIES.get(_name(name)) or None


def set_cookie(response: HttpResponseBase, name: str, value: str, *, seconds: int | None = None) -> None:
    """Set one of our cookies: Secure where we are served over https, HttpOnly, SameSite=Lax, gone with the browser."""
    response.set_cookie(_name(name), value, max_age=seconds, secure=_https(), httponly=True, samesite="Lax")


def keep_cookie(request: HttpRequest, name: str, value: str) -> None:
    """Set one of our cookies with the answer to this request, whatever that will be."""
    request.__dict__.setdefault("kept_cookies", {})[name] = value


def set_kept_cookies(request: HttpRequest, response: HttpResponseBase) -> None:
    """Set the cookies that were kept for this answer."""
    for name, value in request.__dict__.get("kept_cookies", {}).items():
        set_cookie(response, name, value)


def drop_cookie(response: HttpResponse, name: str) -> None:
    """Remove one of our cookies."""
    response.set_cookie(_name(name), "", max_age=0, secure=_https(), httponly=True, samesite="Lax")


def forget_person(response: HttpResponse) -> None:
    """Remove every cookie that tells that somebody was here, whose record was open or what was looked for."""
    for name in (SESSION, PENDING, VIEWER, SEARCH):
        drop_cookie(response, name)
    response.delete_cookie(settings.CSRF_COOKIE_NAME, samesite="Strict")


def device_of(request: HttpRequest) -> str:
    """A short description of the browser, for the audit."""
    return str(request.META.get("HTTP_USER_AGENT", ""))[:200]
