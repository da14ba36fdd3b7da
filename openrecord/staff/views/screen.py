"""Deciding about one waiting entry and going on to the next (R30, R33)."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from urllib.parse import urlencode
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from openrecord.clinical.prose import prose_of
from openrecord.kit import clock
from openrecord.kit.ids import spelt
from openrecord.kit.london import day_of
from openrecord.registry import queries as registry
from openrecord.registry.types import Patient
from openrecord.restricted import queries as restricted
from openrecord.screening import listing
from openrecord.screening.actions import acts
from openrecord.screening.rules.worklist import signals_in
from openrecord.screening.types import EntryId, HideReason, ListedItem
from openrecord.staff import record
from openrecord.staff.desk import Desk, actor_of, desk_of, page, record_staff_read
from openrecord.staff.presenters.entries import detail, row
from openrecord.staff.presenters.queue import due_in_words, pieces, state_in_words, told
from openrecord.staff.views import hiding, queue
from openrecord.staff.views.patient import base_of, entry_of, files_of
from openrecord.web.audience import Audience, audience
from openrecord.web.forms import Field, FieldError, Shape
from openrecord.web.forms import day_of as typed_day
from openrecord.web.redirects import see_other
from openrecord.web.text import gettext as _

_ENTRY_ROUTE = "/staff/queue/entry"
LONGEST_HOLD = timedelta(days=366)
"""A hold comes back to somebody: what waits for longer is hidden, and needs a lawful reason (R32, R33)."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What the form says. `until`: the day typed, None where it is none."""

    decision: str
    seen: str
    reason: str
    responsible: str
    day: str
    month: str
    year: str

    @property
    def until(self) -> date | None:
        """The day until which the entry shall be held."""
        field = Field("until", "", Shape.DAY, typed=(self.day, self.month, self.year))
        try:
            return typed_day(field)
        except ValueError:
            return None


def _wish(request: HttpRequest) -> Wish:
    typed = (request.POST.get(name, "").strip()[:200] for name in (
        "decision", "seen", "reason", "responsible", "until-day", "until-month", "until-year"
    ))  # fmt: skip
    return Wish(*typed)


def mistakes(desk: Desk, wish: Wish, today: date) -> tuple[FieldError, ...]:
    """What is missing or wrong in the form."""
    if wish.decision == "hide":
        return hiding.mistakes(desk, wish.reason, wish.responsible)
    if wish.decision != "hold-until":
        return ()
    if wish.until is None or wish.until <= today:
        return (FieldError("until-day", _("Enter a date after today until which the entry is held")),)
    if wish.until > today + LONGEST_HOLD:
        return (FieldError("until-day", _("Enter a date within the next 12 months")),)
    return ()


def decide(desk: Desk, request: HttpRequest, patient: Patient, entry_id: EntryId, wish: Wish) -> None:
    """Do what was chosen. Raises acts.Overtaken, acts.UnknownEntry; Http404 for a choice that is none."""
    by, at = actor_of(request, desk, hiding.AUTHORITY), clock.now()
    patient_id, seen = patient.patient_id, wish.seen
    match wish.decision:
        case "release":
            acts.release(patient_id=patient_id, entry_id=entry_id, seen=seen, by=by, at=at)
        case "hold":
            acts.hold(patient_id=patient_id, entry_id=entry_id, until=None, seen=seen, by=by, at=at)
        case "hold-until":
            acts.hold(patient_id=patient_id, entry_id=entry_id, until=wish.until, seen=seen, by=by, at=at)
        case "contacted":
            acts.note_contact(patient_id=patient_id, entry_id=entry_id, seen=seen, by=by, at=at)
        case "hide":
            reason, responsible = HideReason(wish.reason), wish.responsible or None
            acts.hide(
                patient_id=patient_id,
                entry_id=entry_id,
                reason=reason,
                responsible=responsible,
                seen=seen,
                by=by,
                at=at,
            )
        case _:
            raise Http404


