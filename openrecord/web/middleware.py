"""The four steps before a page: the door, who is there and in which language, forged forms, the gate.

Order in settings: DoorMiddleware, SignedInMiddleware, Django's CsrfViewMiddleware, GateMiddleware. `/fhir` does not
pass here; its mount repeats what the door does.
"""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.exceptions import DisallowedHost, RequestDataTooBig
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.module_loading import import_string

from openrecord.kit import clock
from openrecord.web import bodies, compression, errors, headers, limits
from openrecord.web.audience import Audience, UndeclaredAudience, audience_of
from openrecord.web.language import chosen_language
from openrecord.web.redirects import Elsewhere, see_other
from openrecord.web.session import SignedIn, SignedInReader, set_kept_cookies
from openrecord.web.text import ENGLISH, activate

Next = Callable[[HttpRequest], HttpResponseBase]
MOST_ADDRESS = 8 * 1024
TOO_MANY = "Too many requests. Wait a minute and try again."
SIGN_IN_PATHS = {Audience.PATIENT: "/sign-in", Audience.STAFF: "/staff/sign-in"}


def _slowed(response: HttpResponse, seconds: int) -> HttpResponse:
    response.headers["Retry-After"] = str(seconds)
    return response


class DoorMiddleware:
    """Host, size and address limits on the way in; compression and security headers on the way out, whatever it is."""

    def __init__(self, get_response: Next) -> None:
        self._next = get_response
        self._https = settings.PUBLIC_URL.startswith("https://")

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self._refusal(request) or self._next(request)
        compression.compress(request, response)
        for name, value in headers.HEADERS.items():
            response.headers.setdefault(name, value)
        if self._https:
            response.headers["Strict-Transport-Security"] = headers.TRANSPORT_SECURITY
        response.headers.setdefault("Cache-Control", headers.NEVER_STORE)
        return response

    def _refusal(self, request: HttpRequest) -> HttpResponse | None:
        try:
            request.get_host()
        except DisallowedHost:
            return errors.plain(400, "This address is not served here.")
        if bodies.length_of(request.META) > bodies.MOST_BYTES or "HTTP_TRANSFER_ENCODING" in request.META:
            return errors.plain(413, "The request is too large.")
        if len(request.path_info) + len(request.META.get("QUERY_STRING", "")) > MOST_ADDRESS:
            return errors.plain(414, "The address is too long.")
        if not limits.LIMITER.allows(limits.ADDRESS, request.META.get("REMOTE_ADDR", ""), at=clock.now()):
            return _slowed(errors.plain(429, TOO_MANY), limits.ADDRESS.retry_after)
        if bodies.is_left(request.META):
            return _slowed(errors.plain(429, TOO_MANY), bodies.RETRY_AFTER)
        return None


class SignedInMiddleware:
    """Sets `request.signed_in`, and the language of the page."""

    def __init__(self, get_response: Next) -> None:
        self._next = get_response
        self._read: SignedInReader = import_string(settings.SIGNED_IN_READER)

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        language = chosen_language(request)
        activate(language)
        request.signed_in = self._read(request, clock.now())  # type: ignore[attr-defined]
        try:
            response = self._next(request)
        except RequestDataTooBig:
            response = errors.plain(413, "The request is too large.")
        finally:
            activate(ENGLISH)
        response.headers["Content-Language"] = language
        set_kept_cookies(request, response)
        return response


class GateMiddleware:
    """Refuses a view without a declared audience, sends away whoever it is not for, and slows down whoever hurries."""

    def __init__(self, get_response: Next) -> None:
        self._next = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self._next(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], _args: object, _kwargs: object
    ) -> HttpResponse | None:
        """None where the view may run; otherwise the answer instead of it."""
        try:
            who = audience_of(view)
        except UndeclaredAudience:
            if settings.MODE == "test":
                raise
            return errors.page(request, 403)
        present: SignedIn | None = request.signed_in  # type: ignore[attr-defined]
        if who is not Audience.PUBLIC:
            if present is None:
                return see_other(SIGN_IN_PATHS[who])
            if present.audience is not who:
                return errors.page(request, 403)
        rate = getattr(view, "rate", None) or limits.PAGES
        caller = present.session if present else request.META.get("REMOTE_ADDR", "")
        if not limits.LIMITER.allows(rate, caller, at=clock.now()):
            return _slowed(errors.page(request, 429), rate.retry_after)
        if request.method == "POST" and any("\x00" in value for values in request.POST.lists() for value in values[1]):
            return errors.page(request, 400)  # no text of ours has one, and PostgreSQL stores none
        return None

    def process_exception(self, _request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Leads elsewhere where a view said so; every other exception goes its way."""
        return see_other(error.location) if isinstance(error, Elsewhere) else None
