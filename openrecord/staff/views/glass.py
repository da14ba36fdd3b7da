"""Breaking the glass: a closed record opens to whoever says why, for half an hour; somebody else checks it (R50)."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods, require_safe

from openrecord.clinical.nhs_number import spaced
from openrecord.identity import queries as identity
from openrecord.kit import clock
from openrecord.kit.london import LONDON
from openrecord.registry import queries as registry
from openrecord.registry.types import Patient
from openrecord.restricted import actions, queries
from openrecord.restricted.rules import LASTS, LONGEST_WORDS, may_check
from openrecord.restricted.types import Cause, Finding, Ground, Opening
from openrecord.staff.desk import (
    Desk,
    actor_of,
    desk_of,
    is_registered,
    known_patient,
    may_say_whose,
    page,
    record_staff_read,
)
from openrecord.staff.views.patient import base_of
from openrecord.web.audience import Audience, audience
from openrecord.web.forms import Field, Option, Shape, filled, summary, with_errors
from openrecord.web.redirects import own_path, see_other
from openrecord.web.text import gettext as _
from openrecord.web.text import gettext_noop
from openrecord.web.words import day_in_words

OPENINGS = "/staff/openings"
AUTHORITY = "staff:break-glass"
PAGE_SIZE = 50
CAUSES: Mapping[Cause, str] = {
    Cause.STAFF: gettext_noop("The patient works here, or is close to somebody who does"),
    Cause.KNOWN: gettext_noop("The patient is well known"),
    Cause.WISH: gettext_noop("The patient asked for it"),
    Cause.SAFEGUARDING: gettext_noop("Safeguarding"),
}
GROUNDS: Mapping[Ground, str] = {
    Ground.CARE: gettext_noop("The patient needs care now"),
    Ground.PATIENT: gettext_noop("The patient asked me to"),
    Ground.HARM: gettext_noop("To prevent harm to somebody"),
    Ground.DUTY: gettext_noop("A legal duty"),
}
FINDINGS: Mapping[Finding, str] = {
    Finding.JUSTIFIED: gettext_noop("It was justified"),
    Finding.NOT_JUSTIFIED: gettext_noop("It was not justified"),
}


@dataclass(frozen=True, slots=True)
class OpeningRow:
    """One opening in words."""

    href: str
    who: str
    patient: str
    nhs_number: str
    ground: str
    words: str
    since: str
    own: bool


def opening_row(desk: Desk, opening: Opening, patient: Patient) -> OpeningRow:
    """An opening as whoever checks it sees it."""
    return OpeningRow(
        f"{OPENINGS}/{opening.opening_id}",
        identity.staff_names(opening.ods).get(opening.staff_id, ""),
        f"{patient.family}, {patient.given}",
        spaced(patient.nhs_number),
        _(GROUNDS[opening.ground]),
        opening.words,
        _("%(day)s at %(time)s")
        % {"day": day_in_words(opening.at), "time": opening.at.astimezone(LONDON).strftime("%H:%M")},
        opening.staff_id == desk.member.staff_id,
    )


def _fields() -> tuple[Field, ...]:
    grounds = tuple(Option(one.value, _(words)) for one, words in GROUNDS.items())
    hint = _("Say what happened and what you need to know. Whoever checks it reads this.")
    return (
        Field("ground", _("Why do you need to open it?"), Shape.ONE_OF, options=grounds),
        Field("words", _("In your own words"), Shape.TEXT, hint=hint, rows=3),
    )


def _finding_fields() -> tuple[Field, ...]:
    options = tuple(Option(one.value, _(words)) for one, words in FINDINGS.items())
    hint = _("For example what was agreed, or to whom it was reported. You can leave this empty.")
    return (
        Field("finding", _("What did you find?"), Shape.ONE_OF, options=options),
        Field("words", _("Note"), Shape.TEXT, hint=hint, rows=3),
    )


def _too_long(field: Field) -> dict[str, str]:
    if len(field.value) <= LONGEST_WORDS:
        return {}
    return {field.name: _("Use %(most)s characters or fewer") % {"most": LONGEST_WORDS}}


def _mistakes(fields: tuple[Field, ...]) -> dict[str, str]:
    ground, words = fields
    found = {}
    if ground.value not in {one.value for one in Ground}:
        found["ground"] = _("Choose why you need to open the record")
    if not words.value:
        found["words"] = _("Say why you need to open the record")
    return found | _too_long(words)


def _wanted(patient: Patient, text: str) -> str:
    """The page that was asked for: one of the practice's own, else the patient's record."""
    path = own_path(text, "")
    return path if urlsplit(path).path.startswith("/staff/") else base_of(patient)


@audience(Audience.STAFF)
@require_http_methods(["GET", "HEAD", "POST"])
def break_glass(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Say that the record is closed and why; ask for the reason; open it and lead to the page that was asked for."""
    desk = desk_of(request)
    found = known_patient(desk, public_id)
    wanted = _wanted(found, request.POST.get("next") or request.GET.get("next", ""))
    at = clock.now()
    fields = _fields()
    if request.method == "POST":
        fields = filled(fields, request)
        errors = _mistakes(fields)
        if not errors:
            actions.break_glass(
                patient_id=found.patient_id,
                member=desk.member,
                ground=Ground(fields[0].value),
                words=fields[1].value,
                by=actor_of(request, desk, AUTHORITY),
                at=at,
            )
            return see_other(wanted)
        fields = with_errors(fields, errors)
    standing = queries.standing(desk.ods, found.patient_id, desk.member.staff_id, at=at)
    context = {
        "base": base_of(found),
        "registered": standing.cause is None and is_registered(desk, found, at),
        "merges": standing.cause is None and may_say_whose(desk, found, at),
        "title": _("This record is restricted") if standing.cause else _("Your role does not open records"),
        "cause": _(CAUSES[standing.cause]) if standing.cause else "",
        "here": f"{base_of(found)}/open",
        "wanted": wanted,
        "minutes": int(LASTS.total_seconds() // 60),
        "fields": fields,
        "errors": summary(fields),
    }
    return page(request, "staff/glass.html", desk, context, found)


@audience(Audience.STAFF)
@require_http_methods(["GET", "HEAD", "POST"])
def restrict(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Restrict a record, with the cause, or lift that."""
    desk = desk_of(request)
    found = known_patient(desk, public_id)
    if not desk.may_restrict:
        raise PermissionDenied
    at = clock.now()
    by = actor_of(request, desk, "staff:access")
    standing = queries.standing(desk.ods, found.patient_id, desk.member.staff_id, at=at)
    cause = next((one for one in Cause if one.value == request.POST.get("cause")), None)
    if request.method == "POST" and standing.cause and request.POST.get("lift") == "yes":
        actions.lift(ods=desk.ods, patient_id=found.patient_id, by=by, at=at)
        return see_other(base_of(found))
    if request.method == "POST" and cause is not None and standing.cause is None:
        actions.restrict(ods=desk.ods, patient_id=found.patient_id, cause=cause, by=by, at=at)
        return see_other(base_of(found))
    missing = standing.cause is None and request.method == "POST"
    causes = tuple(Option(one.value, _(words)) for one, words in CAUSES.items())
    field = Field("cause", _("Why?"), Shape.ONE_OF, options=causes)
    fields = with_errors((field,), {"cause": _("Choose why the record must be restricted")} if missing else {})
    context = {
        "title": _("Lift the restriction?") if standing.cause else _("Restrict this record?"),
        "cause": _(CAUSES[standing.cause]) if standing.cause else "",
        "base": base_of(found),
        "here": f"{base_of(found)}/restrict",
        "fields": fields,
        "errors": summary(fields),
    }
    return page(request, "staff/restrict.html", desk, context, found)


def _desk_that_checks(request: HttpRequest) -> Desk:
    desk = desk_of(request)
    if not desk.may_check:
        raise PermissionDenied
    return desk


@audience(Audience.STAFF)
@require_safe
def openings(request: HttpRequest) -> HttpResponse:
    """Who opened a closed record and nobody has checked it: oldest first."""
    return _openings(request, _desk_that_checks(request), request.GET.get("done", ""))


def _openings(request: HttpRequest, desk: Desk, done: str) -> HttpResponse:
    found = queries.unchecked(desk.ods, limit=PAGE_SIZE)
    record_staff_read(request, desk, None, route=OPENINGS, served=(), at=clock.now())
    patients = registry.patients({opening.patient_id for opening in found})
    context = {
        "title": _("Closed records that were opened"),
        "rows": [opening_row(desk, opening, patients[opening.patient_id]) for opening in found],
        "more": queries.count_unchecked(desk.ods) > len(found),
        "done": done,
    }
    return page(request, "staff/openings.html", desk, context)


def _gone(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Nothing waits under this id: somebody has checked it, or it is none of this practice's."""
    response = _openings(request, desk, "gone")
    response.status_code = 404
    return response


@audience(Audience.STAFF)
@require_http_methods(["GET", "HEAD", "POST"])
def opening(request: HttpRequest, opening_id: UUID) -> HttpResponse:
    """One opening: who, whose record, why; and what is found of it."""
    desk = _desk_that_checks(request)
    found = queries.unchecked_opening(desk.ods, opening_id)
    if found is None:
        return _gone(request, desk)
    if request.method == "POST" and not may_check(desk.member.roles, desk.member.staff_id, found):
        raise PermissionDenied
    fields = _finding_fields()
    if request.method == "POST":
        fields = filled(fields, request)
        finding = next((one for one in Finding if one.value == fields[0].value), None)
        errors = _too_long(fields[1])
        if finding is not None and not errors:
            by = actor_of(request, desk, "staff:governance")
            words, at = fields[1].value, clock.now()
            done = actions.check(opening=found, member=desk.member, finding=finding, words=words, by=by, at=at)
            return see_other(f"{OPENINGS}?done=checked") if done else _gone(request, desk)
        missing = {"finding": _("Choose what you found")} if finding is None else {}
        fields = with_errors(fields, missing | errors)
    patient = registry.patient(found.patient_id)
    record_staff_read(request, desk, patient, route=OPENINGS, served=(), at=clock.now())
    context = {
        "title": _("Was it justified?"),
        "row": opening_row(desk, found, patient),
        "fields": fields,
        "errors": summary(fields),
    }
    return page(request, "staff/opening.html", desk, context)
