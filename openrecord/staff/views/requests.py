"""The practice's caseload: every open request, those due first in front, and one request with all that happened."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar
from urllib.parse import urlencode
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from openrecord.access import queries as access
from openrecord.access.events import ProxyGranted
from openrecord.access.rules.viewers import is_suspended
from openrecord.access.types import ViewerKind
from openrecord.caseload import queries
from openrecord.caseload.queries import STOPPED, Only, Place
from openrecord.caseload.rules.steps import open_steps, outcomes, roles
from openrecord.caseload.types import Kind, OpenRequest, Outcome, Request, RequestId, State, Step
from openrecord.identity import queries as identity
from openrecord.kit import clock
from openrecord.registry import queries as registry
from openrecord.registry.types import Patient
from openrecord.staff.desk import Desk, desk_of, is_registered, page, patient_of, record_staff_read
from openrecord.staff.presenters.circumstances import left
from openrecord.staff.presenters.proxies import name_of
from openrecord.staff.presenters.request_forms import TITLES
from openrecord.staff.presenters.requests import KINDS, STATES, address, lines, outcome_words, shown
from openrecord.staff.presenters.wishes import standing
from openrecord.web.audience import Audience, audience
from openrecord.web.text import gettext as _

BASE = "/staff/requests"
PAGE_SIZE = 25
OPEN_STATES = (State.RECEIVED, State.IN_REVIEW, State.WAITING)
MINE, NOBODYS = "mine", "nobody"
_ABOUT_ENTRIES = frozenset({Kind.HISTORY, Kind.CORRECTION, Kind.QUESTION})
_Choice = TypeVar("_Choice", Kind, State)


@dataclass(frozen=True, slots=True)
class Filter:
    """One way of making the list shorter. `options`: value, words, whether it is chosen."""

    name: str
    label: str
    options: tuple[tuple[str, str, bool], ...]


def members_of(desk: Desk) -> dict[UUID, str]:
    """Everybody at the practice, by id."""
    return {member.staff_id: member.name for member in identity.staff_of(desk.member.organisation)}


def names_at(desk: Desk) -> dict[UUID, str]:
    """What everybody is called who is or was at the practice, by id: what they did keeps their name."""
    return dict(identity.staff_names(desk.member.organisation).items())


def request_of(desk: Desk, patient: Patient, request_id: UUID) -> Request:
    """A request of this patient to the desk's practice. Raises Http404, whoever else may have it."""
    found = queries.request(patient.patient_id, RequestId(request_id))
    if found is None or found.ods != desk.ods:
        raise Http404
    return found


def proxy_request(desk: Desk, patient: Patient, text: str) -> Request | None:
    """The request to let somebody in that an address names, None where it names none that is open here."""
    try:
        found = queries.request(patient.patient_id, RequestId(UUID(text)))
    except ValueError:
        return None
    is_one = found is not None and found.ods == desk.ods and found.kind is Kind.PROXY and found.is_open
    return found if is_one else None


def steps_for(desk: Desk, steps: Collection[Step], kind: Kind) -> tuple[Step, ...]:
    """Which of these steps this member of staff may take with such a request, in the usual order."""
    return tuple(step for step in Step if step in steps and roles(step, kind) & desk.member.roles)


def _known(text: str, choices: type[_Choice]) -> _Choice | None:
    return next((choice for choice in choices if choice.value == text), None)


def _only(desk: Desk, asked: Mapping[str, str]) -> Only:
    whose = asked.get("whose", "")
    return Only(
        _known(asked.get("kind", ""), Kind),
        _known(asked.get("state", ""), State),
        desk.member.staff_id if whose == MINE else None,
        unassigned=whose == NOBODYS,
    )


def _place(text: str | None) -> Place | None:
    """Where the last page ended; None where it makes no sense, which is the first page."""
    due, _comma, request_id = (text or "").partition(",")
    try:
        return Place(date.fromisoformat(due), RequestId(UUID(request_id)))
    except ValueError:
        return None


