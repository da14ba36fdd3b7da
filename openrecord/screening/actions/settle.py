"""Settling: bring what lies in the timeline in line with what the rules say now, for one patient.

Every act that could change placement ends here, in its own transaction. The body of an entry lies in the timeline or
in the vault; it moves with this.
"""

from collections.abc import Collection, Iterable, Mapping
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
from openrecord.screening.actions import worklist
from openrecord.screening.actions.linking import LinkBook
from openrecord.screening.events import Cause, Membership, PlacementsChanged, Placing
from openrecord.screening.rules.entries import next_turn
from openrecord.screening.rules.groups import Groups
from openrecord.screening.rules.keeping import as_text, proxy_rules
from openrecord.screening.rules.likeness import doubted
from openrecord.screening.rules.placement import lies_in_timeline, place, shows_text
from openrecord.screening.rules.worklist import items
from openrecord.screening.types import EntryId, EntryState, Placement

Body = tuple[bytes | None, bytes | None]
"""(coded, full): full is None where it does not differ, either where it lies elsewhere."""
ENTRY_COLUMNS = (
    "patient_id", "id", "public_id", "org", "kind", "slot", "known", "recorded", "clinical", "filed", "status",
    "labels", "has_text", "own", "unit", "marks", "mapper", "superseded", "wrong_person", "copy_unresolved", "acted",
    "came_as", "placed", "tranche", "with_text", "placed_at", "ever_placed", "proxies",
)  # fmt: skip
_LEFT = (
    "UPDATE screening_entry SET placed=false, tranche=0, with_text=false, placed_at=NULL, proxies='' "
    "WHERE patient_id=%s AND id IN ({keys})"
)
_ENTERED = (
    "UPDATE screening_entry SET placed=true, tranche=%s, with_text=%s, proxies=%s, placed_at=%s, ever_placed=true "
    "WHERE patient_id=%s AND id IN ({keys})"
)
_STAYED = "UPDATE screening_entry SET tranche=%s, with_text=%s, proxies=%s WHERE patient_id=%s AND id IN ({keys})"
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
class _Moves:
    """What enters the timeline, leaves it, or stays there and is written anew."""

    entering: list[_Wish]
    leaving: list[_Wish]
    staying: list[_Wish]


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
    entries = {entry_id: state.facts for entry_id, state in known.items()}
    placements = {} if is_going else place(facts, entries, at)
    turn = next_turn(facts.policies, entries.values(), at)
    if turn is not None:
        access_actions.end_sights(patient_id, by=turn)
    waiting = items(facts, entries, placements, at)
    worklist.keep(patient_id, entries, waiting, arrivals.replaces, is_new_patient=arrivals.is_new_patient)
    wishes = _wishes(patient_id, facts, known, placements, at)
    moves = _Moves(
        entering=[w for w in wishes if w.lies and not w.state.placed],
        leaving=[w for w in wishes if not w.lies and w.state.placed],
        staying=[w for w in wishes if w.lies and w.state.placed and (_differs(w) or _id(w) in revised)],
    )
    bodies = _from_vault(patient_id, moves.entering + [w for w in moves.staying if w.with_text], arrivals)
    _to_vault(patient_id, wishes, arrivals)
    stamp = to_micros(at)
    _insert(wishes, arrivals, stamp)
    _remember(patient_id, moves, arrivals, stamp)
    if moves.entering or moves.leaving or moves.staying:
        moved = {_id(w) for w in (*moves.entering, *moves.leaving)}
        concerned = None if arrivals.is_new_patient else moved | set(arrivals.replaces) | set(revised)
        book = LinkBook(patient_id, {_id(w): _reference(w) for w in wishes}, concerned)
        current = {entry_id for entry_id, placement in placements.items() if placement.standing.chunks is None}
        first = [_id(w) for w in moves.entering if not w.state.ever_placed]
        news = tuple(entry for entry in first if entry in current) if cause.is_news else ()
        members = tuple(_members(wishes, {_id(w) for w in moves.entering}))
        _tell(patient_id, at, moves, arrivals, book, bodies, members, news)


def _tell(
    patient_id: PatientId,
    at: datetime,
    moves: _Moves,
    arrivals: Arrivals,
    book: LinkBook,
    bodies: Mapping[EntryId, Body],
    members: tuple[Membership, ...],
    news: tuple[EntryId, ...],
) -> None:
    """Say what enters, changes and leaves."""
    stamp = to_micros(at)
    moved = {_id(w) for w in (*moves.entering, *moves.leaving)}
    written = {_id(w) for w in (*moves.entering, *moves.staying)}
    bus.publish(
        PlacementsChanged(
            patient_id,
            at,
            placed=tuple(_placing(w, book, bodies, stamp) for w in moves.entering),
            altered=tuple(_placing(w, book, bodies, w.state.placed_at or stamp) for w in moves.staying),
            withdrawn=tuple(_id(w) for w in moves.leaving if _id(w) not in arrivals.replaces),
            discarded=tuple(_id(w) for w in moves.leaving if _id(w) in arrivals.replaces),
            relinked=tuple(book.relinked(moved, written)),
            members=members,
            news=news,
        )
    )


def _id(wish: _Wish) -> EntryId:
    return wish.state.facts.entry_id


def _reference(wish: _Wish) -> str | None:
    return f"{KIND_RULES[wish.state.facts.kind].fhir_type}/{wish.state.public_id}" if wish.lies else None


