"""Choosing whose record to read: one's own, or that of somebody one acts for."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from openrecord.access import queries as access
from openrecord.access.types import ViewerKind
from openrecord.kit import clock
from openrecord.portal.acting import acting, patient_name, person_of, viewings_of
from openrecord.portal.pages import page
from openrecord.web import errors
from openrecord.web.audience import Audience, audience
from openrecord.web.redirects import see_other
from openrecord.web.session import VIEWER, set_cookie
from openrecord.web.text import gettext as _


@dataclass(frozen=True, slots=True)
class Choice:
    """One record to choose."""

    value: str
    name: str
    own: bool
    chosen: bool


@audience(Audience.PATIENT)
@require_http_methods(["GET", "HEAD", "POST"])
def people(request: HttpRequest) -> HttpResponse:
    """The list of records, and the choice of one."""
    viewings = viewings_of(request)
    if request.method == "POST":
        wanted = request.POST.get("viewer", "")
        if wanted not in {str(viewing.viewer_id) for viewing in viewings}:
            return errors.page(request, 404)
        response = see_other("/home")
        set_cookie(response, VIEWER, wanted)
        return response
    by = acting(request)
    choices = [
        Choice(
            str(viewing.viewer_id),
            patient_name(viewing),
            viewing.kind is ViewerKind.SELF,
            by is not None and by.viewing.viewer_id == viewing.viewer_id,
        )
        for viewing in viewings
    ]
    context = {
        "title": _("Whose record do you want to see?"),
        "choices": choices,
        "stopped": "stopped" in request.GET,
        "ended": access.acted_before(person_of(request).person_id, at=clock.now()),
    }
    return page(request, "portal/people.html", by, context)
