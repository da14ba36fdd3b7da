"""The start page, signing in and signing out."""

from collections.abc import Mapping

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from openrecord.identity import actions
from openrecord.identity import sign_in as signing
from openrecord.identity.types import Kind, Refusal, SignInRefused
from openrecord.kit import clock
from openrecord.web import limits
from openrecord.web.audience import Audience, audience
from openrecord.web.headers import WITH_SHELL
from openrecord.web.pages import render
from openrecord.web.redirects import see_other
from openrecord.web.session import (
    PENDING,
    PENDING_SECONDS,
    SESSION,
    VIEWER,
    SignedIn,
    device_of,
    drop_cookie,
    forget_person,
    read_cookie,
    set_cookie,
)
from openrecord.web.text import gettext as _
from openrecord.web.text import gettext_noop

HOME = "/home"
_AGAIN = (gettext_noop("Try to sign in again."),)
REFUSALS: Mapping[Refusal, tuple[str, ...]] = {
    Refusal.EXPIRED: (gettext_noop("Signing in took too long, or was already finished."), *_AGAIN),
    Refusal.CONSENT_NOT_GIVEN: (
        gettext_noop("You chose not to share your details with this service."),
        gettext_noop("We need them to find your GP record. If you change your mind, sign in again."),
    ),
    Refusal.PROVIDER_REFUSED: (gettext_noop("Signing in was stopped before it was finished."), *_AGAIN),
    Refusal.PROVIDER_UNAVAILABLE: (
        gettext_noop("The sign-in service does not answer. Try again later."),
        gettext_noop("If you need to speak to somebody now, contact your GP surgery."),
        gettext_noop("If you need urgent medical help, go to 111.nhs.uk or call 111. In an emergency call 999."),
    ),
    Refusal.NOT_CONFIGURED: (gettext_noop("Signing in is not set up on this service yet."),),
    Refusal.TOKEN_INVALID: (gettext_noop("We could not check the answer of the sign-in service."), *_AGAIN),
    Refusal.LEVEL_TOO_LOW: (
        gettext_noop("To see a GP record you need to prove who you are with photo ID."),
        gettext_noop("The sign-in service can help you do that. Then sign in again."),
    ),
    Refusal.SECOND_FACTOR_MISSING: (gettext_noop("Sign in with a security code or a passkey as well."),),
    Refusal.CLAIMS_INCOMPLETE: (
        gettext_noop("The sign-in service did not give us the details we need to find your GP record."),
        *_AGAIN,
    ),
    Refusal.IDENTITY_CONFLICT: (gettext_noop("Your details do not match what we hold. Contact your GP surgery."),),
}


@audience(Audience.PUBLIC)
@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """What this service is, and the way in. Here the browser gets to know the worker (web.shell)."""
    present: SignedIn | None = getattr(request, "signed_in", None)
    context = {
        "title": _("See your GP record"),
        "signed_out": "signed-out" in request.GET,
        "is_here": present is not None and present.audience is Audience.PATIENT,
    }
    response = render(request, "portal/start.html", context)
    for name, value in WITH_SHELL.items():
        response.headers[name] = value
    return response


@audience(Audience.PUBLIC, rate=limits.SIGN_IN)
@require_safe
def sign_in(request: HttpRequest) -> HttpResponse:
    """Send the browser to the sign-in service. A link and a redirect: no form of ours ever leads to another host."""
    try:
        away = signing.begin(Kind.PATIENT, HOME, clock.now())
    except SignInRefused as refused:
        return refusal(request, refused)
    response = see_other(away.url)
    set_cookie(response, PENDING, away.cookie, seconds=PENDING_SECONDS)
    return response


@audience(Audience.PUBLIC, rate=limits.SIGN_IN)
@require_safe
def sign_in_return(request: HttpRequest) -> HttpResponse:
    """The browser comes back from the sign-in service."""
    try:
        found = signing.complete(
            Kind.PATIENT,
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
    drop_cookie(response, VIEWER)
    return response


def refusal(request: HttpRequest, refused: SignInRefused) -> HttpResponse:
    """The page that says why signing in did not work and what to do."""
    sentences = REFUSALS.get(refused.refusal, REFUSALS[Refusal.TOKEN_INVALID])
    context = {
        "title": _("You are not signed in"),
        "sentences": [_(sentence) for sentence in sentences],
        "again": "/sign-in",
    }
    response = render(request, "portal/refused.html", context, status=503 if refused.refusal.is_outage else 403)
    if refused.refusal is not Refusal.EXPIRED:  # another tab may still be on its way with that cookie
        drop_cookie(response, PENDING)
    return response


@audience(Audience.PUBLIC)
@csrf_exempt
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session, for patients and staff alike, and say so on the start page.

    No form token is needed, and so none stands on every page: the session cookie is SameSite=Lax, so another site's
    form arrives without it and then nothing happens here.
    """
    response = see_other("/?signed-out")
    token = read_cookie(request, SESSION)
    if token is None:
        return response
    actions.sign_out(token=token, at=clock.now())
    forget_person(response)
    return response
