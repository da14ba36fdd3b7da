"""Where practice staff begin, and how they sign in."""

from collections.abc import Mapping

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from openrecord.identity import sign_in as signing
from openrecord.identity.types import Kind, Refusal, SignInRefused
from openrecord.kit import clock
from openrecord.web import limits
from openrecord.web.audience import Audience, audience
from openrecord.web.pages import render
from openrecord.web.redirects import see_other
from openrecord.web.session import (
    PENDING,
    PENDING_SECONDS,
    SESSION,
    SignedIn,
    device_of,
    drop_cookie,
    read_cookie,
    set_cookie,
)
from openrecord.web.text import gettext as _
from openrecord.web.text import gettext_noop

DESK = "/staff/home"
_OTHERWISE = gettext_noop("Signing in did not work. Try again; if it fails again, ask your practice manager.")
REFUSALS: Mapping[Refusal, str] = {
    Refusal.SECOND_FACTOR_MISSING: gettext_noop("Sign in with your smartcard, a security key or a security code."),
    Refusal.STAFF_UNKNOWN: gettext_noop("Your account is not known here. Ask your practice manager to add you."),
    Refusal.STAFF_WITHOUT_ROLE: gettext_noop("You have no role here at the moment. Ask your practice manager."),
    Refusal.NOT_CONFIGURED: gettext_noop("Signing in for staff is not set up on this service yet."),
    Refusal.PROVIDER_UNAVAILABLE: gettext_noop("The sign-in service does not answer. Try again later."),
}


@audience(Audience.PUBLIC)
@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """The way in for staff; who is signed in is at work already."""
    present: SignedIn | None = getattr(request, "signed_in", None)
    if present is not None and present.audience is Audience.STAFF:
        return see_other(DESK)
    return render(request, "staff/start.html", {"title": _("Practice staff")})


@audience(Audience.PUBLIC, rate=limits.SIGN_IN)
@require_safe
def sign_in(request: HttpRequest) -> HttpResponse:
    """Send the browser to the staff's sign-in service."""
    try:
        away = signing.begin(Kind.STAFF, DESK, clock.now())
    except SignInRefused as refused:
        return refusal(request, refused)
    response = see_other(away.url)
    set_cookie(response, PENDING, away.cookie, seconds=PENDING_SECONDS)
    return response


@audience(Audience.PUBLIC, rate=limits.SIGN_IN)
@require_safe
def sign_in_return(request: HttpRequest) -> HttpResponse:
    """The browser comes back from the staff's sign-in service."""
    try:
        found = signing.complete(
            Kind.STAFF,
            request.GET.dict(),
            read_cookie(request, PENDING),
            clock.now(),
            previous_token=read_cookie(request, SESSION),
            device=device_of(request),
        )
    except SignInRefused as refused:
        return refusal(request, refused)
    response = see_other(found.next_path)
    set_cookie(response, SESSION, found.session_token)
    drop_cookie(response, PENDING)
    return response


def refusal(request: HttpRequest, refused: SignInRefused) -> HttpResponse:
    """The page that says why signing in did not work."""
    sentence = _(REFUSALS.get(refused.refusal, _OTHERWISE))
    context = {"title": _("You are not signed in"), "sentence": sentence}
    response = render(request, "staff/refused.html", context, status=503 if refused.refusal.is_outage else 403)
    if refused.refusal is not Refusal.EXPIRED:  # another tab may still be on its way with that cookie
        drop_cookie(response, PENDING)
    return response