def _filters(asked: Mapping[str, str]) -> tuple[Filter, ...]:
    every = (
        ("kind", _("Kind"), {kind.value: _(words) for kind, words in KINDS.items()}),
        ("state", _("State"), {state.value: _(STATES[state]) for state in OPEN_STATES}),
        ("whose", _("Assigned to"), {MINE: _("Me"), NOBODYS: _("Nobody")}),
    )
    return tuple(
        Filter(
            name,
            label,
            tuple((value, words, asked.get(name, "") == value) for value, words in {"": _("All"), **options}.items()),
        )
        for name, label, options in every
    )


def _next(kept: str, last: OpenRequest) -> str:
    place = urlencode({"after": f"{last.due or STOPPED},{last.request_id}"})
    return f"{BASE}?{kept}&{place}"


@audience(Audience.STAFF)
@require_safe
def requests(request: HttpRequest) -> HttpResponse:
    """The list."""
    desk = desk_of(request)
    at = clock.now()
    asked = {name: request.GET.get(name, "") for name in ("kind", "state", "whose")}
    after = _place(request.GET.get("after"))
    found = queries.open_requests(desk.ods, only=_only(desk, asked), after=after, limit=PAGE_SIZE + 1)
    more, found = len(found) > PAGE_SIZE, found[:PAGE_SIZE]
    record_staff_read(request, desk, None, route=BASE, served=(), at=at)
    patients = registry.patients({one.patient_id for one in found})
    kept = urlencode(asked)
    context = {
        "title": _("Requests of patients"),
        "count": queries.workload(desk.ods, at=at),
        "lines": lines(found, patients, members_of(desk), at),
        "filters": _filters(asked),
        "next_href": _next(kept, found[-1]) if more else "",
        "first_href": f"{BASE}?{kept}" if after else "",
    }
    return page(request, "staff/requests.html", desk, context)


@audience(Audience.STAFF)
@require_safe
def one(request: HttpRequest, public_id: UUID, request_id: UUID) -> HttpResponse:
    """One request: what is asked, how far it is, what may be done, what happened."""
    desk = desk_of(request)
    patient = patient_of(desk, public_id, content=False)
    found = request_of(desk, patient, request_id)
    at = clock.now()
    record_staff_read(request, desk, patient, route="/staff/request", served=(), at=at)
    here = address(patient, request_id)
    waits = found.is_open and not registry.is_nobody(patient.patient_id)
    opens = is_registered(desk, patient, at)
    possible = open_steps(found, at)
    steps = steps_for(desk, possible if waits else possible & {Step.CLOSE}, found.kind)
    steps = steps if opens else tuple(step for step in steps if step is not Step.REVIEW)
    context = {
        "title": _(KINDS[found.kind]),
        "here": here,
        "one": shown(
            found,
            queries.history(patient.patient_id, found.request_id),
            patient=patient,
            staff=members_of(desk),
            names=names_at(desk),
            asker=_asker(found, patient, at),
            waits=waits,
            at=at,
        ),
        "record": f"/staff/patients/{patient.public_id}" if found.kind in _ABOUT_ENTRIES and desk.may_read else "",
        "copy_number": patient.nhs_number if _makes_copy(found, waits=waits) else "",
        "links": _links(steps, found, here, patient) + (_grant_link(desk, found, patient) if waits and opens else []),
        "beforehand": tuple(_beforehand(steps, found, patient, at)),
        "left": "" if opens or patient.died else left(),
        "reviews": waits and opens and bool(roles(Step.REVIEW, found.kind) & desk.member.roles),
        "takes": Step.ASSIGN in steps and found.assignee != desk.member.staff_id,
        "me": desk.member.staff_id,
        "seen": found.sequence,
        "done": request.GET.get("done", ""),
    }
    return page(request, "staff/request.html", desk, context, patient)


