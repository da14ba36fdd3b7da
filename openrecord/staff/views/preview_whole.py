"""The whole record by date and a search of it, as the patient sees them (R37)."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from openrecord.clinical.wording import words_of
from openrecord.db import keys
from openrecord.kit import clock
from openrecord.registry.types import Patient
from openrecord.staff.desk import Desk, desk_of, page, record_staff_read
from openrecord.staff.views.patient import base_of
from openrecord.staff.views.preview import LAYOUT, PAGE_SIZE, empty_of, reader_of, registered_patient
from openrecord.timeline import queries
from openrecord.timeline.types import NOTHING, BadCursor, Period, Reader
from openrecord.web import asked
from openrecord.web.audience import Audience, audience
from openrecord.web.records.lists import NOT_FOUND, answer_context, search_context, timeline_context, wrong_words
from openrecord.web.records.narrowing import narrowing
from openrecord.web.records.sections import shown
from openrecord.web.redirects import see_other
from openrecord.web.text import gettext as _

ROUTE = "/staff/preview"


def _opened(request: HttpRequest, public_id: UUID) -> tuple[Desk, Patient, Reader]:
    """The patient of the preview, as a reader. Raises Http404, also while they have no account."""
    desk = desk_of(request)
    found = registered_patient(desk, public_id)
    reader = reader_of(found)
    if reader is None:
        raise Http404
    return desk, found, reader


def _preview(patient: Patient) -> str:
    return f"{base_of(patient)}/preview"


@audience(Audience.STAFF)
@require_safe
def timeline(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """A page of everything by date, or of the part that was chosen."""
    desk, found, reader = _opened(request, public_id)
    part, after, at = narrowing(request.GET), request.GET.get("after") or None, clock.now()
    served = NOTHING
    if not part.errors:
        period = Period(part.since, part.until)
        try:
            served = queries.page(reader, slots=part.slots, period=period, limit=PAGE_SIZE, after=after, at=at)
        except BadCursor as error:
            raise Http404 from error
    ids = [entry.public_id for entry in served.entries]
    record_staff_read(request, desk, found, route=ROUTE, served=ids, at=at)
    base = _preview(found)
    context = timeline_context(
        part,
        [shown(entry.slot, entry.clinical, entry.body, base) for entry in served.entries],
        here=f"{base}/timeline",
        cursor=served.next_cursor,
        first=after is None,
        empty=empty_of(reader, served, part.slots, at),
    )
    return page(request, "records/timeline.html", desk, {**LAYOUT, **context, **_back(base)}, found)


@audience(Audience.STAFF)
@require_http_methods(["GET", "HEAD", "POST"])
def search(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The form and, once something was asked for, a page of what says it."""
    desk, found, reader = _opened(request, public_id)
    base, about = _preview(found), str(reader.viewer_id)
    here = f"{base}/search"
    if request.method == "POST":
        part, words = narrowing(request.POST), request.POST.get("words", "").strip()
        wrong = wrong_words(words)
        if not wrong and not part.errors:
            response = see_other(part.href(here))
            asked.keep(request, response, words, about=about, key=_key())
            return response
    else:
        part, words, wrong = narrowing(request.GET), asked.kept(request, about=about, key=_key()), ""
        if words and not part.errors:
            return _answer(request, desk, found, reader, words)
    context = search_context(part, words, wrong, here=here)
    return page(request, "records/search.html", desk, {**LAYOUT, **context, **_back(base)}, found)


def _answer(request: HttpRequest, desk: Desk, patient: Patient, reader: Reader, words: str) -> HttpResponse:
    part, after, at = narrowing(request.GET), request.GET.get("after") or None, clock.now()
    period = Period(part.since, part.until)
    try:
        served = queries.found(
            reader, words_of(words), slots=part.slots, period=period, limit=PAGE_SIZE, after=after, at=at
        )
    except BadCursor as error:
        raise Http404 from error
    ids = [entry.public_id for entry in served.entries]
    record_staff_read(request, desk, patient, route=ROUTE, served=ids, at=at)
    base = _preview(patient)
    context = answer_context(
        part,
        words,
        [shown(entry.slot, entry.clinical, entry.body, base) for entry in served.entries],
        here=f"{base}/search",
        cursor=served.next_cursor,
        first=after is None,
        empty=empty_of(reader, served, part.slots, at, _(NOT_FOUND)),
    )
    return page(request, "records/search.html", desk, {**LAYOUT, **context, **_back(base)}, patient)


@audience(Audience.STAFF)
@require_POST
def clear(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Forget what was asked for."""
    _desk, found, _reader = _opened(request, public_id)
    response = see_other(f"{_preview(found)}/search")
    asked.forget(response)
    return response


def _back(base: str) -> dict[str, str]:
    return {"back_href": base, "back_text": _("Your GP record")}


def _key() -> bytes:
    return keys.derived("search")
