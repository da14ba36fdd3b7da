"""Who acts for a patient, and ending it: immediate, with the reason kept, and nothing said to the person (R27)."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods, require_POST

from openrecord.access import actions, events
from openrecord.access import queries as access
from openrecord.access.rules.ahead import next_turn
from openrecord.access.rules.granting import bars
from openrecord.access.types import EndReason, Silence, ViewerKind
from openrecord.kit import clock
from openrecord.staff.desk import actor_of, desk_of, page, record_staff_read
from openrecord.staff.presenters.ahead import suspended_in_words, turn_in_words
from openrecord.staff.presenters.proxies import END_REASONS, ended_in_words, in_words, newest_grants
from openrecord.staff.presenters.requests import address
from openrecord.staff.views.patient import base_of
from openrecord.staff.views.preview import registered_patient
from openrecord.staff.views.requests import names_at, proxy_request
from openrecord.staff.views.wishes import AUTHORITY
from openrecord.web.audience import Audience, audience
from openrecord.web.forms import FieldError
from openrecord.web.redirects import see_other
from openrecord.web.text import gettext as _


@audience(Audience.STAFF)
@require_http_methods(["GET", "HEAD", "POST"])
def people(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Everybody who acts for the patient; ask why one of them must stop, which is the confirmation too; end it."""
    desk = desk_of(request)
    if request.method == "POST" and not desk.may_record_wishes:
        raise PermissionDenied
    found = registered_patient(desk, public_id, content=False)
    at = clock.now()
    here = f"{base_of(found)}/people"
    linked = [one for one in access.linked(found.patient_id, at=at) if one.viewer.kind is ViewerKind.PROXY]
    wanted = next((one for one in linked if str(one.viewer.viewer_id) == request.POST.get("viewer")), None)
    reason = next((one for one in EndReason if one.value == request.POST.get("reason")), None)
    grants, staff = newest_grants(access.acts(found.patient_id)), names_at(desk)
    context: dict[str, Any] = {"base": base_of(found), "here": here}
    if wanted is None and request.POST.get("viewer"):
        return see_other(f"{here}?gone")
    if wanted is None:
        asking = proxy_request(desk, found, request.GET.get("request", ""))
        facts = access.facts(found.patient_id, at=at)
        record_staff_read(request, desk, found, route="/staff/people", served=(), at=at)
        context |= {
            "title": _("People who act for the patient"),
            "proxies": [
                replace(
                    in_words(one, grants, staff),
                    ahead=turn_in_words(next_turn(facts, one.viewer, at)),
                    now=suspended_in_words(facts, one.viewer, at),
                )
                for one in linked
            ],
            "told": _told(facts.silence),
            "barred": bool(bars(facts)),
            "ended": ended_in_words(found.patient_id, desk.ods, at),
            "answer_href": "" if asking is None else address(found, asking.request_id),
            "saved": "saved" in request.GET,
            "gone": "gone" in request.GET,
        }
        return page(request, "staff/people.html", desk, context, found)
    asked = request.POST.get("confirmed") != "yes"
    if not asked and reason is not None:
        act = events.ProxyRevoked(viewer=wanted.viewer.viewer_id, reason=reason)
        actions.record(patient_id=found.patient_id, act=act, by=actor_of(request, desk, AUTHORITY), at=at)
        return see_other(f"{here}?saved")
    missing = FieldError("reason-1", _("Choose why their access must end"))
    context |= {
        "title": _("End this person's access?"),
        "proxy": in_words(wanted, grants, staff),
        "reasons": [(one.value, _(words)) for one, words in END_REASONS.items()],
        "errors": () if asked else (missing,),
    }
    return page(request, "staff/people_end.html", desk, context, found)


def _told(silence: Silence) -> list[tuple[str, str, bool]]:
    """Who is told ahead that somebody's access turns: name of the field, words, whether they are."""
    return [
        ("proxies", _("The people who act for the patient"), not silence.proxies),
        ("patient", _("The patient"), not silence.patient),
    ]


@audience(Audience.STAFF)
@require_POST
def told(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Whom the practice lets know ahead that access is reviewed or ends: not where safeguarding speaks against it."""
    desk = desk_of(request)
    if not desk.may_grant:
        raise PermissionDenied
    found = registered_patient(desk, public_id, content=False)
    wanted = request.POST.getlist("told")
    act = events.NoticesSilenced(proxies="proxies" not in wanted, patient="patient" not in wanted)
    actions.record(patient_id=found.patient_id, act=act, by=actor_of(request, desk, AUTHORITY), at=clock.now())
    return see_other(f"{base_of(found)}/people?saved")
