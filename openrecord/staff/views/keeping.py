"""Keeping a part of a record from people who act for the patient, and sharing it again. It acts at once."""

from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from openrecord.access import actions
from openrecord.access import queries as access
from openrecord.access.events import PartShared
from openrecord.access.types import ViewerKind
from openrecord.kit import clock
from openrecord.registry.types import Patient
from openrecord.screening import queries as screening
from openrecord.staff.desk import Desk, actor_of, desk_of, page, record_staff_read
from openrecord.staff.presenters.entries import row
from openrecord.staff.presenters.keeping import act_of, fields_of, line, mistakes
from openrecord.staff.presenters.proxies import name_of
from openrecord.staff.record import StaffEntry, patient_entry
from openrecord.staff.views.hiding import AUTHORITY
from openrecord.staff.views.patient import base_of, entry_of
from openrecord.staff.views.preview import registered_patient
from openrecord.web.audience import Audience, audience
from openrecord.web.forms import filled, summary, with_errors
from openrecord.web.redirects import see_other
from openrecord.web.text import gettext as _


def _names(patient: Patient) -> dict[str, str]:
    """Who acts for the patient: viewer and name."""
    every = access.linked(patient.patient_id, at=clock.now())
    return {str(one.viewer.viewer_id): name_of(one) for one in every if one.viewer.kind is ViewerKind.PROXY}


def _entries(desk: Desk, patient: Patient, wanted: frozenset[UUID]) -> dict[UUID, StaffEntry]:
    """The entries with these public ids, of those that the practice controls."""
    states = screening.states(patient.patient_id).values() if wanted else ()
    at = clock.now()
    found = (
        patient_entry(desk.ods, patient.patient_id, UUID(bytes=state.facts.entry_id), at=at)
        for state in states
        if state.public_id in wanted
    )
    return {one.public_id: one for one in found if one is not None}


@audience(Audience.STAFF)
@require_http_methods(["GET", "HEAD", "POST"])
def kept(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The list; sharing one of them again."""
    desk = desk_of(request)
    if request.method == "POST" and not desk.may_decide:
        raise PermissionDenied
    patient = registered_patient(desk, public_id)
    at = clock.now()
    here = f"{base_of(patient)}/kept"
    parts = {str(one.keep_id): one for one in access.facts(patient.patient_id, at=at).kept if not one.over}
    wanted = parts.get(request.POST.get("keep", ""))
    if request.method == "POST" and wanted is not None:
        by = actor_of(request, desk, AUTHORITY)
        actions.record(patient_id=patient.patient_id, act=PartShared(keep=wanted.keep_id), by=by, at=at)
        return see_other(f"{here}?saved")
    entries = _entries(desk, patient, frozenset(one.entry for one in parts.values() if one.entry is not None))
    record_staff_read(request, desk, patient, route="/staff/kept", served=entries.keys(), at=at)
    titles = {entry: row(one, base_of(patient)).title for entry, one in entries.items()}
    names = _names(patient)
    context = {
        "title": _("Kept from people who act for the patient"),
        "base": base_of(patient),
        "here": here,
        "lines": [
            line(one, titles.get(one.entry, _("One entry")) if one.entry is not None else "", names)
            for one in parts.values()
        ],
        "saved": "saved" in request.GET,
    }
    return page(request, "staff/kept.html", desk, context, patient)


@audience(Audience.STAFF)
@require_http_methods(["GET", "HEAD", "POST"])
def keep(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The form, for one entry (`entry` in the address) or for a part of the record; and that, at once."""
    desk = desk_of(request)
    if not desk.may_decide:
        raise PermissionDenied
    patient = registered_patient(desk, public_id)
    entry = _entry(request, desk, patient)
    fields = fields_of(_names(patient), one_entry=entry is not None)
    at = clock.now()
    here = f"{base_of(patient)}/kept"
    if request.method == "POST":
        fields = filled(fields, request)
        errors = mistakes(fields)
        if not errors:
            act = act_of(fields, None if entry is None else entry.public_id)
            actions.record(patient_id=patient.patient_id, act=act, by=actor_of(request, desk, AUTHORITY), at=at)
            return see_other(f"{here}?saved")
        fields = with_errors(fields, errors)
    served = () if entry is None else (entry.public_id,)
    record_staff_read(request, desk, patient, route="/staff/kept/new", served=served, at=at)
    context = {
        "title": _("Keep this from people who act for the patient?")
        if entry
        else _("What do you want to keep from them?"),
        "here": here,
        "row": None if entry is None else row(entry, base_of(patient)),
        "fields": fields,
        "errors": summary(fields),
    }
    return page(request, "staff/keep.html", desk, context, patient)


def _entry(request: HttpRequest, desk: Desk, patient: Patient) -> StaffEntry | None:
    """The entry that the address names, None where it names none. Raises Http404 for none of the practice's."""
    named = request.GET.get("entry")
    if named is None:
        return None
    try:
        return entry_of(desk, patient, UUID(named))
    except ValueError as error:
        raise Http404 from error
