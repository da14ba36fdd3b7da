"""Using a code from a surgery's letter: who signed in with their own account acts for somebody from now on."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from openrecord.access import invitations
from openrecord.identity import rules as identity
from openrecord.kit import clock
from openrecord.portal.acting import acting, person_of, session_of
from openrecord.portal.pages import page
from openrecord.web import errors, limits
from openrecord.web.audience import Audience, audience
from openrecord.web.forms import LONGEST_LINE, Field, Shape, filled, summary, with_errors
from openrecord.web.redirects import see_other
from openrecord.web.session import VIEWER, device_of, set_cookie
from openrecord.web.text import gettext as _

AUTHORITY = "proxy:code"


@audience(Audience.PATIENT)
@require_http_methods(["GET", "HEAD", "POST"])
def code(request: HttpRequest) -> HttpResponse:
    """Enter the code. One that does not work says nothing of why, and nobody may try many."""
    fields: tuple[Field, ...] = (
        Field("code", _("Code"), Shape.LINE, _("12 letters and digits, for example ABCD-EFGH-2345")),
    )
    at = clock.now()
    if request.method == "POST":
        person = person_of(request)
        if not limits.LIMITER.allows(limits.LINK_CODE, f"person:{person.person_id}", at=at):
            return errors.page(request, 429)
        fields = filled(fields, request)
        by = identity.actor(session_of(request), authority=AUTHORITY, device=device_of(request))
        typed = fields[0].value[:LONGEST_LINE]
        viewing = invitations.use_code(typed=typed, person_id=person.person_id, by=by, at=at) if typed else None
        if viewing is not None:
            response = see_other("/home")
            set_cookie(response, VIEWER, str(viewing.viewer_id))
            return response
        wrong = _("We cannot use this code. Check it, and ask the surgery for a new one if it is older than 14 days.")
        fields = with_errors(fields, {"code": wrong if typed else _("Enter the code from the letter")})
    context = {"title": _("Use a code from a surgery"), "fields": fields, "errors": summary(fields)}
    return page(request, "portal/code.html", acting(request), context)
