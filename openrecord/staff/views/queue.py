"""The worklist of the practice: what waits for a decision, the most pressing first (R30, R33, R36)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.views.decorators.http import require_safe

from openrecord.clinical.signals.types import SignalKind
from openrecord.kit import clock
from openrecord.kit.ids import spelt
from openrecord.registry import queries as registry
from openrecord.registry.types import Patient
from openrecord.restricted import queries as restricted
from openrecord.screening import listing
from openrecord.screening import queries as screening
from openrecord.screening.types import EntryId, HideReason, ItemState, ListedItem, WorklistFilter
from openrecord.staff.desk import Desk, desk_of, page, patient_of, record_staff_reads
from openrecord.staff.presenters.queue import SIGNALS, STATES, rows
from openrecord.staff.views import hiding
from openrecord.web.audience import Audience, audience
from openrecord.web.forms import FieldError
from openrecord.web.records.sections import BY_SLUG, SECTIONS
from openrecord.web.text import gettext as _

PAGE_SIZE = 25
ROUTE = "/staff/queue"
FILTERS = ("section", "signal", "author", "state")


@dataclass(frozen=True, slots=True)
class Choice:
    """One option of a filter."""

    value: str
    words: str


def query_of(chosen: QueryDict) -> str:
    """The filters as the end of an address; empty where nothing is filtered."""
    kept = {name: chosen[name] for name in FILTERS if chosen.get(name)}
    return f"?{urlencode(kept)}" if kept else ""


def filter_of(chosen: QueryDict) -> WorklistFilter:
    """What is asked for. A value that is none of ours filters nothing."""
    section = BY_SLUG.get(chosen.get("section", ""))
    signal, state = chosen.get("signal", ""), chosen.get("state", "")
    return WorklistFilter(
        frozenset({ItemState(state)}) if state in {each.value for each in ItemState} else frozenset(ItemState),
        None if section is None else section.slots,
        SignalKind(signal) if signal in {each.value for each in SignalKind} else None,
        chosen.get("author") or None,
    )


def tells_content(chosen: QueryDict) -> bool:
    """Whether being in the filtered list tells what an entry is; the list then leaves closed records out."""
    wanted = filter_of(chosen)
    return any(asked is not None for asked in (wanted.slots, wanted.signal, wanted.author))


def page_of(desk: Desk, chosen: QueryDict, at: datetime) -> tuple[ListedItem, ...]:
    """One page of the list and the item after it. Raises Http404 for a place that is none."""
    after = chosen.get("after") or None
    try:
        return listing.worklist(desk.ods, filter_of(chosen), at=at, limit=PAGE_SIZE + 1, after=after)
    except listing.BadPlace as error:
        raise Http404 from error


@dataclass(frozen=True, slots=True)
class Done:
    """What was done just before, in words; `key` for a way back, empty where there is none.

    `said` is empty where nothing could be done; `left`: how many entries stayed as they were.
    """

    said: str
    key: str = ""
    left: int = 0


def said(decision: str, count: int) -> str:
    """What was done with how many entries."""
    words = {
        "release": _("Released: %(count)s."),
        "hold": _("Held until the patient has been contacted: %(count)s."),
        "hold-until": _("Held until a date: %(count)s."),
        "contacted": _("Noted that the patient was contacted: %(count)s."),
        "hide": _("Hidden from the patient and everybody acting for them: %(count)s."),
        "undone": _("Taken back: %(count)s."),
    }
    return words[decision] % {"count": count} if decision in words else ""


def ours(desk: Desk, public_id: UUID, entry_id: UUID) -> tuple[Patient, EntryId]:
    """A patient and an entry of theirs that the desk's practice controls. Raises Http404 for all others."""
    patient, entry = patient_of(desk, public_id), EntryId(entry_id.bytes)
    if screening.organisation_of(patient.patient_id, entry) != desk.ods:
        raise Http404
    return patient, entry


def key_after(patient: Patient, entry_id: EntryId, seen: str) -> str:
    """Names, in forms and addresses, an entry as it stands after a decision that rested on `seen`."""
    return f"{patient.public_id}/{spelt(entry_id)}/{screening.stamp_after(seen)}"


