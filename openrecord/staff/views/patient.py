"""A patient's record as the practice keeps it: every entry, whether the patient sees it, and why not."""

from datetime import datetime
from urllib.parse import quote
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from openrecord.access import due as access_due
from openrecord.access import queries as access
from openrecord.access.matters import NOTICES, Matter
from openrecord.access.rules.granting import own_bars
from openrecord.access.types import Reason
from openrecord.attachments import queries as attachments
from openrecord.kit import clock
from openrecord.registry import queries as registry
from openrecord.registry.types import Patient
from openrecord.restricted import queries as restricted
from openrecord.screening import listing
from openrecord.screening import queries as screening
from openrecord.screening.types import EntryId
from openrecord.staff import record
from openrecord.staff.desk import (
    Desk,
    desk_of,
    is_last_here,
    is_registered,
    may_say_whose,
    page,
    patient_of,
    record_staff_read,
)
from openrecord.staff.presenters.circumstances import left, standing
from openrecord.staff.presenters.entries import detail, row, rows
from openrecord.staff.presenters.files import cards
from openrecord.staff.presenters.matters import MatterRow
from openrecord.staff.presenters.matters import rows as matter_rows
from openrecord.staff.presenters.together import merged_rows
from openrecord.staff.record import StaffEntry
from openrecord.web.audience import Audience, audience
from openrecord.web.records.files import FileCard
from openrecord.web.text import gettext as _

PAGE_SIZE = 50
SHOWN = ("all", "visible", "not-visible")


def base_of(patient: Patient) -> str:
    """Where the pages about this patient begin."""
    return f"/staff/patients/{patient.public_id}"


def entry_of(desk: Desk, patient: Patient, entry_id: UUID) -> StaffEntry:
    """One entry that the desk's practice controls. Raises Http404."""
    found = record.patient_entry(desk.ods, patient.patient_id, entry_id, at=clock.now())
    if found is None:
        raise Http404
    return found


def files_of(patient: Patient, entry: StaffEntry) -> tuple[FileCard, ...]:
    """What stands on an entry's page about its files."""
    found = attachments.files_of(patient.patient_id, entry.public_id, entry.body)
    return cards(found, f"{base_of(patient)}/entries/{entry.entry_id}")


@audience(Audience.STAFF)
@require_safe
def patient(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Every entry of this patient that the practice controls, newest first."""
    desk = desk_of(request)
    found = patient_of(desk, public_id)
    at = clock.now()
    after = request.GET.get("after") or None
    show = request.GET.get("show", "all")
    entries = record.patient_entries(desk.ods, found.patient_id, at=at, limit=PAGE_SIZE + 1, after=after)
    more, entries = len(entries) > PAGE_SIZE, entries[:PAGE_SIZE]
    record_staff_read(request, desk, found, route="/staff/patients", served=[e.public_id for e in entries], at=at)
    base = base_of(found)
    kept = f"show={quote(show)}"
    context = {
        "title": _("Record entries"),
        "base": base,
        "matters": _open_matters(desk, found),
        "restricted": found.patient_id in restricted.restricted_at(desk.ods),
        "came_restricted": len(screening.labelled(found.patient_id, desk.ods)),
        "previews": is_registered(desk, found, at),
        "is_last_here": is_last_here(desk, found, at),
        "circumstances": _circumstances(desk, found, at),
        "is_young": not own_bars(access.facts(found.patient_id, at=at), at),
        "records_requests": desk.may_record_requests and not found.died,
        "merges": may_say_whose(desk, found, at),
        "merged": merged_rows(desk.ods, found, base),
        "rows": rows(entries, base, show),
        "filters": [
            (f"{base}?show={name}", words, name == show) for name, words in zip(SHOWN, _filters(), strict=True)
        ],
        "older_href": f"{base}?{kept}&after={entries[-1].entry_id}" if more else "",
        "first_href": f"{base}?{kept}" if after else "",
    }
    return page(request, "staff/patient.html", desk, context, found)


def _circumstances(desk: Desk, patient: Patient, at: datetime) -> tuple[str, ...]:
    """Death, a protected address, and that they have left: a sentence each."""
    said = standing(registry.patients(registry.names(patient.patient_id)).values())
    return said if patient.died or is_registered(desk, patient, at) else (*said, left())


def _open_matters(desk: Desk, patient: Patient) -> tuple[MatterRow, ...]:
    """What waits for the practice about this patient's access: it stands where the record is read, too (R38)."""
    found = access_due.open_about(desk.ods, patient.patient_id, frozenset(Matter) - NOTICES)
    return matter_rows(found, clock.now())


def _filters() -> tuple[str, str, str]:
    return _("All entries"), _("Visible to patient"), _("Not visible")


@audience(Audience.STAFF)
@require_safe
def entry(request: HttpRequest, public_id: UUID, entry_id: UUID) -> HttpResponse:
    """One entry: what it says, its state, its reasons, and what may be done."""
    desk = desk_of(request)
    found = patient_of(desk, public_id)
    one = entry_of(desk, found, entry_id)
    at = clock.now()
    record_staff_read(request, desk, found, route="/staff/entry", served=[one.public_id], at=at)
    base = base_of(found)
    waits = listing.listed_item(desk.ods, found.patient_id, EntryId(entry_id.bytes), at=at) is not None
    context = {
        "title": _("Record entry"),
        "base": base,
        "here": f"{base}/entries/{entry_id}",
        "entry_id": entry_id,
        "previews": is_registered(desk, found, at),
        "decide_href": f"/staff/queue/{found.public_id}/{entry_id}" if waits and desk.may_decide else "",
        "row": row(one, base),
        "entry": detail(one, base),
        "files": files_of(found, one),
        "hides": one.hides,
        "seen": screening.stamp(found.patient_id, EntryId(entry_id.bytes)),
        "is_theirs": Reason.WRONG_PERSON.value not in one.reasons,
        "done": request.GET.get("done", ""),
    }
    return page(request, "staff/entry.html", desk, context, found)


@audience(Audience.STAFF)
@require_safe
def came_restricted(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """What a sender marked as not for the patient, to be looked at before any history is opened (R35, R46)."""
    desk = desk_of(request)
    found = patient_of(desk, public_id)
    at = clock.now()
    entries = record.labelled_entries(desk.ods, found.patient_id, at=at)
    served = [one.public_id for one in entries]
    record_staff_read(request, desk, found, route="/staff/came-restricted", served=served, at=at)
    base = base_of(found)
    context = {"title": _("Entries that came restricted"), "base": base, "rows": rows(entries, base, "all")}
    return page(request, "staff/came_restricted.html", desk, context, found)
