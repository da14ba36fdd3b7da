"""A patient's wishes about their own access, as they told them to the practice (R6, R7). Each is confirmed first."""

from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from openrecord.access import actions
from openrecord.access import queries as access
from openrecord.access.rules.choices import act_of, taken_back
from openrecord.access.types import Method, Wish
from openrecord.kit import clock
from openrecord.kit.ids import random_id
from openrecord.staff.desk import actor_of, desk_of, page, record_staff_read
from openrecord.staff.presenters.wishes import TOLD, Option, method_in_words, options, said, standing
from openrecord.staff.views.patient import base_of
from openrecord.staff.views.preview import registered_patient
from openrecord.web.audience import Audience, audience
from openrecord.web.forms import FieldError
from openrecord.web.redirects import see_other
from openrecord.web.text import gettext as _

AUTHORITY = "staff:access"
LIFTS = frozenset({Wish.RESUME, Wish.RAISE, Wish.RETURN})


@audience(Audience.STAFF)
@require_http_methods(["GET", "HEAD", "POST"])
def wishes(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """What stands and what was said; ask for a wish and how it was told, then for confirmation, then record it."""
    desk = desk_of(request)
    found = registered_patient(desk, public_id, content=False)
    posted = request.method == "POST"
    if posted and not desk.may_record_wishes:
        raise PermissionDenied
    at = clock.now()
    here = f"{base_of(found)}/wishes"
    facts = access.facts(found.patient_id, at=at)
    open_to = options(facts)
    option = next((one for one in open_to if one.value == request.POST.get("wish")), None)
    method = next((one for one in TOLD if one.value == request.POST.get("method")), None)
    context: dict[str, Any] = {"base": base_of(found), "here": here, "option": option, "method": method}
    if option is not None and method is not None:
        if request.POST.get("confirmed") == "yes":
            act = act_of(option.wish, method=method, at=at, code=random_id(), level=option.level)
            by = actor_of(request, desk, AUTHORITY)
            actions.record(patient_id=found.patient_id, act=act, by=by, at=at)
            return see_other(f"{here}?saved")
        lifts = option.wish in LIFTS
        asked = {
            "title": _("Record this wish?"),
            "told": method_in_words(method),
            "lifts": lifts,
            "stays": standing(taken_back(facts, option.wish, at)) if lifts else (),
        }
        return page(request, "staff/wishes_confirm.html", desk, {**context, **asked}, found)
    record_staff_read(request, desk, found, route="/staff/wishes", served=(), at=at)
    errors = mistakes(option, method) if posted else ()
    context |= {
        "title": _("Patient's wishes"),
        "standing": standing(facts),
        "said": said(access.acts(found.patient_id)),
        "options": [(one.value, one.words) for one in open_to],
        "methods": [(one.value, method_in_words(one)) for one in TOLD],
        "errors": errors,
        "error_of": {error.field: error.text for error in errors},
        "saved": "saved" in request.GET,
    }
    return page(request, "staff/wishes.html", desk, context, found)


def mistakes(option: Option | None, method: Method | None) -> tuple[FieldError, ...]:
    """What is missing in the form."""
    found = []
    if option is None:
        found.append(FieldError("wish-1", _("Choose what the patient wants")))
    if method is None:
        found.append(FieldError("method-1", _("Choose how they told you")))
    return tuple(found)
