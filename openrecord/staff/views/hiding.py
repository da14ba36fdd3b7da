"""Hiding an entry from the patient and everybody acting for them, and undoing that. Each is confirmed first."""

from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from openrecord.kit import clock
from openrecord.registry.types import Patient
from openrecord.screening import queries as screening
from openrecord.screening.actions import acts
from openrecord.screening.types import EntryId, HideReason
from openrecord.staff import record
from openrecord.staff.desk import Desk, actor_of, desk_of, page, patient_of
from openrecord.staff.presenters.entries import EntryRow, row
from openrecord.staff.record import StaffEntry
from openrecord.staff.views.patient import base_of, entry_of
from openrecord.web.audience import Audience, audience
from openrecord.web.forms import FieldError
from openrecord.web.redirects import own_path, see_other
from openrecord.web.text import gettext as _

AUTHORITY = "staff:screening"
LONGEST_NAME = 200


def reasons_for(desk: Desk) -> tuple[tuple[str, str, str], ...]:
    """The reasons this member of staff may give: value, words, explanation (R32)."""
    harm = (
        HideReason.SERIOUS_HARM.value,
        _("Serious harm"),
        _("It would probably cause serious harm to the physical or mental health of the patient or somebody else."),
    )
    others = (
        (
            HideReason.THIRD_PARTY.value,
            _("Another person"),
            _("It is about somebody else, or came from somebody else, and the patient does not know it."),
        ),
        (HideReason.OTHER.value, _("Another lawful reason"), _("Another exemption of data protection law applies.")),
    )
    return (harm, *others) if desk.may_judge_harm else others


def mistakes(desk: Desk, reason: str, responsible: str) -> tuple[FieldError, ...]:
    """What is missing in the form."""
    if reason not in {value for value, _words, _hint in reasons_for(desk)}:
        return (FieldError("reason-1", _("Choose why the entry must be hidden")),)
    if reason == HideReason.SERIOUS_HARM.value and not responsible:
        return (FieldError("responsible", _("Enter the clinician who is responsible for this decision")),)
    return ()


def shared_with(desk: Desk, patient: Patient, entry_id: UUID) -> tuple[EntryRow, ...]:
    """The problems and plans linked with the entry, which stay visible when it is hidden."""
    linked = sorted(acts.shared_items(patient.patient_id, EntryId(entry_id.bytes)))
    at = clock.now()
    found = (record.patient_entry(desk.ods, patient.patient_id, UUID(bytes=item), at=at) for item in linked)
    return tuple(row(entry, base_of(patient)) for entry in found if entry is not None)


def _desk_that_decides(request: HttpRequest) -> Desk:
    desk = desk_of(request)
    if not desk.may_decide:
        raise PermissionDenied
    return desk


def overtaken() -> str:
    """What somebody reads whose decision rested on what is no longer so."""
    return _(
        "Somebody else decided about this entry, or it changed, while you had it open. "
        "Nothing that you chose was done. This is how it stands now."
    )


@audience(Audience.STAFF)
@require_http_methods(["GET", "HEAD", "POST"])
def hide(request: HttpRequest, public_id: UUID, entry_id: UUID) -> HttpResponse:
    """Ask for the reason, then for confirmation, then hide."""
    desk = _desk_that_decides(request)
    found = patient_of(desk, public_id)
    one = entry_of(desk, found, entry_id)
    reason = request.POST.get("reason", "")
    responsible = request.POST.get("responsible", "").strip()[:LONGEST_NAME]
    if request.method != "POST":
        return asked(request, desk, found, one, reason, responsible)
    errors = mistakes(desk, reason, responsible)
    if errors:
        return asked(request, desk, found, one, reason, responsible, errors)
    if request.POST.get("confirmed") != "yes":
        return _confirmed_first(request, desk, found, one, reason, responsible)
    try:
        acts.hide(
            patient_id=found.patient_id,
            entry_id=EntryId(entry_id.bytes),
            reason=HideReason(reason),
            responsible=responsible or None,
            seen=request.POST.get("seen"),
            by=actor_of(request, desk, AUTHORITY),
            at=clock.now(),
        )
    except acts.Overtaken:
        errors = (FieldError("reason-1", overtaken()),)
        return asked(request, desk, found, entry_of(desk, found, entry_id), reason, responsible, errors)
    return see_other(_back(request) or f"{base_of(found)}/entries/{entry_id}?done=hidden")


