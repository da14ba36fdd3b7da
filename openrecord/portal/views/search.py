"""Searching the record for words. They are posted and kept sealed, so that no address and no log holds them."""

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, QueryDict
from django.views.decorators.http import require_http_methods, require_POST

from openrecord.clinical.wording import words_of
from openrecord.db import keys
from openrecord.kit import clock
from openrecord.portal.acting import Acting, acting, record_page_read
from openrecord.portal.pages import page
from openrecord.portal.views.record import BASE, PAGE_SIZE, as_shown, back, empty_of
from openrecord.timeline import queries
from openrecord.timeline.types import BadCursor, Period
from openrecord.web import asked, errors
from openrecord.web.audience import Audience, audience
from openrecord.web.records.lists import NOT_FOUND, answer_context, search_context, wrong_words
from openrecord.web.records.narrowing import Narrowing, narrowing
from openrecord.web.redirects import see_other
from openrecord.web.text import gettext as _

PATH = f"{BASE}/search"


@audience(Audience.PATIENT)
@require_http_methods(["GET", "HEAD", "POST"])
def search(request: HttpRequest) -> HttpResponse:
    """The form and, once something was asked for, a page of what says it."""
    by = acting(request)
    if request.method == "POST":
        return _ask(request, by, request.POST)
    part, after = narrowing(request.GET), request.GET.get("after") or None
    words = "" if by is None else asked.kept(request, about=_about(by), key=_key())
    if by is None or not words or part.errors:
        return _page(request, by, part, words, "")
    at, period = clock.now(), Period(part.since, part.until)
    try:
        served = queries.found(
            by.reader, words_of(words), slots=part.slots, period=period, limit=PAGE_SIZE, after=after, at=at
        )
    except BadCursor:
        return errors.page(request, 404)
    query = urlencode(part.pairs + ([("after", after)] if after else []))
    record_page_read(request, by, served.entries, route=PATH, query=query, at=at)
    context = answer_context(
        part,
        words,
        [as_shown(entry) for entry in served.entries],
        here=PATH,
        cursor=served.next_cursor,
        first=after is None,
        empty=empty_of(by, served, part.slots, _(NOT_FOUND)),
    )
    return page(request, "records/search.html", by, {**context, **back()}, has_entries=bool(served.entries))


def _ask(request: HttpRequest, by: Acting | None, typed: QueryDict) -> HttpResponse:
    """Keep what is asked for and lead to the answer; or say what is wrong with it, with all that was typed."""
    part, words = narrowing(typed), typed.get("words", "").strip()
    wrong = wrong_words(words)
    if by is None or wrong or part.errors:
        return _page(request, by, part, words, wrong)
    response = see_other(part.href(PATH))
    asked.keep(request, response, words, about=_about(by), key=_key())
    return response


def _about(by: Acting) -> str:
    return str(by.viewing.viewer_id)


def _key() -> bytes:
    return keys.derived("search")


def _page(request: HttpRequest, by: Acting | None, part: Narrowing, words: str, wrong: str) -> HttpResponse:
    return page(request, "records/search.html", by, {**search_context(part, words, wrong, here=PATH), **back()})


@audience(Audience.PATIENT)
@require_POST
def clear(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    """Forget what was asked for."""
    response = see_other(PATH)
    asked.forget(response)
    return response
