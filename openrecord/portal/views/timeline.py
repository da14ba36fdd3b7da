"""The whole record by date, all of it or the part that was chosen."""

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from openrecord.kit import clock
from openrecord.portal.acting import acting, record_page_read
from openrecord.portal.pages import page
from openrecord.portal.presenters.narrowing import narrowing
from openrecord.portal.views.record import BASE, PAGE_SIZE, as_shown
from openrecord.timeline import queries
from openrecord.timeline.types import BadCursor, Page
from openrecord.web import errors
from openrecord.web.audience import Audience, audience
from openrecord.web.records.timeline import months
from openrecord.web.text import gettext as _

PATH = f"{BASE}/timeline"
NOTHING = Page((), None)


@audience(Audience.PATIENT)
@require_safe
def timeline(request: HttpRequest) -> HttpResponse:
    """A page of it, newest first."""
    by, part, after = acting(request), narrowing(request.GET), request.GET.get("after") or None
    served = NOTHING
    if by is not None and not part.errors:
        at = clock.now()
        try:
            served = queries.page(by.reader, slots=part.slots, period=part.period, limit=PAGE_SIZE, after=after, at=at)
        except BadCursor:
            return errors.page(request, 404)
        query = urlencode(part.pairs + ([("after", after)] if after else []))
        record_page_read(request, by, served.entries, route=PATH, query=query, at=at)
    context = {
        "title": _("Everything by date"),
        "part": part,
        "months": months([as_shown(entry) for entry in served.entries]),
        "older_href": part.href(PATH, served.next_cursor) if served.next_cursor else "",
        "first_href": part.href(PATH) if after else "",
        "whole_href": PATH,
    }
    return page(request, "portal/timeline.html", by, context)
