"""Hiding an entry from the patient and everybody acting for them, and undoing that. Each is confirmed first."""

from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from openrecord.kit import clock
from openrecord.registry.types import Patient
from openrecord.screening.actions import acts
from openrecord.screening.types import EntryId, HideReason
from openrecord.staff import record
from openrecord.staff.desk import Desk, actor_of, desk_of, page, patient_of
from openrecord.staff.presenters.entries import EntryRow, row
from openrecord.staff.views.patient import base_of, entry_of
from openrecord.web.audience import Audience, audience
from openrecord.web.forms import FieldError
from openrecord.web.redirects import see_other
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


@audience(Audience.STAFF)
@require_http_methods(["GET", "HEAD", "POST"])
def hide(request: HttpRequest, public_id: UUID, entry_id: UUID) -> HttpResponse:
    """Ask for the reason, then for confirmation, then hide."""
    desk = _desk_that_decides(request)
    found = patient_of(desk, public_id)
    one = entry_of(desk, found, entry_id)
    base = base_of(found)
    reason = request.POST.get("reason", "")
    responsible = request.POST.get("responsible", "").strip()[:LONGEST_NAME]
    errors = mistakes(desk, reason, responsible) if request.method == "POST" else ()
    asked = request.method != "POST" or bool(errors)
    if not asked and request.POST.get("confirmed") == "yes":
        acts.hide(
            patient_id=found.patient_id,
            entry_id=EntryId(entry_id.bytes),
            reason=HideReason(reason),
            responsible=responsible or None,
            by=actor_of(request, desk, AUTHORITY),
            at=clock.now(),
        )
        return see_other(f"{base}/entries/{entry_id}?done=hidden")
    context = {
        "title": _("Why must this entry be hidden?") if asked else _("Hide this entry?"),
        "here": f"{base}/entries/{entry_id}",
        "row": row(one, base),
        "reasons": reasons_for(desk),
        "reason": reason,
        "responsible": responsible,
        "shared": () if asked else shared_with(desk, found, entry_id),
        "errors": errors,
        "error_of": {error.field: error.text for error in errors},
    }
    return page(request, "staff/hide.html" if asked else "staff/hide_confirm.html", desk, context, found)


@audience(Audience.STAFF)
@require_http_methods(["GET", "HEAD", "POST"])
def unhide(request: HttpRequest, public_id: UUID, entry_id: UUID) -> HttpResponse:
    """Ask for confirmation, then lift the hides of this practice."""
    desk = _desk_that_decides(request)
    found = patient_of(desk, public_id)
    one = entry_of(desk, found, entry_id)
    base = base_of(found)
    if request.method == "POST":
        acts.unhide(
            patient_id=found.patient_id,
            entry_id=EntryId(entry_id.bytes),
            by=actor_of(request, desk, AUTHORITY),
            at=clock.now(),
        )
        return see_other(f"{base}/entries/{entry_id}?done=unhidden")
    context = {
        "title": _("Stop hiding this entry?"),
        "here": f"{base}/entries/{entry_id}",
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
