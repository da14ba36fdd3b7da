"""What is on its way, told from what the reader sees and from nothing else."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from openrecord.kit import clock, environment
from openrecord.portal.acting import acting, record_page_read
from openrecord.portal.pages import page
from openrecord.portal.views.record import BASE, as_shown, back, empty_of
from openrecord.timeline import queries
from openrecord.timeline.types import NOTHING, Period
from openrecord.web.audience import Audience, audience
from openrecord.web.records.awaited import EARLIER, LOOKED_BACK, MOST, SLOTS, Awaited, is_awaited
from openrecord.web.records.awaited import awaited as in_words
from openrecord.web.text import gettext as _

PATH = f"{BASE}/on-its-way"


@audience(Audience.PATIENT)
@require_safe
def awaited(request: HttpRequest) -> HttpResponse:
    """Samples and requests of the last year for which the record holds no result."""
    by = acting(request)
    found: tuple[Awaited, ...] = ()
    served = NOTHING
    if by is not None:
        at = clock.now()
        since = at - LOOKED_BACK
        served = queries.page(by.reader, slots=SLOTS, period=Period(since=since), limit=MOST, at=at)
        outcomes = queries.with_outcome(by.reader, since=since - EARLIER, at=at)
        waiting = {e: shown for e in served.entries if is_awaited(shown := as_shown(e), outcomes)}
        days = environment.ask_after_days()
        found = tuple(in_words(shown, ask_after=days, at=at) for shown in waiting.values())
        record_page_read(request, by, tuple(waiting), route=PATH, query="", at=at)
    context = {"title": _("On its way"), "awaited": found, "empty": empty_of(by, served, SLOTS)}
    return page(request, "records/awaited.html", by, {**context, **back()}, has_entries=bool(found))
