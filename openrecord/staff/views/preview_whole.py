"""The whole record by date, a search of it and what is on its way, as the viewer sees them (R37)."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from openrecord.clinical import covid as vaccinations
from openrecord.clinical.kinds import Slot
from openrecord.clinical.wording import words_of
from openrecord.db import keys
from openrecord.kit import clock, environment
from openrecord.staff.desk import page, record_staff_read
from openrecord.staff.seers import PEOPLE
from openrecord.staff.views.patient import base_of
from openrecord.staff.views.preview import PAGE_SIZE, ROUTE, Opened, empty_of, opened
from openrecord.timeline import queries
from openrecord.timeline.types import NOTHING, BadCursor, Period
from openrecord.web import asked
from openrecord.web.audience import Audience, audience
from openrecord.web.records.awaited import EARLIER, LOOKED_BACK, MOST, SLOTS, is_awaited
from openrecord.web.records.awaited import awaited as in_words
from openrecord.web.records.doses import dose
from openrecord.web.records.lists import NOT_FOUND, answer_context, search_context, timeline_context, wrong_words
from openrecord.web.records.narrowing import narrowing
from openrecord.web.records.sections import shown
from openrecord.web.redirects import see_other
from openrecord.web.text import gettext as _


@audience(Audience.STAFF)
@require_safe
def timeline(request: HttpRequest, public_id: UUID, viewer_id: UUID | None = None) -> HttpResponse:
    """A page of everything by date, or of the part that was chosen."""
    found = opened(request, public_id, viewer_id)
    reader = found.reader
    part, after, at = narrowing(request.GET), request.GET.get("after") or None, clock.now()
    served = NOTHING
    if not part.errors:
        period = Period(part.since, part.until)
        try:
            served = queries.page(
                reader, slots=part.slots, period=period, limit=PAGE_SIZE, whole_days=True, after=after, at=at
            )
        except BadCursor as error:
            raise Http404 from error
    ids = [entry.public_id for entry in served.entries]
    record_staff_read(request, found.desk, found.patient, route=ROUTE, served=ids, seen_as=reader, at=at)
    context = timeline_context(
        part,
        [shown(entry.slot, entry.clinical, entry.body, found.base) for entry in served.entries],
        here=f"{found.base}/timeline",
        cursor=served.next_cursor,
        first=after is None,
        empty=empty_of(reader, served, part.slots, at),
    )
    return page(request, "records/timeline.html", found.desk, {**found.context, **context}, found.patient)


@audience(Audience.STAFF)
@require_safe
def awaited(request: HttpRequest, public_id: UUID, viewer_id: UUID | None = None) -> HttpResponse:
    """Samples and requests of the last year for which the viewer sees no result."""
    found = opened(request, public_id, viewer_id)
    reader, at = found.reader, clock.now()
    since = at - LOOKED_BACK
    served = queries.page(reader, slots=SLOTS, period=Period(since=since), limit=MOST, at=at)
    outcomes = queries.with_outcome(reader, since=since - EARLIER, at=at)
    entries = {entry.public_id: shown(entry.slot, entry.clinical, entry.body, found.base) for entry in served.entries}
    waiting = {public_id: entry for public_id, entry in entries.items() if is_awaited(entry, outcomes)}
    record_staff_read(request, found.desk, found.patient, route=ROUTE, served=waiting, seen_as=reader, at=at)
    days = environment.ask_after_days()
    told = [in_words(entry, ask_after=days, at=at) for entry in waiting.values()]
    empty = empty_of(reader, served, SLOTS, at)
    context = {**found.context, "title": _("On its way"), "awaited": told, "empty": empty}
    return page(request, "records/awaited.html", found.desk, context, found.patient)


@audience(Audience.STAFF)
@require_safe
def covid(request: HttpRequest, public_id: UUID, viewer_id: UUID | None = None) -> HttpResponse:
    """The doses against Covid-19 that the viewer sees; cards are made on their own pages alone. Raises Http404."""
    found = opened(request, public_id, viewer_id)
    reader, at = found.reader, clock.now()
    if reader.channel != PEOPLE:
        raise Http404
    served = queries.every(reader, slots=[Slot.IMMUNISATION], at=at)
    entries = {one.public_id: shown(one.slot, one.clinical, one.body, found.base) for one in served}
    given = {public_id: entry for public_id, entry in entries.items() if vaccinations.is_given(entry.body)}
    record_staff_read(request, found.desk, found.patient, route=ROUTE, served=given, seen_as=reader, at=at)
    context = {
        **found.context,
        "title": _("Covid-19 vaccination"),
        "doses": [dose(entry) for entry in given.values()],
        "empty": None if given else empty_of(reader, NOTHING, [Slot.IMMUNISATION], at),
        "cards_href": f"{base_of(found.patient)}/cards",
        "back_href": f"{found.base}/vaccinations",
        "back_text": _("Vaccinations"),
    }
    return page(request, "staff/preview_covid.html", found.desk, context, found.patient)


@audience(Audience.STAFF)
@require_http_methods(["GET", "HEAD", "POST"])
def search(request: HttpRequest, public_id: UUID, viewer_id: UUID | None = None) -> HttpResponse:
    """The form and, once something was asked for, a page of what says it."""
    found = opened(request, public_id, viewer_id)
    about, here = _about(found), f"{found.base}/search"
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
            return _answer(request, found, words)
    context = search_context(part, words, wrong, here=here)
    return page(request, "records/search.html", found.desk, {**found.context, **context}, found.patient)


def _answer(request: HttpRequest, found: Opened, words: str) -> HttpResponse:
    part, after, at = narrowing(request.GET), request.GET.get("after") or None, clock.now()
    reader, period = found.reader, Period(part.since, part.until)
    try:
        served = queries.found(
            reader, words_of(words), slots=part.slots, period=period, limit=PAGE_SIZE, after=after, at=at
        )
    except BadCursor as error:
        raise Http404 from error
    ids = [entry.public_id for entry in served.entries]
    record_staff_read(request, found.desk, found.patient, route=ROUTE, served=ids, seen_as=reader, at=at)
    context = answer_context(
        part,
        words,
        [shown(entry.slot, entry.clinical, entry.body, found.base) for entry in served.entries],
        here=f"{found.base}/search",
        cursor=served.next_cursor,
        first=after is None,
        empty=empty_of(reader, served, part.slots, at, _(NOT_FOUND)),
    )
    return page(request, "records/search.html", found.desk, {**found.context, **context}, found.patient)


@audience(Audience.STAFF)
@require_POST
def clear(request: HttpRequest, public_id: UUID, viewer_id: UUID | None = None) -> HttpResponse:
    """Forget what was asked for."""
    found = opened(request, public_id, viewer_id)
    response = see_other(f"{found.base}/search")
    asked.forget(response)
    return response


def _about(found: Opened) -> str:
    """Whose words they are: kept for one viewer, they are not those for another. Raises Http404 without an account."""
    return found.chosen or str(found.reader.viewer_id)


def _key() -> bytes:
    return keys.derived("search")
