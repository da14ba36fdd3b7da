"""The whole record by date, all of it or the part that was chosen."""

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from openrecord.kit import clock
from openrecord.portal.acting import acting, record_page_read
from openrecord.portal.pages import page
from openrecord.portal.views.record import BASE, PAGE_SIZE, as_shown, back, empty_of, missing
from openrecord.timeline import queries
from openrecord.timeline.types import NOTHING, BadCursor, Period
from openrecord.web import errors
from openrecord.web.audience import Audience, audience
from openrecord.web.records.lists import timeline_context
from openrecord.web.records.narrowing import narrowing

PATH = f"{BASE}/timeline"


@audience(Audience.PATIENT)
@require_safe
def timeline(request: HttpRequest) -> HttpResponse:
    """A page of it, newest first."""
    by, part, after = acting(request), narrowing(request.GET), request.GET.get("after") or None
    served = NOTHING
    if by is not None and not part.errors:
        at, period = clock.now(), Period(part.since, part.until)
        try:
            served = queries.page(
                by.reader, slots=part.slots, period=period, limit=PAGE_SIZE, whole_days=True, after=after, at=at
            )
        except BadCursor:
            return errors.page(request, 404)
        query = urlencode(part.pairs + ([("after", after)] if after else []))
        record_page_read(request, by, served.entries, route=PATH, query=query, at=at)
    context = timeline_context(
        part,
        [as_shown(entry) for entry in served.entries],
        here=PATH,
        cursor=served.next_cursor,
        first=after is None,
        empty=empty_of(by, served, part.slots),
    )
    context |= {**back(), "missing": missing(by)}
    return page(request, "portal/timeline.html", by, context, has_entries=bool(served.entries))
