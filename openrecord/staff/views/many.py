"""Deciding about several waiting entries at once, and taking decisions back (R41)."""

from collections.abc import Iterable
from urllib.parse import urlencode
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods, require_POST

from openrecord.kit import clock
from openrecord.registry.types import Patient
from openrecord.screening.actions import acts
from openrecord.screening.types import EntryId
from openrecord.staff.desk import Desk, actor_of, desk_of, page
from openrecord.staff.views import hiding, queue, screen
from openrecord.web.audience import Audience, audience
from openrecord.web.forms import FieldError
from openrecord.web.redirects import see_other
from openrecord.web.text import gettext as _

IN_BULK = frozenset({"release", "hold", "hide"})


def _decider(request: HttpRequest) -> Desk:
    """Who is at the desk, if they may decide. Raises PermissionDenied."""
    desk = desk_of(request)
    if not desk.may_decide:
        raise PermissionDenied
    return desk


def _named(desk: Desk, keys: Iterable[str]) -> list[tuple[Patient, EntryId, str]]:
    """What forms name: patient, entry, stamp. Raises Http404 for what is none, or another practice's."""
    found = []
    for key in keys:
        try:
            public_id, entry_id, seen = key.split("/")
            found.append((*queue.ours(desk, UUID(public_id), UUID(entry_id)), seen))
        except ValueError as error:
            raise Http404 from error
    return found


def _wish(request: HttpRequest, seen: str) -> screen.Wish:
    return screen.Wish(request.POST.get("decision", ""), seen, request.POST.get("reason", ""), "", "", "", "")


@audience(Audience.STAFF)
@require_http_methods(["GET", "HEAD", "POST"])
def decide(request: HttpRequest) -> HttpResponse:
    """One decision about every entry that is ticked, each by itself; then what was done, with a way back.

    Whoever comes back to its address, in another language or by the browser's history, finds the list.
    """
    desk = _decider(request)
    if request.method != "POST":
        return see_other(queue.ROUTE)
    wanted = _named(desk, request.POST.getlist("key")[: queue.PAGE_SIZE])
    errors = _mistakes(desk, request, any_ticked=bool(wanted))
    if errors:
        return queue.listed(request, desk, errors)
    done, left = [], 0
    for patient, entry_id, seen in wanted:
        try:
            screen.decide(desk, request, patient, entry_id, _wish(request, seen))
        except (acts.Overtaken, acts.UnknownEntry):
            left += 1
        else:
            done.append(queue.key_after(patient, entry_id, seen))
    context = {
        "title": _("Done"),
        "said": queue.said(request.POST["decision"], len(done)),
        "keys": done,
        "left": left,
        "list_href": f"{queue.ROUTE}{queue.query_of(request.GET)}",
    }
    return page(request, "staff/queue_done.html", desk, context)


def _mistakes(desk: Desk, request: HttpRequest, *, any_ticked: bool) -> tuple[FieldError, ...]:
    found = []
    if not any_ticked:
        found.append(FieldError("tick-1", _("Tick the entries that you decide about")))
    decision = request.POST.get("decision", "")
    if decision not in IN_BULK:
        found.append(FieldError("decision-1", _("Choose what to do with the entries that are ticked")))
    elif decision == "hide":
        found += hiding.mistakes(desk, request.POST.get("reason", ""), "")
    return tuple(found)


@audience(Audience.STAFF)
@require_POST
def undo(request: HttpRequest) -> HttpResponse:
    """Take back the decisions that the form names, where nothing has happened since."""
    desk = _decider(request)
    by, at = actor_of(request, desk, hiding.AUTHORITY), clock.now()
    done = left = 0
    for patient, entry_id, seen in _named(desk, request.POST.getlist("key")[: queue.PAGE_SIZE]):
        try:
            acts.undo(patient_id=patient.patient_id, entry_id=entry_id, seen=seen, by=by, at=at)
            done += 1
        except (acts.Overtaken, acts.NothingToUndo, acts.UnknownEntry):
            left += 1
    return see_other(f"{queue.ROUTE}?{urlencode({'done': 'undone', 'changed': done, 'left': left})}")
