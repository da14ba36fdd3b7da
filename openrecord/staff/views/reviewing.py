"""Looking through a part of the history before it is opened: by period, by section, the most pressing first (R47)."""

from collections.abc import Iterable
from urllib.parse import urlencode
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from openrecord.caseload.rules.steps import ROLES, open_steps
from openrecord.caseload.types import Kind, Step
from openrecord.kit import clock
from openrecord.registry import queries as registry
from openrecord.screening import queries as screening
from openrecord.staff.desk import desk_of, is_registered, page, patient_of, record_staff_read
from openrecord.staff.presenters.request_forms import part_fields, part_mistakes, part_of
from openrecord.staff.presenters.requests import address, part_words
from openrecord.staff.presenters.reviewing import lines
from openrecord.staff.reviewing import unopened
from openrecord.staff.views.patient import base_of
from openrecord.staff.views.requests import request_of
from openrecord.web.audience import Audience, audience
from openrecord.web.forms import Field, Option, Shape, filled, summary, with_errors
from openrecord.web.redirects import see_other
from openrecord.web.text import gettext as _

PAGE_SIZE = 25
BY_RISK, BY_DATE = "risk", "date"


@audience(Audience.STAFF)
@require_safe
def entries(request: HttpRequest, public_id: UUID, request_id: UUID) -> HttpResponse:
    """The entries of a part that whoever asked cannot see yet, a page at a time."""
    desk = desk_of(request)
    if not ROLES[Step.REVIEW] & desk.member.roles:
        raise PermissionDenied
    patient = patient_of(desk, public_id)
    found, at = request_of(desk, patient, request_id), clock.now()
    here = address(patient, request_id)
    waits = found.is_open and is_registered(desk, patient, at) and not registry.is_nobody(patient.patient_id)
    if found.kind is not Kind.HISTORY or not waits:
        return see_other(here)
    fields = (*part_fields(found.wish.part), _order())
    if "chosen" in request.GET:
        fields = filled(fields, request)
    errors = part_mistakes(fields)
    part = found.wish.part if errors else part_of(fields)
    number = _number(request.GET.get("page", ""))
    start, by_risk = (number - 1) * PAGE_SIZE, BY_DATE not in fields[-1].typed
    looked = unopened(desk.ods, patient, found.asker, part, by_risk=by_risk, start=start, limit=PAGE_SIZE, at=at)
    served = [one.entry.public_id for one in looked.entries]
    record_staff_read(request, desk, patient, route="/staff/request/entries", served=served, at=at)
    came = request.GET.get("entries") or screening.record_stamp(patient.patient_id, desk.ods)
    chosen = urlencode([*_sent(fields), ("entries", came)])
    fields = with_errors(fields, errors)
    context = {
        "title": _("Look through the history"),
        "here": here,
        "this": f"{here}/entries?chosen=yes&{chosen}&page={number}",
        "part": part_words(part),
        "looked": looked,
        "lines": lines(looked.entries, base_of(patient)),
        "fields": fields,
        "errors": summary(fields),
        "too_many": by_risk and not looked.by_risk,
        "first": start + 1,
        "previous_href": f"{here}/entries?chosen=yes&{chosen}&page={number - 1}" if number > 1 else "",
        "next_href": f"{here}/entries?chosen=yes&{chosen}&page={number + 1}"
        if start + PAGE_SIZE < looked.every
        else "",
        "known": found.proof is not None,
        "onward_href": "" if errors or Step.REVIEW not in open_steps(found, at) else f"{here}/review?{chosen}",
    }
    return page(request, "staff/request_entries.html", desk, context, patient)


def _order() -> Field:
    options = (Option(BY_RISK, _("What to look at first")), Option(BY_DATE, _("Oldest first")))
    return Field("order", _("Order"), Shape.ONE_OF, options=options, typed=(BY_RISK,))


def _sent(fields: Iterable[Field]) -> list[tuple[str, str]]:
    """The fields as an address carries them."""
    found = []
    for field in fields:
        names = [field.name] * len(field.typed)
        if field.shape is Shape.DAY:
            names = [f"{field.name}-{part}" for part in ("day", "month", "year")]
        found += [(name, value) for name, value in zip(names, field.typed, strict=False) if value]
    return found


def _number(text: str) -> int:
    """The page of that number; the first where it makes no sense."""
    return int(text) if text.isascii() and text.isdigit() and 0 < len(text) < len("10000") and int(text) else 1
