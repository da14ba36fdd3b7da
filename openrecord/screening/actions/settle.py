"""Settling: bring what lies in the timeline in line with what the rules say now, for one patient.

Every act that could change placement ends here, in its own transaction. The body of an entry lies in the timeline or
in the vault; it moves with this.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import msgspec

from openrecord.access import actions as access_actions
from openrecord.access import queries as access
from openrecord.access.rules.ceiling import Ceiling
from openrecord.access.types import AccessFacts, Standing
from openrecord.clinical.incoming import OwnContent
from openrecord.clinical.kinds import KIND_RULES, EntryKind, Slot
from openrecord.db import bus, sql
from openrecord.kit.instants import to_micros
from openrecord.registry.types import PatientId
from openrecord.screening import queries
from openrecord.screening.actions import vault, worklist
from openrecord.screening.actions.linking import Around, LinkBook, link_books
from openrecord.screening.actions.vault import Body
from openrecord.screening.actions.worklist import Waiting
from openrecord.screening.events import Cause, Change, Membership, PlacementsChanged, Placing
from openrecord.screening.rules.entries import next_turn
from openrecord.screening.rules.groups import Groups
from openrecord.screening.rules.keeping import as_text, proxy_rules
from openrecord.screening.rules.likeness import doubted
from openrecord.screening.rules.placement import lies_in_timeline, place, shows_text
from openrecord.screening.rules.worklist import items
from openrecord.screening.types import EntryFacts, EntryId, EntryState, Placement

ENTRY_COLUMNS = (
    "patient_id", "id", "public_id", "org", "kind", "slot", "known", "recorded", "clinical", "filed", "status",
    "labels", "has_text", "own", "unit", "marks", "mapper", "superseded", "wrong_person", "copy_unresolved", "acted",
    "came_as", "placed", "tranche", "with_text", "placed_at", "ever_placed", "proxies",
)  # fmt: skip
_LEFT = "UPDATE screening_entry SET placed=false, tranche=0, with_text=false, placed_at=NULL, proxies='' WHERE {which}"
_ENTERED = (
    "UPDATE screening_entry SET placed=true, tranche=%s, with_text=%s, proxies=%s, placed_at=%s, ever_placed=true "
    "WHERE {which}"
)
_STAYED = "UPDATE screening_entry SET tranche=%s, with_text=%s, proxies=%s WHERE {which}"
UNDATED = -(2**62)
"""Where an entry without a clinical date sorts: last in a list that begins with the newest."""


@dataclass(frozen=True, slots=True)
class Arrivals:
    """Bodies that come with the act and do not lie in the vault yet.

    `replaces`: those of which an older body lies somewhere. `rows`: entries not stored yet, their columns up to
    `came_as`. `is_new_patient`: the patient had no entry before, so nothing else can be concerned.
    """

    bodies: Mapping[EntryId, Body]
    replaces: frozenset[EntryId] = frozenset()
    rows: Mapping[EntryId, sql.Row] = field(default_factory=dict)
    is_new_patient: bool = False


NOTHING_NEW = Arrivals({})


class _Wish(msgspec.Struct, frozen=True, gc=False):
    """How one entry shall lie."""

    state: EntryState
    lies: bool
    tranche: int
    with_text: bool
    proxies: str


@dataclass(frozen=True, slots=True)
class _Case:
    """What is known of one patient, and what the act says about some of the entries."""

    patient_id: PatientId
    facts: AccessFacts
    known: Mapping[EntryId, EntryState]
    revised: frozenset[EntryId] = frozenset()
    arrivals: Arrivals = NOTHING_NEW
    is_going: bool = False
    entries: Mapping[EntryId, EntryFacts] = field(init=False)

    def __post_init__(self) -> None:
        entries = {entry_id: state.facts for entry_id, state in self.known.items()}
        object.__setattr__(self, "entries", entries)


@dataclass(frozen=True, slots=True)
class _Moves:
    """What of one patient enters the timeline, leaves it, or stays there and is written anew; `wishes`: every entry."""

    case: _Case
    placements: Mapping[EntryId, Placement]
    wishes: list[_Wish]
    entering: list[_Wish]
    leaving: list[_Wish]
    staying: list[_Wish]

    def __bool__(self) -> bool:
        return bool(self.entering or self.leaving or self.staying)


def settle(
    patient_id: PatientId,
    *,
    at: datetime,
    cause: Cause,
    only: Collection[EntryId] | None = None,
    revised: Collection[EntryId] = (),
    arrivals: Arrivals = NOTHING_NEW,
    known: Mapping[EntryId, EntryState] | None = None,
    is_going: bool = False,
) -> None:
    """Decide about the patient's entries (or `only` these and their groups) and move what has to move.

    `revised`: entries whose lying row is written anew even where it stays. `known`: their states, where the caller
    has them at hand. `is_going`: these entries leave for another record, whatever the rules say.
    """
    if known is None:
        wanted = None if only is None else queries.closure(patient_id, only)
        known = queries.states(patient_id, wanted)
    known = doubted(known)
    if not known:
        return
    facts = access.facts(patient_id, at=at, controlling={state.facts.org for state in known.values()})
    _settle([_Case(patient_id, facts, known, frozenset(revised), arrivals, is_going)], at, cause)


def settle_many(patients: Iterable[PatientId], *, at: datetime, cause: Cause) -> dict[PatientId, AccessFacts]:
    """`settle` for each of these patients, in few statements; the facts by which it was decided."""
    known = queries.states_of(patients)
    orgs = {patient_id: {state.facts.org for state in states.values()} for patient_id, states in known.items()}
    facts = access.facts_of(known, at=at, controlling=orgs)
    _settle([_Case(patient_id, facts[patient_id], states) for patient_id, states in known.items() if states], at, cause)
    return facts


def _settle(cases: Sequence[_Case], at: datetime, cause: Cause) -> None:
    placed = [{} if case.is_going else place(case.facts, case.entries, at) for case in cases]
    waiting = []
    for case, placements in zip(cases, placed, strict=True):
        turn = next_turn(case.facts.policies, case.entries.values(), at)
        if turn is not None:
            access_actions.end_sights(case.patient_id, by=turn)
        listed, new = items(case.facts, case.entries, placements, at), case.arrivals
        waiting.append(Waiting(case.patient_id, case.entries, listed, new.replaces, new.is_new_patient))
    worklist.keep(waiting)
    moves = _moves(cases, placed, at)
    bodies = vault.take_out({each.case.patient_id: _out_of_vault(each) for each in moves})
    replaced = {case.patient_id: case.arrivals.replaces for case in cases}
    vault.put_in({each.case.patient_id: _into_vault(each) for each in moves}, replaced)
    stamp = to_micros(at)
    for each in moves:
        _insert(each, stamp)
    _remember(moves, stamp)
    moved = [each for each in moves if each]
    if moved:
        books = link_books({each.case.patient_id: _around(each) for each in moved})
        changes = (_change(m, books[m.case.patient_id], bodies[m.case.patient_id], stamp, cause) for m in moved)
        bus.publish(PlacementsChanged(at, tuple(changes)))


def _id(wish: _Wish) -> EntryId:
    return wish.state.facts.entry_id


def _moves(cases: Sequence[_Case], placed: Sequence[Mapping[EntryId, Placement]], at: datetime) -> list[_Moves]:
    """How every entry shall lie, and so what moves."""
    ceilings = [Ceiling(case.facts, at) for case in cases]
    groups = [
        {entry: _group(one.standing) for entry, one in placements.items() if lies_in_timeline(ceiling, one)}
        for ceiling, placements in zip(ceilings, placed, strict=True)
    ]
    numbers = access_actions.tranche_numbers(
        {case.patient_id: set(lying.values()) for case, lying in zip(cases, groups, strict=True) if lying}
    )
    found = []
    for case, placements, ceiling, lying in zip(cases, placed, ceilings, groups, strict=True):
        number = numbers.get(case.patient_id, {})
        wishes = _wishes(case, placements, ceiling, {entry: number[group] for entry, group in lying.items()})
        found.append(
            _Moves(
                case,
                placements,
                wishes,
                entering=[w for w in wishes if w.lies and not w.state.placed],
                leaving=[w for w in wishes if not w.lies and w.state.placed],
                staying=[w for w in wishes if w.lies and w.state.placed and (_differs(w) or _id(w) in case.revised)],
            )
        )
    return found


def _wishes(
    case: _Case, placements: Mapping[EntryId, Placement], ceiling: Ceiling, tranches: Mapping[EntryId, int]
) -> list[_Wish]:
    """`tranches`: of the entries that shall lie in the timeline."""
    rules = proxy_rules(case.facts, case.entries)
    return [
        _Wish(
            state,
            entry_id in tranches,
            tranches.get(entry_id, 0),
            entry_id in tranches and state.facts.has_text and shows_text(ceiling, placements[entry_id]),
            as_text(rules[entry_id]) if entry_id in tranches else "",
        )
        for entry_id, state in case.known.items()
    ]


def _group(standing: Standing) -> Standing:
    return Standing(standing.org, Slot.NEVER, standing.chunks)


def _differs(wish: _Wish) -> bool:
    state = wish.state
    return (wish.tranche, wish.with_text, wish.proxies) != (state.tranche, state.with_text, state.proxies)


def _out_of_vault(moves: _Moves) -> dict[EntryId, bool]:
    """Whose body is needed from the vault, and whether with its text; what has arrived comes with the act."""
    wanted = (*moves.entering, *(w for w in moves.staying if w.with_text))
    return {_id(w): w.with_text for w in wanted if _id(w) not in moves.case.arrivals.bodies}


def _into_vault(moves: _Moves) -> dict[EntryId, Body]:
    """What has arrived and may not lie in the timeline; of what lies there coded only, the text."""
    arrived = moves.case.arrivals.bodies
    kept: dict[EntryId, Body] = {}
    for wish in moves.wishes if arrived else ():
        body = arrived.get(_id(wish))
        if body is not None and not wish.lies:
            kept[_id(wish)] = body
        elif body is not None and body[1] is not None and not wish.with_text:
            kept[_id(wish)] = (None, body[1])
    return kept


def _remember(moves: Iterable[_Moves], stamp: int) -> None:
    """Note on each stored entry how it lies now: one statement for all that lie alike."""
    left, entered, stayed = {}, _Alike(dict), _Alike(dict)
    for each in moves:
        patient_id = each.case.patient_id
        left[patient_id] = [_id(wish) for wish in each.leaving]
        for how, wish in ((_how(wish), wish) for wish in each.entering if _id(wish) not in each.case.arrivals.rows):
            entered[how].setdefault(patient_id, []).append(_id(wish))
        for wish in each.staying:
            stayed[_how(wish)].setdefault(patient_id, []).append(_id(wish))
    sql.execute_of(_LEFT, [], "id", left)
    for how, alike in entered.items():
        sql.execute_of(_ENTERED, [*how, stamp], "id", alike)
    for how, alike in stayed.items():
        sql.execute_of(_STAYED, how, "id", alike)


_Alike = defaultdict[tuple[int, bool, str], dict[PatientId, list[EntryId]]]
"""The entries of each patient by how they lie: tranche, whether with their text, kept from which proxies."""


def _how(wish: _Wish) -> tuple[int, bool, str]:
    return wish.tranche, wish.with_text, wish.proxies


def _insert(moves: _Moves, stamp: int) -> None:
    """Store the entries that are new, with how they lie."""
    new = moves.case.arrivals.rows
    rows = [
        (*new[_id(w)], w.lies, w.tranche, w.with_text, stamp if w.lies else None, w.lies, w.proxies)
        for w in moves.wishes
        if _id(w) in new
    ]
    sql.insert("screening_entry", ENTRY_COLUMNS, rows)


def _around(moves: _Moves) -> Around:
    """The entries whose links have to be looked at."""
    case = moves.case
    lying = {_id(w): _reference(w) for w in moves.wishes}
    if case.arrivals.is_new_patient:
        return Around(lying, None)
    moved = {_id(w) for w in (*moves.entering, *moves.leaving)}
    return Around(lying, moved | case.arrivals.replaces | case.revised)


def _reference(wish: _Wish) -> str | None:
    return f"{KIND_RULES[wish.state.facts.kind].fhir_type}/{wish.state.public_id}" if wish.lies else None


def _change(moves: _Moves, book: LinkBook, from_vault: Mapping[EntryId, Body], stamp: int, cause: Cause) -> Change:
    """What is said of the patient: what enters, changes and leaves."""
    arrivals = moves.case.arrivals
    bodies = {**from_vault, **arrivals.bodies}
    entering, leaving, staying = ([_id(w) for w in some] for some in (moves.entering, moves.leaving, moves.staying))
    return Change(
        moves.case.patient_id,
        placed=tuple(_placing(w, book, bodies, stamp) for w in moves.entering),
        altered=tuple(_placing(w, book, bodies, w.state.placed_at or stamp) for w in moves.staying),
        withdrawn=tuple(entry for entry in leaving if entry not in arrivals.replaces),
        discarded=tuple(entry for entry in leaving if entry in arrivals.replaces),
        relinked=tuple(book.relinked({*entering, *leaving}, {*entering, *staying})),
        members=tuple(_members(moves.wishes, set(entering))),
        news=tuple(_news(moves)) if cause.is_news else (),
    )


def _news(moves: _Moves) -> Iterable[EntryId]:
    """Current entries that are placed for the first time."""
    for wish in moves.entering:
        if not wish.state.ever_placed and moves.placements[_id(wish)].standing.chunks is None:
            yield _id(wish)


def _members(wishes: Iterable[_Wish], entering: Collection[EntryId]) -> Iterable[Membership]:
    """Which placed entry is, near or far, part of which placed container, where one of them has just entered.

    What lies between them need not lie there: not every reason for which a container is kept back passes down.
    """
    known = {_id(w): w.state.facts for w in wishes}
    lying = {_id(w) for w in wishes if w.lies}
    groups = Groups(known)
    for entry_id in lying:
        facts = known[entry_id]
        for container in groups.ancestors(entry_id) & lying:
            if entry_id in entering or container in entering:
                yield Membership(container, entry_id, is_direct=container in facts.containers)


def _placing(wish: _Wish, book: LinkBook, bodies: Mapping[EntryId, Body], placed_at: int) -> Placing:
    facts = wish.state.facts
    coded, full = bodies.get(facts.entry_id, (None, None))
    return Placing(
        facts.entry_id,
        wish.state.public_id,
        KIND_RULES[facts.kind].fhir_type or "",
        facts.slot,
        wish.tranche,
        UNDATED if facts.clinical is None else to_micros(facts.clinical),
        facts.clinical is not None,
        _hollow(facts.kind, facts.own),
        wish.proxies,
        placed_at,
        book.refs(facts.entry_id),
        coded,
        full if wish.with_text else None,
        wish.with_text,
    )


def _hollow(kind: EntryKind, own: OwnContent) -> int:
    if not KIND_RULES[kind].container:
        return 0
    return {OwnContent.CODED: 0, OwnContent.NONE: 1, OwnContent.TEXT: 2}[own]
