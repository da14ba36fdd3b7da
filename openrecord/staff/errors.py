"""What members of staff are told where a page is not for them, or is none: they still see whom they act for.

Everybody else gets the pages of web/errors.py.
"""

from django.http import HttpRequest, HttpResponse

from openrecord.staff.desk import desk_of, page
from openrecord.web import errors
from openrecord.web.audience import Audience
from openrecord.web.text import gettext as _

STAFF = "/staff/"


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Django's handler403."""
    if not _is_at_a_desk(request):
        return errors.forbidden(request, exception)
    sentences = (
        _("Your role at this practice does not include it, or it is about what you did yourself."),
        _("If you need it for your work, ask a practice manager."),
    )
    return _page(request, _("You cannot open this page"), sentences, 403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Django's handler404. What is another practice's and what never was get the same, byte for byte."""
    if not _is_at_a_desk(request):
        return errors.not_found(request, exception)
    text = errors.TEXTS[404]
    return _page(request, _(text.title), tuple(_(sentence) for sentence in text.sentences), 404)


def _is_at_a_desk(request: HttpRequest) -> bool:
    present = getattr(request, "signed_in", None)
    return present is not None and present.audience is Audience.STAFF and request.path.startswith(STAFF)


def _page(request: HttpRequest, title: str, sentences: tuple[str, ...], status: int) -> HttpResponse:
    desk = desk_of(request)
    response = page(request, "staff/error.html", desk, {"title": title, "sentences": sentences})
    response.status_code = status
    return response
