"""Leaving quickly: a plain link ends the session, so that "back" shows nothing, and leads to an empty page."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from openrecord.identity import actions
from openrecord.kit import clock
from openrecord.web.audience import Audience, audience
from openrecord.web.pages import render
from openrecord.web.redirects import see_other
from openrecord.web.session import SESSION, forget_person, read_cookie


@audience(Audience.PUBLIC)
@require_safe
def leave(request: HttpRequest) -> HttpResponse:
    """End the session and go away. It is a GET because a link has to do it: the worst a forged one does is sign out.

    The browser also forgets the worker and what it keeps: that this service was used here should not stay.
    """
    response = see_other(settings.LEAVE_TO) if settings.LEAVE_TO else render(request, "portal/left.html", {})
    response.headers["Clear-Site-Data"] = '"storage"'
    token = read_cookie(request, SESSION)
    forget_person(response)
    if token is not None:
        actions.sign_out(token=token, at=clock.now())
    return response