def _wishes(
    patient_id: PatientId,
    facts: AccessFacts,
    states: Mapping[EntryId, EntryState],
    placements: Mapping[EntryId, Placement],
    at: datetime,
) -> list[_Wish]:
    ceiling = Ceiling(facts, at)
    rules = proxy_rules(facts, {entry_id: state.facts for entry_id, state in states.items()})
    lying = {entry_id for entry_id, placement in placements.items() if lies_in_timeline(ceiling, placement)}
    groups = {entry_id: _group(placements[entry_id].standing) for entry_id in lying}
    numbers = access_actions.tranche_numbers(patient_id, set(groups.values())) if groups else {}
    return [
        _Wish(
            state,
            entry_id in lying,
            numbers[groups[entry_id]] if entry_id in lying else 0,
            entry_id in lying and state.facts.has_text and shows_text(ceiling, placements[entry_id]),
            as_text(rules[entry_id]) if entry_id in lying else "",
        )
        for entry_id, state in states.items()
    ]


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


def _group(standing: Standing) -> Standing:
    return Standing(standing.org, Slot.NEVER, standing.chunks)


def _differs(wish: _Wish) -> bool:
    state = wish.state
    return (wish.tranche, wish.with_text, wish.proxies) != (state.tranche, state.with_text, state.proxies)


def _from_vault(patient_id: PatientId, wishes: Iterable[_Wish], arrivals: Arrivals) -> dict[EntryId, Body]:
    """The bodies that leave the vault; what arrived with the act comes from there."""
    bodies: dict[EntryId, Body] = dict(arrivals.bodies)
    wanted = [w for w in wishes if _id(w) not in bodies]
    statement = "SELECT id, coded, full_body FROM screening_vault WHERE patient_id=%s AND id IN ({keys})"
    without_text = {_id(w) for w in wanted if not w.with_text}
    text_stays: list[EntryId] = []
    gone: list[EntryId] = []
    for raw, coded, full in sql.rows_in(statement, [patient_id], [_id(w) for w in wanted]):
        entry_id = EntryId(bytes(raw))
        bodies[entry_id] = (None if coded is None else bytes(coded), None if full is None else bytes(full))
        (text_stays if entry_id in without_text and full is not None else gone).append(entry_id)
    emptied = "UPDATE screening_vault SET coded=NULL WHERE patient_id=%s AND id IN ({keys})"
    sql.execute_in(emptied, [patient_id], text_stays)
    sql.delete_in("screening_vault", patient_id, "id", gone)
    return bodies


def _to_vault(patient_id: PatientId, wishes: Iterable[_Wish], arrivals: Arrivals) -> None:
    """What arrived and may not lie in the timeline; of what lies there coded only, the text."""
    rows: list[sql.Row] = []
    for wish in wishes:
        body = arrivals.bodies.get(_id(wish))
        if body is None:
            continue
        if not wish.lies:
            rows.append((patient_id, _id(wish), body[0], body[1]))
        elif body[1] is not None and not wish.with_text:
            rows.append((patient_id, _id(wish), None, body[1]))
    sql.delete_in("screening_vault", patient_id, "id", (entry for entry in arrivals.replaces))
    sql.insert("screening_vault", ("patient_id", "id", "coded", "full_body"), rows)


def take_back(patient_id: PatientId, bodies: Mapping[EntryId, Body]) -> None:
    """Bodies (coded, full) that left the timeline lie in the vault again; None keeps what lies there already."""
    lying = sql.rows_in("SELECT id FROM screening_vault WHERE patient_id=%s AND id IN ({keys})", [patient_id], bodies)
    known = {EntryId(bytes(row[0])) for row in lying}
    for entry_id in known:
        coded, full = bodies[entry_id]
        sql.execute(
            "UPDATE screening_vault SET coded=COALESCE(%s, coded), full_body=COALESCE(%s, full_body) "
            "WHERE patient_id=%s AND id=%s",
            [coded, full, patient_id, entry_id],
        )
    new = [(patient_id, entry_id, *body) for entry_id, body in bodies.items() if entry_id not in known]
    sql.insert("screening_vault", ("patient_id", "id", "coded", "full_body"), new)


def _remember(patient_id: PatientId, moves: _Moves, arrivals: Arrivals, stamp: int) -> None:
    """Note on each stored entry how it lies now: one statement for all that lie alike."""
    sql.execute_in(_LEFT, [patient_id], [_id(wish) for wish in moves.leaving])
    entering = (wish for wish in moves.entering if _id(wish) not in arrivals.rows)
    for how, alike in _alike(entering).items():
        sql.execute_in(_ENTERED, [*how, stamp, patient_id], alike)
    for how, alike in _alike(moves.staying).items():
        sql.execute_in(_STAYED, [*how, patient_id], alike)


def _alike(wishes: Iterable[_Wish]) -> dict[tuple[int, bool, str], list[EntryId]]:
    """The entries by how they lie: tranche, whether with their text, kept from which proxies."""
    found: dict[tuple[int, bool, str], list[EntryId]] = {}
    for wish in wishes:
        found.setdefault((wish.tranche, wish.with_text, wish.proxies), []).append(_id(wish))
    return found


def _insert(wishes: Iterable[_Wish], arrivals: Arrivals, stamp: int) -> None:
    """Store the entries that are new, with how they lie."""
    rows = [
        (*arrivals.rows[_id(w)], w.lies, w.tranche, w.with_text, stamp if w.lies else None, w.lies, w.proxies)
        for w in wishes
        if _id(w) in arrivals.rows
    ]
    sql.insert("screening_entry", ENTRY_COLUMNS, rows)


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