def done_of(desk: Desk, request: HttpRequest) -> Done | None:
    """What the address says was done just before, with a way back as long as nothing has happened to the entry since.

    Raises Http404 where it names somebody else's entry.
    """
    changed, left = (_count(request.GET.get(name, none)) for name, none in (("changed", "1"), ("left", "0")))
    text = said(request.GET.get("done", ""), changed)
    if not text:
        return None
    key = request.GET.get("last", "")
    if not key or not desk.may_decide:
        return Done(text if changed else "", left=left)
    try:
        public_id, entry_id, stamp = key.split("/")
        patient, entry = ours(desk, UUID(public_id), UUID(entry_id))
    except ValueError as error:
        raise Http404 from error
    return Done(text, key if screening.stamp(patient.patient_id, entry) == stamp else "")


def _count(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 4 else 0


@audience(Audience.STAFF)
@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    """The list, filtered, a page at a time."""
    return listed(request, desk_of(request), ())


def listed(request: HttpRequest, desk: Desk, errors: tuple[FieldError, ...]) -> HttpResponse:
    """The list; with `errors`, those of a decision about several entries, and what was ticked and chosen for it."""
    at = clock.now()
    found = page_of(desk, request.GET, at)
    items, more = found[:PAGE_SIZE], len(found) > PAGE_SIZE
    patients = registry.patients({item.patient_id for item in items})
    query = query_of(request.GET)
    restricted_here = restricted.restricted_at(desk.ods)
    closed = restricted_here if desk.may_read else frozenset(patients)
    waiting = listing.summary(desk.ods, at=at, closed=restricted_here)
    served = [(patients[item.patient_id], item.public_id) for item in items if item.patient_id not in closed]
    shown = [item for item in items if item.patient_id not in closed] if tells_content(request.GET) else items
    record_staff_reads(request, desk, served, route=ROUTE, at=at)
    joined = "&" if query else "?"
    lines = rows(shown, patients, query, at, closed=closed)
    every = frozenset(line.key for line in lines if line.key)
    place = {name: request.GET[name] for name in (*FILTERS, "after") if request.GET.get(name)}
    context = {
        "title": _("Waiting for a decision"),
        "rows": lines,
        "all_href": f"{ROUTE}?{urlencode({**place, 'ticked': 'all'})}" if every else "",
        "count": waiting,
        "filters": _filters(waiting.authors if desk.may_read else (), request.GET),
        "is_filtered": bool(query),
        "query": query,
        "next_href": f"{ROUTE}{query}{joined}after={items[-1].cursor}" if more else "",
        "first_href": f"{ROUTE}{query}" if request.GET.get("after") else "",
        "done": done_of(desk, request),
        "bulk_reasons": tuple(each for each in hiding.reasons_for(desk) if each[0] != HideReason.SERIOUS_HARM.value),
        "ticked": every if request.GET.get("ticked") == "all" else frozenset(request.POST.getlist("key")),
        "decision": request.POST.get("decision", ""),
        "reason": request.POST.get("reason", ""),
        "errors": errors,
        "error_of": {error.field: error.text for error in errors},
    }
    return page(request, "staff/queue.html", desk, context)


def _filters(named: Iterable[str], chosen: QueryDict) -> Sequence[tuple[str, str, str, Sequence[Choice]]]:
    """Name, label, chosen value and options of each filter."""
    sections = [Choice(section.slug, _(section.title)) for section in SECTIONS]
    signals = [Choice(kind.value, _(words)) for kind, words in SIGNALS.items()]
    authors = [Choice(author, author) for author in named]
    states = [Choice(state.value, _(words)) for state, words in STATES.items()]
    return (
        ("section", _("Kind of entry"), chosen.get("section", ""), sections),
        ("signal", _("Look at first"), chosen.get("signal", ""), signals),
        ("author", _("Written by"), chosen.get("author", ""), authors),
        ("state", _("What it waits for"), chosen.get("state", ""), states),
    )
