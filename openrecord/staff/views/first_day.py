"""From which day on a patient sees what this practice records: the usual one, or another with a reason (R45)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from openrecord.access import actions
from openrecord.access import queries as access
from openrecord.access.events import WindowSet
from openrecord.access.rules.windows import window_start
from openrecord.kit import clock
from openrecord.kit.london import day_of as london_day
from openrecord.registry.types import Patient
from openrecord.staff.desk import Desk, actor_of, desk_of, page, record_staff_read
from openrecord.staff.views.patient import base_of
from openrecord.staff.views.preview import registered_patient
from openrecord.staff.views.wishes import AUTHORITY
from openrecord.web.audience import Audience, audience
from openrecord.web.forms import Field, Shape, day_of, filled, summary, too_long, with_errors
from openrecord.web.redirects import see_other
from openrecord.web.text import gettext as _
from openrecord.web.words import day_in_words


@audience(Audience.STAFF)
@require_http_methods(["GET", "HEAD", "POST"])
def first_day(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """What holds, and another day. It holds until the patient registers anew."""
    desk = desk_of(request)
    found = registered_patient(desk, public_id, content=False)
    if request.method == "POST" and not desk.may_govern:
        raise PermissionDenied
    at = clock.now()
    here = f"{base_of(found)}/first-day"
    fields: tuple[Field, ...] = (
        Field("start", _("Another first day"), Shape.DAY, _("For example, 31 3 1980")),
        Field("why", _("Why for this patient?"), Shape.TEXT, _("The patient does not read it.")),
    )
    if request.method == "POST":
        fields = filled(fields, request)
        start, errors = _start(fields[0], at)
        errors |= _without_reason(fields[1]) | too_long(fields)
        if start is not None and not errors:
            act = WindowSet(org=desk.ods, start=start, why=fields[1].value)
            actions.record(patient_id=found.patient_id, act=act, by=actor_of(request, desk, AUTHORITY), at=at)
            return see_other(f"{here}?saved")
        fields = with_errors(fields, errors)
    record_staff_read(request, desk, found, route="/staff/first-day", served=(), at=at)
    context = {
        "title": _("First day that the patient sees"),
        "base": base_of(found),
        "here": here,
        "standing": _standing(desk, found, at),
        "so_far": _so_far(desk, access.acts(found.patient_id)),
        "fields": fields,
        "errors": summary(fields),
        "saved": "saved" in request.GET,
    }
    return page(request, "staff/first_day.html", desk, context, found)


def _start(field: Field, at: datetime) -> tuple[date | None, dict[str, str]]:
    """The day typed, and what is wrong with it: a day ahead would close what is open (domain 1.4)."""
    try:
        start = day_of(field)
    except ValueError:
        return None, {"start": _("Enter a real date, like 1 4 2015")}
    if start is None:
        return None, {"start": _("Enter the first day")}
    return start, {"start": _("Enter today or a date in the past")} if start > london_day(at) else {}


def _without_reason(field: Field) -> dict[str, str]:
    return {} if field.value else {"why": _("Say why this patient has another first day")}


def _standing(desk: Desk, patient: Patient, at: datetime) -> str:
    """From when on entries can be seen, and by what; whether somebody sees any is for others to say."""
    facts = access.facts(patient.patient_id, at=at, controlling=[desk.ods])
    start = window_start(facts, desk.ods, at)
    if start is None:
        return _("Your practice has not gone live: they see nothing yet.")
    words = _("What can be seen was recorded here from %(day)s on, as your practice's rules say.")
    if start != window_start(replace(facts, window_starts=None), desk.ods, at):
        words = _("What can be seen was recorded here from %(day)s on, as was decided for this patient.")
    return words % {"day": day_in_words(start)}


def _so_far(desk: Desk, acts: Sequence[tuple[datetime, object]]) -> list[tuple[datetime, date, str]]:
    """Every day that was decided here, newest first: when, which, why."""
    found = [(at, act) for at, act in acts if isinstance(act, WindowSet) and act.org == desk.ods]
    return [(at, act.start, act.why) for at, act in reversed(found)]
