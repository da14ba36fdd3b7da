"""Who acts for a patient, and ending it: immediate, with the reason kept, and nothing said to the person (R27)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from openrecord.access import actions, events
from openrecord.access import queries as access
from openrecord.access.queries import Linked
from openrecord.access.types import Basis, EndReason, ViewerKind
from openrecord.identity import queries as identity
from openrecord.identity.types import PersonId
from openrecord.kit import clock
from openrecord.staff.desk import actor_of, desk_of, page, record_staff_read
from openrecord.staff.views.patient import base_of
from openrecord.staff.views.preview import registered_patient
from openrecord.staff.views.wishes import AUTHORITY
from openrecord.web.audience import Audience, audience
from openrecord.web.forms import FieldError
from openrecord.web.records.levels import level_words
from openrecord.web.redirects import see_other
from openrecord.web.text import gettext as _
from openrecord.web.text import gettext_noop

_BASES: Mapping[Basis, str] = {
    Basis.PARENTAL: gettext_noop("Parental responsibility"),
    Basis.CONSENT: gettext_noop("The patient's consent"),
    Basis.LPA: gettext_noop("Lasting power of attorney"),
    Basis.DEPUTY: gettext_noop("Deputy appointed by the court"),
    Basis.BEST_INTERESTS: gettext_noop("Best interests"),
}
_REASONS: Mapping[EndReason, str] = {
    EndReason.PATIENT: gettext_noop("The patient wants it"),
    EndReason.SAFEGUARDING: gettext_noop("Safeguarding"),
    EndReason.NOT_NEEDED: gettext_noop("It is no longer needed or no longer justified"),
    EndReason.MISTAKE: gettext_noop("It was given by mistake"),
}


@dataclass(frozen=True, slots=True)
class Proxy:
    """Somebody who acts for the patient, in words. `until` None = no end."""

    viewer: str
    name: str
    basis: str
    level: str
    since: datetime | None
    until: date | None


def _proxy(one: Linked) -> Proxy:
    viewer = one.viewer
    return Proxy(
        str(viewer.viewer_id),
        "" if one.behind is None else identity.name_of(PersonId(one.behind)),
        "" if viewer.basis is None else _(_BASES[viewer.basis]),
        level_words(viewer.level).title,
        viewer.granted,
        viewer.expires,
    )


@audience(Audience.STAFF)
@require_http_methods(["GET", "HEAD", "POST"])
def people(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Everybody who acts for the patient; ask why one of them must stop, which is the confirmation too; end it."""
    desk = desk_of(request)
    found = registered_patient(desk, public_id, content=False)
    if request.method == "POST" and not desk.may_record_wishes:
        raise PermissionDenied
    at = clock.now()
    here = f"{base_of(found)}/people"
    linked = [one for one in access.linked(found.patient_id, at=at) if one.viewer.kind is ViewerKind.PROXY]
    wanted = next((one for one in linked if str(one.viewer.viewer_id) == request.POST.get("viewer")), None)
    reason = next((one for one in EndReason if one.value == request.POST.get("reason")), None)
    context: dict[str, Any] = {"base": base_of(found), "here": here}
    if wanted is None:
        record_staff_read(request, desk, found, route="/staff/people", served=(), at=at)
        listed = {"proxies": [_proxy(one) for one in linked], "saved": "saved" in request.GET}
        context |= {"title": _("People who act for the patient"), **listed}
        return page(request, "staff/people.html", desk, context, found)
    asked = request.POST.get("confirmed") != "yes"
    if not asked and reason is not None:
        act = events.ProxyRevoked(viewer=wanted.viewer.viewer_id, reason=reason)
        actions.record(patient_id=found.patient_id, act=act, by=actor_of(request, desk, AUTHORITY), at=at)
        return see_other(f"{here}?saved")
    missing = FieldError("reason-1", _("Choose why their access must end"))
    context |= {
        "title": _("End this person's access?"),
        "proxy": _proxy(wanted),
        "reasons": [(one.value, _(words)) for one, words in _REASONS.items()],
        "errors": () if asked else (missing,),
    }
    return page(request, "staff/people_end.html", desk, context, found)