def _back(request: HttpRequest) -> str:
    """The review of a history from which the entry is hidden, so that it goes on there; empty where there is none."""
    path = own_path(request.POST.get("back") or request.GET.get("back"), "")
    return path if path.startswith("/staff/requests/") else ""


def asked(
    request: HttpRequest,
    desk: Desk,
    patient: Patient,
    one: StaffEntry,
    reason: str,
    responsible: str,
    errors: tuple[FieldError, ...] = (),
) -> HttpResponse:
    """The form that asks why, with what was chosen and typed so far."""
    context = {
        "title": _("Why must this entry be hidden?"),
        "here": f"{base_of(patient)}/entries/{one.entry_id}",
        "row": row(one, base_of(patient)),
        "reasons": reasons_for(desk),
        "reason": reason,
        "responsible": responsible,
        "seen": stamp_of(patient, one.entry_id),
        "back": _back(request),
        "errors": errors,
        "error_of": {error.field: error.text for error in errors},
    }
    return page(request, "staff/hide.html", desk, context, patient)


def _confirmed_first(
    request: HttpRequest, desk: Desk, patient: Patient, one: StaffEntry, reason: str, responsible: str
) -> HttpResponse:
    """`seen` stays as the form had it: what was chosen there rests on it."""
    context = {
        "title": _("Hide this entry?"),
        "here": f"{base_of(patient)}/entries/{one.entry_id}",
        "row": row(one, base_of(patient)),
        "reason": reason,
        "responsible": responsible,
        "seen": request.POST.get("seen", stamp_of(patient, one.entry_id)),
        "back": _back(request),
        "shared": shared_with(desk, patient, one.entry_id),
    }
    return page(request, "staff/hide_confirm.html", desk, context, patient)


def stamp_of(patient: Patient, entry_id: UUID) -> str:
    """Names what somebody sees of an entry now, for a form."""
    return screening.stamp(patient.patient_id, EntryId(entry_id.bytes))


@audience(Audience.STAFF)
@require_http_methods(["GET", "HEAD", "POST"])
def unhide(request: HttpRequest, public_id: UUID, entry_id: UUID) -> HttpResponse:
    """Ask for confirmation, then lift the hides of this practice; what a clinician judged harmful a clinician lifts."""
    desk = _desk_that_decides(request)
    found = patient_of(desk, public_id)
    one = entry_of(desk, found, entry_id)
    if not desk.may_lift(one.hides):
        raise PermissionDenied
    base = base_of(found)
    if request.method == "POST":
        try:
            acts.unhide(
                patient_id=found.patient_id,
                entry_id=EntryId(entry_id.bytes),
                seen=request.POST.get("seen"),
                by=actor_of(request, desk, AUTHORITY),
                at=clock.now(),
            )
        except acts.Overtaken:
            return see_other(f"{base}/entries/{entry_id}?done=overtaken")
        return see_other(f"{base}/entries/{entry_id}?done=unhidden")
    context = {
        "title": _("Stop hiding this entry?"),
        "here": f"{base}/entries/{entry_id}",
        "seen": stamp_of(found, entry_id),
        "row": row(one, base),
    }
    return page(request, "staff/unhide.html", desk, context, found)


@audience(Audience.STAFF)
@require_http_methods(["GET", "HEAD", "POST"])
def somebody_elses(request: HttpRequest, public_id: UUID, entry_id: UUID) -> HttpResponse:
    """Ask for confirmation, then say that the entry belongs to somebody else: nobody takes that back."""
    desk = _desk_that_decides(request)
    found = patient_of(desk, public_id)
    one = entry_of(desk, found, entry_id)
    here = f"{base_of(found)}/entries/{entry_id}"
    if request.method == "POST":
        by = actor_of(request, desk, AUTHORITY)
        acts.mark_wrong_person(patient_id=found.patient_id, entry_id=EntryId(entry_id.bytes), by=by, at=clock.now())
        return see_other(f"{here}?done=somebody-elses")
    context = {"title": _("Does this entry belong to somebody else?"), "here": here, "row": row(one, base_of(found))}
    return page(request, "staff/somebody_elses.html", desk, context, found)
