"""Files of the practice's patients that came and were refused: whose, with what, why, and what to do."""

from urllib.parse import urlencode
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_POST, require_safe

from openrecord.attachments import actions
from openrecord.attachments import queries as attachments
from openrecord.kit import clock
from openrecord.registry.types import Patient
from openrecord.restricted import queries as restricted
from openrecord.staff.desk import Desk, actor_of, desk_of, known_patient, page, record_staff_reads
from openrecord.staff.presenters.refused import rows
from openrecord.staff.refused import refused_files
from openrecord.staff.views.patient import base_of
from openrecord.web.audience import Audience, audience
from openrecord.web.redirects import see_other
from openrecord.web.text import gettext as _

PAGE_SIZE = 25
ROUTE = "/staff/documents/refused"
AUTHORITY = "staff:documents"


@audience(Audience.STAFF)
@require_safe
def refused(request: HttpRequest) -> HttpResponse:
    """The list, a page at a time, the newest first. What a closed record has is not told."""
    desk = desk_of(request)
    after = request.GET.get("after", "")
    found = refused_files(desk.ods, limit=PAGE_SIZE + 1, after=after)
    shown, more = found[:PAGE_SIZE], len(found) > PAGE_SIZE
    patients = {one.patient.patient_id for one in shown}
    closed = restricted.restricted_at(desk.ods) if desk.may_read else frozenset(patients)
    served = [(one.patient, one.refused.file.public_id) for one in shown if one.patient.patient_id not in closed]
    record_staff_reads(request, desk, served, route=ROUTE, at=clock.now())
    context = {
        "title": _("Documents that were refused"),
        "rows": rows(shown, closed),
        "older_href": f"{ROUTE}?after={shown[-1].refused.cursor}" if more else "",
        "first_href": ROUTE if after else "",
        "done": request.GET.get("done", ""),
        "undo": _undo(desk, request.GET.get("last", "")),
    }
    return page(request, "staff/refused_files.html", desk, context)


def _undo(desk: Desk, last: str) -> str:
    """Where the file that was taken off the list just before is put back. Raises Http404 where it is none of theirs."""
    if not last:
        return ""
    try:
        public_id, entry_id, file_id = (UUID(part) for part in last.split("/"))
    except ValueError as error:
        raise Http404 from error
    patient = _whose(desk, public_id, entry_id, file_id)
    return f"{base_of(patient)}/entries/{entry_id}/files/{file_id}/unseen"


def _whose(desk: Desk, public_id: UUID, entry_id: UUID, file_id: UUID) -> Patient:
    """The patient of a refused file of the desk's practice. Raises Http404 for all others."""
    patient = known_patient(desk, public_id)
    if not attachments.was_refused(desk.ods, patient.patient_id, entry_id, file_id):
        raise Http404
    return patient


@audience(Audience.STAFF)
@require_POST
def seen(request: HttpRequest, public_id: UUID, entry_id: UUID, file_id: UUID) -> HttpResponse:
    """Take a file off the list: whoever reads the list may."""
    desk = desk_of(request)
    patient = _whose(desk, public_id, entry_id, file_id)
    by = actor_of(request, desk, AUTHORITY)
    actions.note_seen(patient_id=patient.patient_id, file_id=file_id, by=by, at=clock.now())
    last = f"{patient.public_id}/{entry_id}/{file_id}"
    return see_other(f"{ROUTE}?{urlencode({'done': 'seen', 'last': last}, safe='/')}")


@audience(Audience.STAFF)
@require_POST
def unseen(request: HttpRequest, public_id: UUID, entry_id: UUID, file_id: UUID) -> HttpResponse:
    """Put it back."""
    desk = desk_of(request)
    patient = _whose(desk, public_id, entry_id, file_id)
    by = actor_of(request, desk, AUTHORITY)
    actions.note_unseen(patient_id=patient.patient_id, file_id=file_id, by=by, at=clock.now())
    return see_other(f"{ROUTE}?done=unseen")
