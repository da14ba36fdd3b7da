"""Messages: what the surgery answered, and what was new in the record lately."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from openrecord.access.types import ViewerKind
from openrecord.kit import clock
from openrecord.kit.london import day_of
from openrecord.notify import queries as notify
from openrecord.portal.acting import Acting, acting, record_page_read
from openrecord.portal.pages import page
from openrecord.portal.presenters.ahead import ahead
from openrecord.portal.presenters.requests import Line, line
from openrecord.portal.views.record import as_shown, closed
from openrecord.portal.views.requests import asked_by
from openrecord.timeline.told import these
from openrecord.timeline.types import ServedEntry
from openrecord.web.audience import Audience, audience
from openrecord.web.records.timeline import Item, items
from openrecord.web.text import gettext as _
from openrecord.web.words import day_in_words

HERE = "/messages"
NEWS_DAYS, MOST_NEWS, MOST_REQUESTS = 30, 25, 5
"""How long something is new, and how much of each is shown."""

MOST_READ = 200
"""So many new entries are looked at: what belongs to another of them is not shown beside it."""


@dataclass(frozen=True, slots=True)
class Told:
    """What was new on a day."""

    date: str
    items: tuple[Item, ...]


@audience(Audience.PATIENT)
@require_safe
def inbox(request: HttpRequest) -> HttpResponse:
    """The hub. What was new is shown only as far as it may be seen now."""
    by, at = acting(request), clock.now()
    requests: tuple[Line, ...] = ()
    news: tuple[Told, ...] = ()
    if by is not None:
        found = _news(by, at)
        requests, news = _requests(by), _by_day(found)
        listed = {item.line.href for day in news for item in day.items}
        served = tuple(entry for entry in found if as_shown(entry).href in listed)
        record_page_read(request, by, served, route=HERE, query="", at=at)
    context = {
        "title": _("Messages"),
        "notice": ahead(by, at),
        "is_own": by is not None and by.viewing.kind is ViewerKind.SELF,
        "requests": requests,
        "news": news,
        "days": NEWS_DAYS,
        "closed": None if news else closed(by),
        "has_record": by is not None,
    }
    return page(request, "portal/inbox.html", by, context)


def _requests(by: Acting) -> tuple[Line, ...]:
    """The newest requests that this viewer may see."""
    return tuple(line(one) for one in asked_by(by))[:MOST_REQUESTS]


def _news(by: Acting, at: datetime) -> Mapping[ServedEntry, datetime]:
    """What was new for this viewer and may be seen now, and when it was told; the latest first.

    It is counted only after what may not be seen is gone, so that nothing is missing for a hidden entry's sake.
    """
    told = notify.told_since(by.viewing.patient_id, by.viewing.viewer_id, at - timedelta(days=NEWS_DAYS))
    seen = these(by.reader, told, at=at)
    latest = sorted(seen, key=lambda inside: day_of(told[inside]), reverse=True)[:MOST_READ]
    return {seen[inside]: told[inside] for inside in latest}


def _by_day(news: Mapping[ServedEntry, datetime]) -> tuple[Told, ...]:
    days: list[Told] = []
    left = MOST_NEWS
    for day, of_day in groupby(news.items(), key=lambda new: day_of(new[1])):
        found = items([as_shown(entry) for entry, _told in of_day])[:left]
        left -= len(found)
        if found:
            days.append(Told(day_in_words(day), found))
    return tuple(days)
