"""That a patient has died, or must not be found: recorded, and taken back where it was wrong; at once (R29, R46)."""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from openrecord.audit.types import Actor
from openrecord.kit import clock
from openrecord.registry import actions
from openrecord.registry import queries as registry
from openrecord.registry.types import Patient
from openrecord.staff.desk import Desk, actor_of, desk_of, is_last_here, page, patient_of, record_staff_read
from openrecord.staff.presenters.circumstances import Change, changes, standing, words_of
from openrecord.staff.views.patient import base_of
from openrecord.staff.views.wishes import AUTHORITY
from openrecord.web.audience import Audience, audience
from openrecord.web.forms import FieldError
from openrecord.web.redirects import see_other
from openrecord.web.text import gettext as _

_ACTS: Mapping[Change, Callable[..., None]] = {
    Change.DIED: partial(actions.record_death, died=True),
    Change.LIVES: partial(actions.record_death, died=False),
    Change.PROTECTED: partial(actions.flag_address, flagged=True),
    Change.FOUND: partial(actions.flag_address, flagged=False),
}


@audience(Audience.STAFF)
@require_http_methods(["GET", "HEAD", "POST"])
def circumstances(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """What stands, and what has changed."""
    desk = desk_of(request)
    found = _last_here(desk, public_id)
    if request.method == "POST" and not desk.may_grant:
        raise PermissionDenied
    at = clock.now()
    here = f"{base_of(found)}/circumstances"
    people = tuple(registry.patients(registry.names(found.patient_id)).values())
    open_to = changes(people)
    change = next((one for one in open_to if one.value == request.POST.get("change")), None)
    if request.method == "POST" and change is not None:
        _record(people, change, by=actor_of(request, desk, AUTHORITY), at=at)
        return see_other(f"{here}?saved")
    record_staff_read(request, desk, found, route="/staff/circumstances", served=(), at=at)
    errors = (FieldError("change-1", _("Choose what has changed")),) if request.method == "POST" else ()
    context = {
        "title": _("Death and protected address"),
        "base": base_of(found),
        "here": here,
        "standing": standing(people),
        "options": [(one.value, *words_of(one)) for one in open_to],
        "errors": errors,
        "error_of": {error.field: error.text for error in errors},
        "saved": "saved" in request.GET,
    }
    return page(request, "staff/circumstances.html", desk, context, found)


def _last_here(desk: Desk, public_id: UUID) -> Patient:
    """A patient of the practice, or one who left it for no other. Raises Http404."""
    found = patient_of(desk, public_id, content=False)
    if not is_last_here(desk, found, clock.now()):
        raise Http404
    return found


def _record(people: tuple[Patient, ...], change: Change, *, by: Actor, at: datetime) -> None:
    """Of merged records every one: what is said of the person holds for all of them."""
    for patient in people:
        if change in changes((patient,)):
            _ACTS[change](patient_id=patient.patient_id, by=by, at=at)
