"""Pages for what went wrong: calm, saying what to do next, telling nothing about records.

Unknown, hidden and never existed give the same 404, byte for byte.
"""

import logging
import sys
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse

from openrecord.web.pages import render
from openrecord.web.text import gettext, gettext_noop

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ErrorText:
    """What a page says about one status: untranslated sentences."""

    title: str
    sentences: tuple[str, ...]


TEXTS = {
    400: ErrorText(
        gettext_noop("Sorry, something about that request was not right"),
        (gettext_noop("Go back and try again."), gettext_noop("If you typed a web address, check it is correct.")),
    ),
    403: ErrorText(
        gettext_noop("You cannot open this page"),
        (
            gettext_noop("You may have been signed out, or signed in as somebody else in another tab."),
            gettext_noop("Go to the start page and sign in again."),
        ),
    ),
    404: ErrorText(
        gettext_noop("Page not found"),
        (
            gettext_noop("If you typed the web address, check it is correct."),
            gettext_noop("If you pasted the web address, check you copied all of it."),
        ),
    ),
    429: ErrorText(
        gettext_noop("Please wait a moment"),
        (
            gettext_noop("You have opened many pages in a short time."),
            gettext_noop("Wait a minute, then try again. Nothing is lost."),
        ),
    ),
    500: ErrorText(
        gettext_noop("Sorry, there is a problem with the service"),
        (
            gettext_noop("Try again later. This is our fault, not yours."),
            gettext_noop("If you need to speak to somebody now, contact your GP surgery."),
            gettext_noop("If you need urgent medical help, go to 111.nhs.uk or call 111. In an emergency call 999."),
        ),
    ),
    503: ErrorText(
        gettext_noop("Sorry, the service is not available at the moment"),
        (
            gettext_noop("Try again later."),
            gettext_noop("If you need to speak to somebody now, contact your GP surgery."),
            gettext_noop("If you need urgent medical help, go to 111.nhs.uk or call 111. In an emergency call 999."),
        ),
    ),
}


def page(request: HttpRequest, status: int) -> HttpResponse:
    """The page for an error status."""
    text = TEXTS[status]
    context = {"title": gettext(text.title), "sentences": [gettext(sentence) for sentence in text.sentences]}
    return render(request, "web/error.html", context, status)


def plain(status: int, sentence: str) -> HttpResponse:
    """An answer without a page, for requests that are refused at the door."""
    return HttpResponse(sentence + "\n", content_type="text/plain; charset=utf-8", status=status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001
    """Django's handler400."""
    return page(request, 400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001
    """Django's handler403."""
    return page(request, 403)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001
    """Django's CSRF_FAILURE_VIEW."""
    return page(request, 403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001
    """Django's handler404."""
    return page(request, 404)


def server_error(request: HttpRequest) -> HttpResponse:
    """Django's handler500. Only the kind of the error is logged: its words may hold what was read."""
    _log.error("a page failed: %s", type(sys.exception()).__name__)
    return page(request, 500)
