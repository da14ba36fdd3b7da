"""One step of a request: its form, and what happens where two people take a step at the same time."""

from collections.abc import Iterable
from dataclasses import replace
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from openrecord.caseload import actions, queries
from openrecord.caseload.rules.steps import ASSIGNS_OTHERS, ROLES, open_steps, outcomes, roles
from openrecord.caseload.types import Kind, Outcome, Step
from openrecord.identity import queries as identity
from openrecord.kit import clock
from openrecord.registry import queries as registry
from openrecord.registry.types import Patient
from openrecord.screening import queries as screening
from openrecord.staff.desk import Desk, actor_of, desk_of, is_registered, page, patient_of, record_staff_read
from openrecord.staff.presenters.request_forms import OPEN, PART, TITLES, Setting, event_of, fields_of, mistakes
from openrecord.staff.presenters.requests import KINDS, address, outcome_words
from openrecord.staff.views.requests import request_of
from openrecord.web.audience import Audience, audience
from openrecord.web.forms import Field, filled, summary, with_errors
from openrecord.web.redirects import see_other
from openrecord.web.text import gettext as _

AUTHORITY = "staff:requests"


def _step(desk: Desk, slug: str, kind: Kind) -> Step:
    """The step, if this member of staff may ever take it with such a request. Raises Http404, PermissionDenied."""
    step = next((step for step in TITLES if step == slug), None)
    if step is None:
        raise Http404
    if not roles(step, kind) & desk.member.roles:
        raise PermissionDenied
    return step


def assignable(desk: Desk) -> dict[UUID, str]:
    """Whom this member of staff may give a request to: reviewers only take one for themselves, readers take none."""
    if not ASSIGNS_OTHERS & desk.member.roles:
        return {desk.member.staff_id: desk.member.name}
    everybody = identity.staff_of(desk.member.organisation)
    return {member.staff_id: member.name for member in everybody if ROLES[Step.ASSIGN] & member.roles}


def _outcome(request: HttpRequest, step: Step) -> Outcome | None:
    """The answer being written, None where none is."""
    wanted = request.POST.get("outcome") or request.GET.get("outcome")
    return next((one for one in Outcome if one == wanted), None) if step is Step.DECIDE else None


@audience(Audience.STAFF)
@require_http_methods(["GET", "HEAD", "POST"])
def step(request: HttpRequest, public_id: UUID, request_id: UUID, slug: str) -> HttpResponse:
    """The form of a step, and the step itself."""
    desk = desk_of(request)
    patient = patient_of(desk, public_id, content=False)
    found = request_of(desk, patient, request_id)
    wanted = _step(desk, slug, found.kind)
    came = len(screening.labelled(patient.patient_id, desk.ods)) if wanted is Step.REVIEW else 0
    openable = queries.openable(patient.patient_id, found, at=clock.now()) if wanted is Step.DECIDE else frozenset()
    stamp = screening.record_stamp(patient.patient_id, desk.ods) if wanted is Step.REVIEW else ""
    looked_at = (request.POST if request.method == "POST" else request.GET).get("entries") or stamp
    setting = Setting(found, assignable(desk), _outcome(request, wanted), came, openable, looked_at)
    fields = _with_part(wanted, fields_of(wanted, setting), request)
    outdated = False
    if request.method == "POST":
        fields = filled(fields, request)
        outdated = request.POST.get("seen") != str(found.sequence)
        errors = mistakes(wanted, fields, setting)
        if wanted is Step.REVIEW and setting.looked_at != stamp:
            errors |= _came(fields)
            setting = replace(setting, looked_at=stamp)
        if not errors:
            return _take(request, desk, patient, wanted, fields, setting)
        if not outdated:
            fields = with_errors(fields, errors)
    elif not _is_open(desk, wanted, setting, patient):
        return see_other(address(patient, request_id))
    return _form(request, desk, patient, wanted, fields, setting, outdated=outdated)


def _with_part(wanted: Step, fields: tuple[Field, ...], request: HttpRequest) -> tuple[Field, ...]:
    """A form with the part of the history that was looked through, where one was."""
    if wanted is not Step.REVIEW or request.method == "POST" or "entries" not in request.GET:
        return fields
    return tuple(filled([field], request)[0] if field.name in PART else field for field in fields)


def _came(fields: Iterable[Field]) -> dict[str, str]:
    """Nothing is opened that came or changed after the reviewer looked (R46)."""
    opens = any(field.name == "verdict" and OPEN in field.typed for field in fields)
    return (
        {"verdict": _("Entries came or changed since you looked. Look through the part again first")} if opens else {}
    )


def _is_open(desk: Desk, wanted: Step, setting: Setting, patient: Patient) -> bool:
    """Whether the step may be taken now, and its answer given."""
    possible = wanted in open_steps(setting.request, clock.now())
    if wanted is Step.CLOSE:
        return possible
    possible = possible and not registry.is_nobody(patient.patient_id)
    if wanted is Step.REVIEW and not is_registered(desk, patient, clock.now()):
        return False
    answers = outcomes(setting.request, born=patient.born, openable=setting.openable)
    return possible and (wanted is not Step.DECIDE or setting.outcome in answers)


def _take(
    request: HttpRequest, desk: Desk, patient: Patient, wanted: Step, fields: tuple[Field, ...], setting: Setting
) -> HttpResponse:
    """Do it, unless somebody else was faster or it is no longer possible."""
    found = setting.request
    if wanted is Step.DECIDE and setting.outcome is None:
        return _form(request, desk, patient, wanted, fields, setting, outdated=True)
    try:
        actions.act(
            patient_id=patient.patient_id,
            request_id=found.request_id,
            event=event_of(wanted, fields, setting),
            seen=_seen(request),
            by=actor_of(request, desk, AUTHORITY),
            at=clock.now(),
        )
    except (actions.Outdated, actions.NotNow):
        now = replace(setting, request=request_of(desk, patient, found.request_id))
        return _form(request, desk, patient, wanted, fields, now, outdated=True)
    return see_other(f"{address(patient, found.request_id)}?done={wanted}")


def _seen(request: HttpRequest) -> int:
    """What whoever sent the form was looking at; 0, which no request ever was, where it makes no sense."""
    text = request.POST.get("seen", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < len("1000000") else 0


def _form(
    request: HttpRequest,
    desk: Desk,
    patient: Patient,
    wanted: Step,
    fields: tuple[Field, ...],
    setting: Setting,
    *,
    outdated: bool,
) -> HttpResponse:
    found = setting.request
    record_staff_read(request, desk, patient, route="/staff/request/step", served=(), at=clock.now())
    answer = setting.outcome
    context = {
        "title": _(TITLES[wanted]) if answer is None else outcome_words(answer, found.kind),
        "asked": _(KINDS[found.kind]),
        "here": address(patient, found.request_id),
        "action": f"{address(patient, found.request_id)}/{wanted}",
        "fields": fields,
        "errors": summary(fields),
        "seen": found.sequence,
        "outcome": "" if answer is None else answer.value,
        "outdated": outdated,
        "entries": setting.looked_at if wanted is Step.REVIEW else "",
        "came_restricted": f"/staff/patients/{patient.public_id}/came-restricted" if setting.came_restricted else "",
        "possible": _is_open(desk, wanted, setting, patient),
    }
    return page(request, "staff/request_step.html", desk, context, patient)
