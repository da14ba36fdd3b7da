"""The files of an entry: seen on a page, shown in its frame, or saved.

Who is served the entry is served its files, by the same question to the timeline; everybody else finds no page,
whatever there is.
"""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.http import require_safe

from openrecord.attachments import queries as attachments
from openrecord.attachments.types import Attached, NotAvailable
from openrecord.kit import clock
from openrecord.kit.london import day_of
from openrecord.portal.acting import Acting, acting, record_page_read
from openrecord.portal.pages import page
from openrecord.portal.views.record import BASE, as_shown
from openrecord.timeline import queries as timeline
from openrecord.web import errors
from openrecord.web.audience import Audience, audience
from openrecord.web.file_answers import AROUND_A_FILE, File, answer
from openrecord.web.records.files import cards
from openrecord.web.records.sections import BY_SLUG
from openrecord.web.records.values import Shown
from openrecord.web.text import gettext as _


class _Found(NamedTuple):
    """A file that this reader may open now, the entry that it came with, and the others of it."""

    by: Acting
    entry: Shown
    file: Attached
    all: tuple[Attached, ...]


def _find(request: HttpRequest, slug: str, public_id: UUID, file_id: UUID, route: str, at: datetime) -> _Found:
    """The file, its reading recorded. Raises Http404 for whatever may not be opened."""
    by = acting(request)
    if slug not in BY_SLUG or by is None:
        raise Http404
    served = timeline.entry(by.reader, public_id, at=at)
    if served is None:
        raise Http404
    files = attachments.files_of(by.viewing.patient_id, public_id, served.body)
    file = next((one for one in files if one.file_id == file_id and one.is_open), None)
    if file is None:
        raise Http404
    record_page_read(request, by, (served,), route=f"{BASE}/{slug}/{route}", query="", at=at)
    return _Found(by, as_shown(served), file, files)


@audience(Audience.PATIENT)
@require_safe
def view(request: HttpRequest, slug: str, public_id: UUID, file_id: UUID) -> HttpResponse:
    """The page on which a PDF or an image is seen."""
    found = _find(request, slug, public_id, file_id, "view", clock.now())
    if not found.file.kind.is_shown:
        raise Http404
    here = f"{BASE}/{slug}/{public_id}"
    context = {
        "title": _("Document"),
        "file": cards(found.entry, found.all)[found.all.index(found.file)],
        "source": f"{here}/files/{file_id}/document",
        "is_picture": found.file.kind.is_picture,
        "back_href": here,
        "back_text": _("About this document"),
    }
    response = page(request, "records/file.html", found.by, context)
    for name, value in AROUND_A_FILE.items():
        response.headers[name] = value
    return response


@audience(Audience.PATIENT)
@require_safe
def show(request: HttpRequest, slug: str, public_id: UUID, file_id: UUID) -> HttpResponseBase:
    """The file itself, where a browser may show it."""
    at = clock.now()
    return _handed_out(request, _find(request, slug, public_id, file_id, "file", at), is_saved=False)


@audience(Audience.PATIENT)
@require_safe
def save(request: HttpRequest, slug: str, public_id: UUID, file_id: UUID) -> HttpResponseBase:
    """The file, to be saved."""
    at = clock.now()
    return _handed_out(request, _find(request, slug, public_id, file_id, "save", at), is_saved=True)


def _handed_out(request: HttpRequest, found: _Found, *, is_saved: bool) -> HttpResponseBase:
    file, day = found.file, found.entry.clinical or found.file.received
    handed = File(file.kind, file.size, day_of(day), lambda start, stop: attachments.content(file, start, stop))
    try:
        return answer(request, handed, is_saved=is_saved)
    except NotAvailable:
        return errors.page(request, 500)
