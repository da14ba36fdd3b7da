"""Searching the record for words. They are posted and kept sealed, so that no address and no log holds them."""

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, QueryDict
from django.views.decorators.http import require_http_methods, require_POST

from openrecord.clinical import wording
from openrecord.kit import clock
from openrecord.portal import asked
from openrecord.portal.acting import Acting, acting, record_page_read
from openrecord.portal.pages import page
from openrecord.portal.presenters.narrowing import Narrowing, narrowing
from openrecord.portal.views.record import BASE, PAGE_SIZE, as_shown
from openrecord.timeline import queries
from openrecord.timeline.types import BadCursor, Page
from openrecord.web import errors
from openrecord.web.audience import Audience, audience
from openrecord.web.forms import FieldError
from openrecord.web.records.found import found_months
from openrecord.web.redirects import see_other
from openrecord.web.session import SEARCH, drop_cookie
from openrecord.web.text import gettext as _

PATH = f"{BASE}/search"
NOTHING = Page((), None)


@audience(Audience.PATIENT)
@require_http_methods(["GET", "HEAD", "POST"])
def search(request: HttpRequest) -> HttpResponse:
    """The form and, once something was asked for, a page of what says it."""
    by = acting(request)
    if request.method == "POST":
        return _ask(request, by, request.POST)
    part, after = narrowing(request.GET), request.GET.get("after") or None
    words = "" if by is None else asked.kept(request, by)
    served = NOTHING
    if by is not None and words and not part.errors:
        at = clock.now()
        try:
            served = queries.found(
                by.reader,
                wording.words_of(words),
                slots=part.slots,
                period=part.period,
                limit=PAGE_SIZE,
                after=after,
                at=at,
            )
        except BadCursor:
            return errors.page(request, 404)
        query = urlencode(part.pairs + ([("after", after)] if after else []))
        record_page_read(request, by, served.entries, route=PATH, query=query, at=at)
    shown = found_months([as_shown(entry) for entry in served.entries], wording.words_of(words))
    context = {
        "months": shown,
        "is_answered": bool(words) and not part.errors,
        "older_href": part.href(PATH, served.next_cursor) if served.next_cursor else "",
        "first_href": part.href(PATH) if after else "",
    }
    return _page(request, by, part, words, {}, context)


def _ask(request: HttpRequest, by: Acting | None, typed: QueryDict) -> HttpResponse:
    """Keep what is asked for and lead to the answer; or say what is wrong with it, with all that was typed."""
    part, words = narrowing(typed), typed.get("words", "").strip()
    wrong = _wrong(words)
    if by is None or wrong or part.errors:
        return _page(request, by, part, words, {"words": wrong} if wrong else {}, {"is_answered": False})
    response = see_other(part.href(PATH))
    asked.keep(request, response, by, words)
    return response


def _wrong(words: str) -> str:
    if len(words) > wording.LONGEST_ASKED:
        return _("Use %(most)s characters or fewer") % {"most": wording.LONGEST_ASKED}
    if sum(map(len, wording.words_of(words))) < wording.FEWEST_LETTERS:
        return _("Enter at least two letters of a word to look for")
    return ""


def _page(
    request: HttpRequest,
    by: Acting | None,
    part: Narrowing,
    words: str,
    wrong: dict[str, str],
    context: dict[str, object],
) -> HttpResponse:
    known = {
        "title": _("Search the record"),
        "part": part,
        "words": words,
        "wrong": wrong.get("words", ""),
        "errors": (*(FieldError(name, text) for name, text in wrong.items()), *part.summary),
        "here": PATH,
        "months": (),
    }
    return page(request, "portal/search.html", by, known | context)


@audience(Audience.PATIENT)
@require_POST
def clear(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    """Forget what was asked for."""
    response = see_other(PATH)
    drop_cookie(response, SEARCH)
    return response