@audience(Audience.STAFF)
@require_http_methods(["GET", "HEAD", "POST"])
def item(request: HttpRequest, public_id: UUID, entry_id: UUID) -> HttpResponse:
    """One waiting entry, with what to look at, and the decisions; a decision leads to the next."""
    desk = desk_of(request)
    patient, here = queue.ours(desk, public_id, entry_id)
    at = clock.now()
    wish = _wish(request)
    errors: tuple[FieldError, ...] = ()
    if request.method == "POST":
        if not desk.may_decide:
            raise PermissionDenied
        errors = mistakes(desk, wish, day_of(at))
        listed = None if errors else listing.listed_item(desk.ods, patient.patient_id, here, at=at)
        following = _following(desk, request, here, listed, at)
        if not errors:
            try:
                decide(desk, request, patient, here, wish)
                return see_other(_onward(request, queue.key_after(patient, here, wish.seen), wish.decision, following))
            except (acts.Overtaken, acts.UnknownEntry):
                errors = (FieldError("decisions", hiding.overtaken()),)
    found = listing.listed_item(desk.ods, patient.patient_id, here, at=at)
    if found is None:
        return _waits_no_more(request, desk, patient, entry_id, wish, overtaken=bool(errors))
    return _shown(request, desk, patient, found, wish, errors, at)


def _waits_no_more(
    request: HttpRequest, desk: Desk, patient: Patient, entry_id: UUID, wish: Wish, *, overtaken: bool
) -> HttpResponse:
    """Lead to the entry itself; whoever wanted to hide it still can, with the reason that they gave."""
    if overtaken and wish.decision == "hide":
        errors = (FieldError("reason-1", hiding.overtaken()),)
        one = entry_of(desk, patient, entry_id)
        return hiding.asked(request, desk, patient, one, wish.reason, wish.responsible, errors)
    return see_other(f"{base_of(patient)}/entries/{entry_id}{'?done=overtaken' if overtaken else ''}")


def _following(
    desk: Desk, request: HttpRequest, here: EntryId, listed: ListedItem | None, at: datetime
) -> ListedItem | None:
    """The item after this one under the same filters, or the first where this was the last or waits no more."""
    wanted = queue.filter_of(request.GET)
    after = () if listed is None else listing.worklist(desk.ods, wanted, at=at, limit=1, after=listed.cursor)
    first = () if after else listing.worklist(desk.ods, wanted, at=at, limit=1)
    found = next(iter((*after, *first)), None)
    if found is None or found.entry_id == here or found.patient_id in restricted.restricted_at(desk.ods):
        return None
    return found


def _onward(request: HttpRequest, key: str, decision: str, following: ListedItem | None) -> str:
    """The address of the next item, or of the list; it says what was just done to the entry that `key` names."""
    kept = {name: request.GET[name] for name in queue.FILTERS if request.GET.get(name)}
    told_of = {**kept, "done": decision, "last": key}
    if following is None:
        return f"{queue.ROUTE}?{urlencode(told_of)}"
    whose = registry.patient(following.patient_id).public_id
    return f"{queue.ROUTE}/{whose}/{spelt(following.entry_id)}?{urlencode(told_of)}"


def _shown(
    request: HttpRequest,
    desk: Desk,
    patient: Patient,
    found: ListedItem,
    wish: Wish,
    errors: tuple[FieldError, ...],
    at: datetime,
) -> HttpResponse:
    entry_id = UUID(bytes=found.entry_id)
    one = record.patient_entry(desk.ods, patient.patient_id, entry_id, at=at)
    if one is None:
        raise Http404
    parts = record.parts_of(desk.ods, patient.patient_id, found.entry_id, at=at)
    served = (found.public_id, *(part.public_id for part in parts))
    record_staff_read(request, desk, patient, route=_ENTRY_ROUTE, served=served, at=at)
    prose = prose_of(found.coded, found.full)
    signals = signals_in(prose, patient.born, one.recorded)
    query, base = queue.query_of(request.GET), base_of(patient)
    line = row(one, base)
    context = {
        "title": line.title,
        "row": line,
        "facts": detail(one, base).facts,
        "files": files_of(patient, one),
        "parts": tuple(row(part, base) for part in parts),
        "state": state_in_words(found.item, at),
        "due_words": due_in_words(found.item, at),
        "overdue": found.item.due <= at,
        "waits_for": found.item.state.value,
        "signals": told(signals),
        "pieces": pieces(prose, signals),
        "here": f"{queue.ROUTE}/{patient.public_id}/{entry_id}{query}",
        "entry_href": line.href,
        "list_href": f"{queue.ROUTE}{query}",
        "seen": found.stamp,
        "reasons": hiding.reasons_for(desk),
        "wish": wish,
        "errors": errors,
        "error_of": {error.field: error.text for error in errors},
        "done": queue.done_of(desk, request),
    }
    return page(request, "staff/queue_entry.html", desk, context, patient)
