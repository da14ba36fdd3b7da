"""Two records of one person become one, after a look at what that does, and are parted again."""

from datetime import datetime
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from openrecord.clinical.nhs_number import InvalidNhsNumber, parse
from openrecord.kit import clock
from openrecord.registry import actions
from openrecord.registry import queries as registry
from openrecord.registry.types import MergeReason, PartReason, Patient
from openrecord.restricted import queries as restricted
from openrecord.restricted.rules import has_to_say_why
from openrecord.screening import queries as screening
from openrecord.screening.together import hindrance, outlook
from openrecord.staff.desk import Desk, actor_of, desk_of, may_say_whose, page, patient_of, record_staff_read
from openrecord.staff.presenters import together as words
from openrecord.staff.views.patient import base_of
from openrecord.web import limits
from openrecord.web.audience import Audience, audience
from openrecord.web.forms import Field, Option, Shape, chosen, filled, summary, with_errors
from openrecord.web.redirects import see_other
from openrecord.web.text import gettext as _

AUTHORITY, ROUTE = "staff:records", "/staff/together"


class _Refused(Exception):
    """The record named may not become part of this one. `args`: why, in words."""


@audience(Audience.STAFF, rate=limits.FIND_PATIENT)
@require_http_methods(["GET", "HEAD", "POST"])
def together(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Ask which record is the other one; show what merging does; merge when that is confirmed with a reason."""
    desk, found = _opened(request, public_id)
    fields: tuple[Field, ...] = (_number(),)
    if request.method == "POST":
        fields = filled(fields, request)
        try:
            other = _other(desk, found, fields[0].value, clock.now())
            return _looked(request, desk, found, other)
        except _Refused as refused:
            fields = with_errors(fields, {"number": str(refused)})
    record_staff_read(request, desk, found, route=ROUTE, served=(), at=clock.now())
    context = {
        "title": _("Two records of one person"),
        "base": base_of(found),
        "here": f"{base_of(found)}/together",
        "fields": fields,
        "errors": summary(fields),
        "merged": words.merged_rows(desk.ods, found, base_of(found)),
        "done": request.GET.get("done", ""),
    }
    return page(request, "staff/together.html", desk, context, found)


def _opened(request: HttpRequest, public_id: UUID) -> tuple[Desk, Patient]:
    """The desk and the record that goes on. Raises PermissionDenied; Http404 where it is not this practice's to say."""
    desk = desk_of(request)
    if not desk.may_merge:
        raise PermissionDenied
    found = patient_of(desk, public_id, content=False)
    if not may_say_whose(desk, found, clock.now()):
        raise Http404
    return desk, found


def _other(desk: Desk, patient: Patient, typed: str, at: datetime) -> Patient:
    """The record with this number. Raises _Refused; whom the practice does not have is nobody."""
    try:
        other = registry.patient_by_nhs_number(parse(typed))
    except InvalidNhsNumber:
        raise _Refused(_("Enter an NHS number of 10 digits, like 999 123 4567")) from None
    if other is None or not may_say_whose(desk, other, at):
        raise _Refused(_(words.NOBODY))
    standing = restricted.standing(desk.ods, other.patient_id, desk.member.staff_id, at=at)
    if has_to_say_why(desk.member.roles, standing, at, content=False):
        raise _Refused(_("That record is restricted. Find it, say why you open it, then come back here."))
    why = hindrance(patient, other)
    if why is not None:
        raise _Refused(_(words.BARS[why]))
    return other


def _looked(request: HttpRequest, desk: Desk, found: Patient, other: Patient) -> HttpResponse:
    """What merging does, and the question why; with the answer, the deed. Raises _Refused where it came too late."""
    at, fields = clock.now(), _merging()
    if request.POST.get("confirmed") == "yes":
        fields = filled(fields, request)
        errors = _mistakes(fields)
        if not errors:
            return _merged(request, desk, found, other, MergeReason(fields[0].value))
        fields = with_errors(fields, errors)
    for patient in (found, other):
        record_staff_read(request, desk, patient, route=ROUTE, served=(), at=at)
    told = outlook(found, other, at=at, org=desk.ods)
    context = {
        "title": _("Merge these two records?"),
        "here": f"{base_of(found)}/together",
        "other": other,
        "other_here": f"{base_of(other)}/together",
        "outlook": told,
        "compared": words.compared(told),
        "effects": words.effects(told),
        "fields": fields,
        "errors": summary(fields),
    }
    return page(request, "staff/together_look.html", desk, context, found)


def _merged(request: HttpRequest, desk: Desk, found: Patient, other: Patient, reason: MergeReason) -> HttpResponse:
    try:
        actions.merge(
            survivor=found.patient_id,
            other=other.patient_id,
            reason=reason,
            by=actor_of(request, desk, AUTHORITY),
            at=clock.now(),
        )
    except actions.NotMergeable as error:
        raise _Refused(_(words.BARS[error.why])) from None
    except registry.UnknownPatient:
        raise _Refused(_(words.NOBODY)) from None
    return see_other(f"{base_of(found)}/together?done=merged")


@audience(Audience.STAFF)
@require_http_methods(["GET", "HEAD", "POST"])
def part(request: HttpRequest, public_id: UUID, part_id: UUID) -> HttpResponse:
    """Say what goes back, ask why, and part the records again."""
    desk, found = _opened(request, public_id)
    parts = registry.parts(found.patient_id)
    other = next((one for one in parts if one.public_id == part_id and words.is_known(desk.ods, one)), None)
    if other is None:
        raise Http404
    at, fields = clock.now(), _parting()
    if request.method == "POST":
        fields = filled(fields, request)
        errors = _mistakes(fields)
        if not errors:
            return _parted(request, desk, found, other, PartReason(fields[0].value))
        fields = with_errors(fields, errors)
    record_staff_read(request, desk, found, route=ROUTE, served=(), at=at)
    came = screening.states(found.patient_id, screening.came_as(found.patient_id, other.patient_id)).values()
    context = {
        "title": _("Part these records again?"),
        "base": base_of(found),
        "here": f"{base_of(found)}/together",
        "other": other,
        "entries": sum(state.facts.org == desk.ods for state in came),
        "fields": fields,
        "errors": summary(fields),
    }
    return page(request, "staff/together_part.html", desk, context, found)


def _parted(request: HttpRequest, desk: Desk, found: Patient, other: Patient, reason: PartReason) -> HttpResponse:
    by = actor_of(request, desk, AUTHORITY)
    try:
        actions.part(other=other.patient_id, reason=reason, by=by, at=clock.now())
    except (actions.NotMergeable, registry.UnknownPatient):
        return see_other(f"{base_of(found)}/together?done=gone")
    return see_other(f"{base_of(found)}/together?done=parted")


def _number() -> Field:
    hint = _("10 digits, for example 999 123 4567. The other record becomes part of this one.")
    return Field("number", _("NHS number of the other record"), Shape.LINE, hint=hint)


def _merging() -> tuple[Field, ...]:
    reasons = tuple(Option(one.value, _(text)) for one, text in words.MERGE_REASONS.items())
    return (
        Field("reason", _("Why are there two records?"), Shape.ONE_OF, options=reasons),
        _sure(_("I made sure from papers or the national register that both are the same person")),
    )


def _parting() -> tuple[Field, ...]:
    reasons = tuple(Option(one.value, _(text)) for one, text in words.PART_REASONS.items())
    return (
        Field("reason", _("Why should they be two again?"), Shape.ONE_OF, options=reasons),
        _sure(_("I looked at both, and they have to be parted")),
    )


def _sure(text: str) -> Field:
    return Field("sure", _("Are you sure?"), Shape.SOME_OF, options=(Option("yes", text),))


def _mistakes(fields: tuple[Field, ...]) -> dict[str, str]:
    """What was left out, by the name of the field."""
    texts = {"reason": _("Choose a reason"), "sure": _("Confirm that you made sure")}
    return {field.name: texts[field.name] for field in fields if not chosen(field)}
