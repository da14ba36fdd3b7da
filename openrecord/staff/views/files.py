"""The files of an entry as the practice opens them: placed or not, to decide about it, and in the preview."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.http import require_safe

from openrecord.attachments import queries as attachments
from openrecord.attachments.types import Attached, NotAvailable
from openrecord.kit import clock
from openrecord.kit.london import day_of
from openrecord.registry.types import Patient
from openrecord.staff.desk import Desk, desk_of, page, patient_of, record_staff_read
from openrecord.staff.presenters.files import cards
from openrecord.staff.views.patient import base_of, entry_of
from openrecord.staff.views.preview import ROUTE, opened
from openrecord.timeline import queries as timeline
from openrecord.web import errors
from openrecord.web.audience import Audience, audience
from openrecord.web.file_answers import AROUND_A_FILE, File, answer
from openrecord.web.records import files as patients
from openrecord.web.records.files import FileCard
from openrecord.web.records.sections import BY_SLUG, shown
from openrecord.web.text import gettext as _


class _Found(NamedTuple):
    """A file that may be opened, the card that stands for it, the page of its entry, the day that names it, and what
    the pages around it say besides.
    """

    desk: Desk
    patient: Patient
    file: Attached
    card: FileCard
    entry_href: str
    day: datetime
    around: Mapping[str, Any]


def _one(files: Sequence[Attached], told: Sequence[FileCard], file_id: UUID) -> tuple[Attached, FileCard]:
    """The file with its card. Raises Http404 where it may not be opened."""
    for file, card in zip(files, told, strict=True):
        if file.file_id == file_id and file.is_open:
            return file, card
    raise Http404


def _kept(request: HttpRequest, public_id: UUID, entry_id: UUID, file_id: UUID) -> _Found:
    """A file of the practice's own entry, its reading recorded. Raises Http404."""
    desk, at = desk_of(request), clock.now()
    patient = patient_of(desk, public_id)
    one = entry_of(desk, patient, entry_id)
    files = attachments.files_of(patient.patient_id, one.public_id, one.body)
    here = f"{base_of(patient)}/entries/{entry_id}"
    file, card = _one(files, cards(files, here), file_id)
    record_staff_read(request, desk, patient, route="/staff/file", served=[one.public_id], at=at)
    return _Found(desk, patient, file, card, here, one.clinical or file.received, {})


def _previewed(
    request: HttpRequest, public_id: UUID, slug: str, entry_id: UUID, file_id: UUID, viewer_id: UUID | None
) -> _Found:
    """A file as the viewer gets it, its reading recorded. Raises Http404."""
    found, at = opened(request, public_id, viewer_id), clock.now()
    reader = found.reader
    served = timeline.entry(reader, entry_id, at=at)
    if slug not in BY_SLUG or served is None:
        raise Http404
    entry = shown(served.slot, served.clinical, served.body, found.base)
    files = attachments.files_of(found.patient.patient_id, entry_id, served.body)
    file, card = _one(files, patients.cards(entry, files), file_id)
    record_staff_read(request, found.desk, found.patient, route=ROUTE, served=[entry_id], seen_as=reader, at=at)
    around = found.context
    return _Found(found.desk, found.patient, file, card, entry.href, served.clinical or file.received, around)


@audience(Audience.STAFF)
@require_safe
def view(request: HttpRequest, public_id: UUID, entry_id: UUID, file_id: UUID) -> HttpResponse:
    """The page on which a PDF or an image is seen."""
    return _page(request, _kept(request, public_id, entry_id, file_id), _("Record entry"))


@audience(Audience.STAFF)
@require_safe
def show(request: HttpRequest, public_id: UUID, entry_id: UUID, file_id: UUID) -> HttpResponseBase:
    """The file itself, where a browser may show it."""
    return _handed_out(request, _kept(request, public_id, entry_id, file_id), is_saved=False)


@audience(Audience.STAFF)
@require_safe
def save(request: HttpRequest, public_id: UUID, entry_id: UUID, file_id: UUID) -> HttpResponseBase:
    """The file, to be saved."""
    return _handed_out(request, _kept(request, public_id, entry_id, file_id), is_saved=True)


@audience(Audience.STAFF)
@require_safe
def preview_view(
    request: HttpRequest, public_id: UUID, slug: str, entry_id: UUID, file_id: UUID, viewer_id: UUID | None = None
) -> HttpResponse:
    """The viewer's page on which a PDF or an image is seen."""
    found = _previewed(request, public_id, slug, entry_id, file_id, viewer_id)
    return _page(request, found, _("About this document"))


@audience(Audience.STAFF)
@require_safe
def preview_show(
    request: HttpRequest, public_id: UUID, slug: str, entry_id: UUID, file_id: UUID, viewer_id: UUID | None = None
) -> HttpResponseBase:
    """The file itself in the preview."""
    return _handed_out(request, _previewed(request, public_id, slug, entry_id, file_id, viewer_id), is_saved=False)


@audience(Audience.STAFF)
@require_safe
def preview_save(
    request: HttpRequest, public_id: UUID, slug: str, entry_id: UUID, file_id: UUID, viewer_id: UUID | None = None
) -> HttpResponseBase:
    """The file in the preview, to be saved."""
    return _handed_out(request, _previewed(request, public_id, slug, entry_id, file_id, viewer_id), is_saved=True)


def _page(request: HttpRequest, found: _Found, back_text: str) -> HttpResponse:
    if not found.file.kind.is_shown:
        raise Http404
    context = {
        **found.around,
        "title": _("Document"),
        "file": found.card,
        "source": f"{found.entry_href}/files/{found.file.file_id}/document",
        "is_picture": found.file.kind.is_picture,
        "back_href": found.entry_href,
        "back_text": back_text,
    }
    response = page(request, "records/file.html", found.desk, context, found.patient)
    for name, value in AROUND_A_FILE.items():
        response.headers[name] = value
    return response


def _handed_out(request: HttpRequest, found: _Found, *, is_saved: bool) -> HttpResponseBase:
    file = found.file
    handed = File(file.kind, file.size, day_of(found.day), lambda start, stop: attachments.content(file, start, stop))
    try:
        return answer(request, handed, is_saved=is_saved)
    except NotAvailable:
        return errors.page(request, 500)
