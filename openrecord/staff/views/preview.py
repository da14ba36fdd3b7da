"""What the patient sees, through the patient's own Sight and the patient's own templates (R37)."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from openrecord.access import queries as access
from openrecord.attachments import queries as attachments
from openrecord.clinical.kinds import Slot
from openrecord.kit import clock
from openrecord.registry.types import Patient
from openrecord.staff.desk import Desk, desk_of, is_registered, page, patient_of, record_staff_read
from openrecord.staff.record import patient_viewer
from openrecord.staff.views.patient import base_of
from openrecord.timeline import queries as timeline
from openrecord.timeline.types import BadCursor, Page, Reader
from openrecord.web.audience import Audience, audience
from openrecord.web.records.absent import Empty, empty
from openrecord.web.records.files import cards
from openrecord.web.records.lists import list_context
from openrecord.web.records.sections import BY_SLUG, SECTIONS, detail_of, shown
from openrecord.web.records.trends import test_of
from openrecord.web.text import gettext as _

PAGE_SIZE = 50
PATIENTS_CHANNEL = "web"
LAYOUT = {"layout": "staff/preview_layout.html"}


def registered_patient(desk: Desk, public_id: UUID, *, content: bool = True) -> Patient:
    """The patient of a preview, which is the whole record, whoever wrote it. Raises Http404."""
    found = patient_of(desk, public_id, content=content)
    if not is_registered(desk, found, clock.now()):
        raise Http404
    return found


def reader_of(patient: Patient) -> Reader | None:
    """The patient as a reader of their own record; None while they have no account."""
    viewer = patient_viewer(access.facts(patient.patient_id, at=clock.now()))
    if viewer.granted is None:
        return None
    return Reader(patient.patient_id, viewer.viewer_id, None, PATIENTS_CHANNEL)


def empty_of(reader: Reader, served: Page, slots: Collection[Slot], at: datetime, usual: str = "") -> Empty:
    """What the patient is told where a page holds nothing."""
    if served.entries:
        return empty(None, usual)
    why = access.absence(reader.patient_id, reader.viewer_id, slots, channel=reader.channel, at=at)
    return empty(None if why is None else why.value, usual)


@audience(Audience.STAFF)
@require_safe
def hub(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The sections, as the patient's home page shows them."""
    desk = desk_of(request)
    found = registered_patient(desk, public_id)
    base = f"{base_of(found)}/preview"
    context = {
        **LAYOUT,
        "title": _("Your GP record"),
        "has_account": reader_of(found) is not None,
        "base": base,
        "cards": [(f"{base}/{item.slug}", _(item.title), _(item.hint)) for item in SECTIONS],
    }
    return page(request, "staff/preview_hub.html", desk, context, found)


@audience(Audience.STAFF)
@require_safe
def section(request: HttpRequest, public_id: UUID, slug: str) -> HttpResponse:
    """One section as the patient sees it."""
    desk = desk_of(request)
    found = registered_patient(desk, public_id)
    section_found, reader = BY_SLUG.get(slug), reader_of(found)
    if section_found is None or reader is None:
        raise Http404
    at = clock.now()
    after = request.GET.get("after") or None
    try:
        served = timeline.page(
            reader, slots=section_found.slots, ahead=section_found.ahead, limit=PAGE_SIZE, after=after, at=at
        )
    except BadCursor as error:
        raise Http404 from error
    ids = [entry.public_id for entry in served.entries]
    record_staff_read(request, desk, found, route="/staff/preview", served=ids, at=at)
    base = f"{base_of(found)}/preview"
    entries = [shown(entry.slot, entry.clinical, entry.body, base) for entry in served.entries]
    context = {
        **LAYOUT,
        **list_context(
            section_found,
            entries,
            base=base,
            cursor=served.next_cursor,
            first=after is None,
            empty=empty_of(reader, served, section_found.slots, at),
        ),
        "back_href": base,
        "back_text": _("Your GP record"),
    }
    return page(request, "records/list.html", desk, context, found)


@audience(Audience.STAFF)
@require_safe
def entry(request: HttpRequest, public_id: UUID, slug: str, entry_id: UUID) -> HttpResponse:
    """One entry as the patient sees it."""
    desk = desk_of(request)
    found = registered_patient(desk, public_id)
    section_found, reader = BY_SLUG.get(slug), reader_of(found)
    at = clock.now()
    served = timeline.entry(reader, entry_id, at=at) if reader is not None else None
    if section_found is None or reader is None or served is None:
        raise Http404
    base = f"{base_of(found)}/preview"
    one = shown(served.slot, served.clinical, served.body, base)
    members, test = timeline.members(reader, entry_id, at=at), test_of(one)
    earlier = () if test is None else timeline.earlier(reader, served, test, at=at)
    ids = [item.public_id for item in (served, *members, *earlier)]
    record_staff_read(request, desk, found, route="/staff/preview", served=ids, at=at)
    below, before = (
        [shown(item.slot, item.clinical, item.body, base) for item in items] for items in (members, earlier)
    )
    context = {
        **LAYOUT,
        "title": _(section_found.title),
        "section_title": _(section_found.title),
        "entry": detail_of(one, below, before),
        "files": cards(one, attachments.files_of(found.patient_id, entry_id, served.body)),
        "back_href": f"{base}/{slug}",
        "back_text": _(section_found.title),
    }
    return page(request, "records/detail.html", desk, context, found)