def _asker(found: Request, patient: Patient, at: datetime) -> str:
    """Who asked; of who acts for the patient, also whether they would read the answer."""
    facts = access.facts(patient.patient_id, at=at)
    viewer = facts.viewers.get(found.asker)
    if viewer is None or viewer.kind is not ViewerKind.PROXY:
        return _("The patient")
    every = access.linked(patient.patient_id, at=at)
    linked = next((one for one in every if one.viewer.viewer_id == found.asker), None)
    if linked is None:
        return _("Somebody who acted for the patient. Their access has ended, so they do not read the answer")
    words = _("%(name)s, who acts for the patient. They see nothing now, so they do not read the answer")
    if not is_suspended(facts, viewer, at):
        words = _("%(name)s, who acts for the patient")
    return words % {"name": name_of(linked)}


def _makes_copy(found: Request, *, waits: bool) -> bool:
    """Whether how to make the copy is said: to whoever is known, and not where the answer comes too late."""
    return found.kind is Kind.SUBJECT_ACCESS and found.proof is not None and (waits or not found.is_open)


def _beforehand(steps: Collection[Step], found: Request, patient: Patient, at: datetime) -> Iterable[str]:
    """What whoever answers reads first: why no other answer than no is offered, or none; what access again undoes."""
    if Step.RESUME in steps:
        yield _("Let the clock run again before you answer.")
    if Step.DECIDE not in steps or found.kind is Kind.OPT_OUT:
        return
    if found.proof is None:
        yield _("Nothing is granted before the identity check is recorded.")
    elif found.kind is Kind.HISTORY and not found.reviews:
        yield _("Nothing is granted before a part of the history was looked through and opened.")
    elif found.kind is Kind.LEVEL and not queries.openable(patient.patient_id, found, at=at):
        yield _("They see all that can be opened to them: your practice shows no more, or code 104 stands against it.")
    elif found.kind is Kind.PROXY and not _has_let_in(found, patient):
        yield _("Nobody was let in since they asked. Let the person in before you grant it.")
    elif found.kind is Kind.OPT_IN:
        yield from _again(found, patient, at)


def _has_let_in(found: Request, patient: Patient) -> bool:
    """Whether anybody was let in to act for the patient since the request came."""
    acts = access.acts(patient.patient_id)
    return any(at >= found.made and isinstance(act, ProxyGranted) for at, act in acts)


def _again(found: Request, patient: Patient, at: datetime) -> Iterable[str]:
    """What stands of what the patient wanted, which whoever makes them ask would like to see undone (R7)."""
    stands = standing(access.facts(patient.patient_id, at=at))
    yield from stands or (_("The patient has chosen nothing. They see what the practice shares."),)
    yield _("Make sure that it is the patient, and that nobody listens or tells them what to say.")
    if not queries.opens_again(patient.patient_id, found, at=at):
        yield _(
            "Nothing opens with it for now: your practice shows them nothing, or code 104 stands against it. "
            "Say so in the letter."
        )


def _grant_link(desk: Desk, found: Request, patient: Patient) -> list[tuple[str, str]]:
    """Where whom the patient asked for is let in, once it is sure who asks."""
    if not (desk.may_grant and found.kind is Kind.PROXY and found.proof is not None):
        return []
    return [(f"/staff/patients/{patient.public_id}/people/new?request={found.request_id}", _("Let this person in"))]


def _links(steps: Collection[Step], found: Request, here: str, patient: Patient) -> list[tuple[str, str]]:
    """The pages of these steps; deciding has a link for each answer that is possible."""
    links = [(f"{here}/{step}", _(TITLES[step])) for step in steps if step is not Step.DECIDE]
    if Step.DECIDE in steps:
        openable = queries.openable(patient.patient_id, found, at=clock.now())
        possible = outcomes(found, born=patient.born, openable=openable)
        links += [(f"{here}/decide?outcome={o}", outcome_words(o, found.kind)) for o in Outcome if o in possible]
    return links
