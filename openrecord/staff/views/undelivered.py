"""Messages to people of the practice's patients that could not be delivered: sent again, or taken off the list.

Nothing here says what a message was about, nor where it was to go.
"""

from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from openrecord.kit import clock
from openrecord.notify import actions, queries
from openrecord.notify.types import MessageId
from openrecord.staff.desk import Desk, actor_of, desk_of, page, record_staff_read
from openrecord.staff.presenters.undelivered import rows
from openrecord.staff.undelivered import of_ours
from openrecord.web.audience import Audience, audience
from openrecord.web.redirects import see_other
from openrecord.web.text import gettext as _

PAGE_SIZE = 25
ROUTE = "/staff/messages"
AUTHORITY = "staff:messages"


@audience(Audience.STAFF)
@require_http_methods(["GET", "HEAD", "POST"])
def undelivered(request: HttpRequest) -> HttpResponse:
    """The list, a page at a time, the newest first; and what is done about one of them."""
    desk = desk_of(request)
    if not desk.may_govern:
        raise PermissionDenied
    if request.method == "POST":
        return see_other(f"{ROUTE}?done={_done(request, desk)}")
    after = _id_or_none(request.GET.get("after", ""))
    found = queries.undelivered(desk.ods, limit=PAGE_SIZE + 1, after=after)
    listed, more = found[:PAGE_SIZE], len(found) > PAGE_SIZE
    context = {
        "title": _("Messages that were not delivered"),
        "here": ROUTE,
        "rows": rows(of_ours(desk.ods, listed), clock.now()),
        "older_href": f"{ROUTE}?after={listed[-1].letter.message_id}" if more else "",
        "first_href": ROUTE if after else "",
        "done": request.GET.get("done", ""),
    }
    record_staff_read(request, desk, None, route=ROUTE, served=(), at=clock.now())
    return page(request, "staff/undelivered.html", desk, context)


def _done(request: HttpRequest, desk: Desk) -> str:
    """Do what the form says; what the page then tells."""
    again, away = (_id_or_none(request.POST.get(name, "")) for name in ("again", "away"))
    at, by = clock.now(), actor_of(request, desk, AUTHORITY)
    if again is not None and actions.retry(message_id=MessageId(again), ods=desk.ods, by=by, at=at):
        return "again"
    if away is not None and actions.set_aside(message_id=MessageId(away), ods=desk.ods, by=by, at=at):
        return "away"
    return "gone"


def _id_or_none(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
