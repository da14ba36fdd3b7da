"""A young person's own access before 16: what a clinician found, in force at once (R29).

To find somebody competent is a clinician's judgement; kept is that it was made, by whom, when, and how much it opens.
"""

from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from openrecord.access import actions
from openrecord.access import queries as access
from openrecord.access.events import CompetenceRecorded
from openrecord.access.rules.granting import own_bars, own_levels
from openrecord.clinical.kinds import Level
from openrecord.kit import clock
from openrecord.staff.desk import actor_of, desk_of, page, record_staff_read
from openrecord.staff.presenters.competence import field_of, found_so_far, standing
from openrecord.staff.views.patient import base_of
from openrecord.staff.views.preview import registered_patient
from openrecord.staff.views.wishes import AUTHORITY
from openrecord.web.audience import Audience, audience
from openrecord.web.forms import Field, chosen, filled, summary, with_errors
from openrecord.web.redirects import see_other
from openrecord.web.text import gettext as _


@audience(Audience.STAFF)
@require_http_methods(["GET", "HEAD", "POST"])
def own_access(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """What stands, and another finding. There is no such page before 11 nor from 16 on."""
    desk = desk_of(request)
    found = registered_patient(desk, public_id, content=False)
    at = clock.now()
    facts = access.facts(found.patient_id, at=at, controlling=[desk.ods])
    if own_bars(facts, at):
        raise Http404
    if request.method == "POST" and not desk.may_find_competent:
        raise PermissionDenied
    here = f"{base_of(found)}/own-access"
    fields: tuple[Field, ...] = (field_of(own_levels(facts, desk.ods), facts.competence),)
    if request.method == "POST":
        fields = filled(fields, request)
        level = next(iter(chosen(fields[0])), None)
        if level is not None:
            act = CompetenceRecorded(level=int(Level(int(level))))
            actions.record(patient_id=found.patient_id, act=act, by=actor_of(request, desk, AUTHORITY), at=at)
            return see_other(f"{here}?saved")
        fields = with_errors(fields, {"level": _("Choose how much they may see")})
    record_staff_read(request, desk, found, route="/staff/own-access", served=(), at=at)
    context = {
        "title": _("Own access before 16"),
        "base": base_of(found),
        "here": here,
        "standing": standing(facts.competence),
        "so_far": found_so_far(access.acts(found.patient_id)),
        "fields": fields,
        "errors": summary(fields),
        "saved": "saved" in request.GET,
    }
    return page(request, "staff/competence.html", desk, context, found)
