"""Questions of screening: entries with their facts, and the whole explained answer for one viewer."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from uuid import UUID

from openrecord.access import queries as access
from openrecord.access.rules.horizon import FAR_FUTURE
from openrecord.access.types import Reason, Viewer, ViewerId, ViewerKind
from openrecord.clinical.incoming import Label, LinkKind, OwnContent, VersionStatus
from openrecord.clinical.kinds import EntryKind, Slot
from openrecord.db import sql
from openrecord.kit.instants import from_micros, from_micros_or_none, to_micros
from openrecord.registry import queries as registry
from openrecord.registry.types import OdsCode, PatientId
from openrecord.screening import events
from openrecord.screening.rules.decide import decide
from openrecord.screening.rules.entries import next_turn as turn_of_entries
from openrecord.screening.rules.likeness import doubted
from openrecord.screening.rules.placement import place
from openrecord.screening.rules.stance import fold, standing
from openrecord.screening.rules.worklist import as_bits, from_bits, items
from openrecord.screening.types import (
    NO_STANCE,
    EntryFacts,
    EntryId,
    EntryState,
    Item,
    ItemState,
    ListedItem,
    Stance,
    Verdict,
    WorklistCount,
    WorklistFilter,
)

SAFE_MAPPER = 1
"""Entries mapped by an older version than this are not served until they are rebuilt."""

_COLUMNS = (
    "id, public_id, org, kind, slot, known, recorded, clinical, filed, status, labels, has_text, own, unit, marks, "
    "mapper, superseded, wrong_person, copy_unresolved, acted, placed, tranche, with_text, placed_at, ever_placed, "
    "proxies, came_as"
)
_ALL = f"SELECT {_COLUMNS} FROM screening_entry WHERE patient_id=%s"
_LABELLED = "SELECT id, labels FROM screening_entry WHERE patient_id=%s AND org=%s AND labels<>''"
_SOME = f"{_ALL} AND id IN ({{keys}})"
_STAMP = "(SELECT MAX(a.sequence) FROM screening_act a WHERE a.patient_id=e.patient_id AND a.entry=e.id), e.revision"
_LISTED = (
    "SELECT w.patient_id, w.id, e.public_id, w.slot, w.state, w.since, w.due, w.leaves, w.signals, w.author, v.coded, "
    f"v.full_body, {_STAMP}, w.day, w.rank FROM screening_worklist w "
    "JOIN screening_entry e ON e.patient_id=w.patient_id AND e.id=w.id "
    "LEFT JOIN screening_vault v ON v.patient_id=w.patient_id AND v.id=w.id"
)
_OPEN = "w.org=%s AND (w.leaves IS NULL OR w.leaves > %s)"
"""Until a policy releases it by itself; the row goes when the patient is next settled."""

_MARKS = {mark.value: mark for mark in (Reason.TRANSFERRED, Reason.FIRST_LOAD)}


class BadPlace(ValueError):
    """The place in a worklist that was asked for is none that was handed out."""


def label_of(labels: str) -> Label:
    """The strictest label of all sources ("source=word" separated by blanks)."""
    words = {part.rpartition("=")[2] for part in labels.split()}
    if Label.NOT_FOR_PATIENT.value in words:
        return Label.NOT_FOR_PATIENT
    return Label.UNKNOWN if words - {Label.NONE.value} else Label.NONE


def _state(
    row: sql.Row,
    stances: Mapping[bytes, Stance],
    parts: Mapping[bytes, list[bytes | None]],
    answered: frozenset[bytes],
) -> EntryState:
    identity = bytes(row[0])
    containers = parts.get(identity, ())
    facts = EntryFacts(
        EntryId(identity),
        OdsCode(row[2]),
        EntryKind(row[3]),
        Slot(row[4]),
        known=from_micros(row[5]),
        recorded=from_micros_or_none(row[6]),
        clinical=from_micros_or_none(row[7]),
        filed=None if row[8] is None else bool(row[8]),
        status=VersionStatus(row[9]),
        label=label_of(row[10]) if row[10] else Label.NONE,
        has_text=bool(row[11]),
        own=OwnContent(row[12]),
        containers=tuple(EntryId(bytes(c)) for c in containers if c is not None),
        missing_container=any(c is None for c in containers),
        unit=row[13],
        history_marks=frozenset(_MARKS[word] for word in row[14].split()),
        safe_mapper=row[15] >= SAFE_MAPPER,
        superseded=bool(row[16]),
        wrong_person=bool(row[17]),
        copy_unresolved=bool(row[18]),
        stance=stances.get(identity, NO_STANCE),
        public_id=UUID(bytes=bytes(row[1])),
        came_as=None if row[26] is None else PatientId(row[26]),
        answered=identity in answered,
    )
    return EntryState(
        facts, UUID(bytes=bytes(row[1])), row[10], bool(row[19]), bool(row[20]), row[21], bool(row[22]), row[23],
        bool(row[24]), row[25],
    )  # fmt: skip


def states(patient_id: PatientId, wanted: Iterable[EntryId] | None = None) -> dict[EntryId, EntryState]:
    """The patient's entries, or those wanted, with their facts and how they lie."""
    keys = None if wanted is None else list(wanted)
    found = sql.rows(_ALL, [patient_id]) if keys is None else sql.rows_in(_SOME, [patient_id], keys)
    acted = [bytes(row[0]) for row in found if row[19]]
    stances = {entry: fold(acts) for entry, acts in _acts(patient_id, acted).items()}
    parts = _containers(patient_id, keys)
    answered = _answered(patient_id) if any(row[26] is not None for row in found) else frozenset()
    known = {state.facts.entry_id: state for state in (_state(row, stances, parts, answered) for row in found)}
    return doubted(known)


def _answered(patient_id: PatientId) -> frozenset[bytes]:
    """The entries about which people decided since a record was merged into this one, in a way that stands."""
    merged = [part.merged_at for part in registry.parts(patient_id) if part.merged_at is not None]
    since = max(merged, default=FAR_FUTURE)
    statement = "SELECT entry, sequence, at, act FROM screening_act WHERE patient_id=%s ORDER BY entry, sequence"
    made: dict[bytes, list[tuple[int, events.AnyAct]]] = {}
    for entry, _, at, act in sql.rows(statement, [patient_id]):
        made.setdefault(bytes(entry), []).append((at, events.decode(act)))
    return frozenset(
        entry
        for entry, acts in made.items()
        if any(acts[number - 1][0] >= to_micros(since) for number in standing([act for _, act in acts]))
    )


def _acts(patient_id: PatientId, entries: list[bytes]) -> dict[bytes, list[events.AnyAct]]:
    found: dict[bytes, list[tuple[int, str]]] = {}
    statement = "SELECT entry, sequence, act FROM screening_act WHERE patient_id=%s AND entry IN ({keys})"
    for entry, sequence, act in sql.rows_in(statement, [patient_id], entries):
        found.setdefault(bytes(entry), []).append((sequence, act))
    return {entry: [events.decode(act) for _, act in sorted(acts)] for entry, acts in found.items()}


def _containers(patient_id: PatientId, keys: list[EntryId] | None) -> dict[bytes, list[bytes | None]]:
    base = "SELECT entry, container FROM screening_container WHERE patient_id=%s"
    if keys is None:
        found = sql.rows(base, [patient_id])
    else:
        found = sql.rows_in(base + " AND entry IN ({keys})", [patient_id], keys)
    parts: dict[bytes, list[bytes | None]] = {}
    for entry, container in found:
        parts.setdefault(bytes(entry), []).append(None if container is None else bytes(container))
    return parts


def closure(patient_id: PatientId, touched: Iterable[EntryId]) -> set[EntryId]:
    """The touched entries with their whole groups: containers, everything inside those, medication units.

    Of a record into which another was merged all: an entry may be a copy of any other (rules.likeness).
    """
    if registry.parts(patient_id):
        every = sql.rows("SELECT id FROM screening_entry WHERE patient_id=%s", [patient_id])
        return {EntryId(bytes(row[0])) for row in every}
    known: set[bytes] = set(touched)
    fresh = set(known)
    while fresh:
        found: set[bytes] = set()
        for near, far in (("entry", "container"), ("container", "entry")):
            statement = (
                f"SELECT {far} FROM screening_container WHERE patient_id=%s "
                f"AND {far} IS NOT NULL AND {near} IN ({{keys}})"
            )
            found |= {bytes(row[0]) for row in sql.rows_in(statement, [patient_id], fresh)}
        units = {
            row[0]
            for row in sql.rows_in(
                "SELECT DISTINCT unit FROM screening_entry WHERE patient_id=%s AND unit IS NOT NULL AND id IN ({keys})",
                [patient_id],
                fresh,
            )
        }
        statement = "SELECT id FROM screening_entry WHERE patient_id=%s AND unit IN ({keys})"
        found |= {bytes(row[0]) for row in sql.rows_in(statement, [patient_id], units)}
        fresh = found - known
        known |= found
    return {EntryId(entry) for entry in known}


def facts(patient_id: PatientId) -> dict[EntryId, EntryFacts]:
    """The facts of all the patient's entries."""
    return {entry_id: state.facts for entry_id, state in states(patient_id).items()}


def came_as(patient_id: PatientId, part: PatientId) -> tuple[EntryId, ...]:
    """The entries of this record that came to the one that was merged into it."""
    statement = "SELECT id FROM screening_entry WHERE patient_id=%s AND came_as=%s"
    return tuple(EntryId(bytes(row[0])) for row in sql.rows(statement, [patient_id, part]))


def labelled(patient_id: PatientId, ods: OdsCode) -> tuple[EntryId, ...]:
    """The entries that the practice controls and a source marked as not for the patient, or in words not understood."""
    found = sql.rows(_LABELLED, [patient_id, ods])
    return tuple(EntryId(bytes(entry)) for entry, labels in found if label_of(labels) is not Label.NONE)


def verdicts(
    patient_id: PatientId, viewer_id: UUID, *, at: datetime, channel: str = "", client_id: UUID | None = None
) -> dict[EntryId, Verdict]:
    """The whole explained answer: every entry of the patient, for one viewer, now."""
    entries = facts(patient_id)
    access_facts = access.facts(patient_id, at=at, controlling={entry.org for entry in entries.values()})
    wanted = ViewerId(client_id or viewer_id)
    viewer = access_facts.viewers.get(wanted, Viewer(wanted, ViewerKind.SELF, None))
    return decide(access_facts, entries, viewer, at=at, channel=channel)


def next_turn(patient_id: PatientId, *, at: datetime) -> datetime:
    """The first instant after `at` at which placement turns by itself."""
    policies = access.facts(patient_id, at=at).policies
    return turn_of_entries(policies, facts(patient_id).values(), at) or FAR_FUTURE


def stamp(patient_id: PatientId, entry_id: EntryId) -> str:
    """Names what somebody sees of an entry: changes with each act on it and each version of it."""
    found = sql.row(f"SELECT {_STAMP} FROM screening_entry e WHERE e.patient_id=%s AND e.id=%s", [patient_id, entry_id])
    return "" if found is None else _stamp(found[0], found[1])


def organisation_of(patient_id: PatientId, entry_id: EntryId) -> OdsCode | None:
    """Which organisation controls an entry of the patient; None where the patient has no such entry."""
    found = sql.row("SELECT org FROM screening_entry WHERE patient_id=%s AND id=%s", [patient_id, entry_id])
    return None if found is None else OdsCode(found[0])


def came_to(patient_id: PatientId, entry_id: EntryId) -> PatientId:
    """Under whose number an entry of this record came: another's where that one's record was merged into this one."""
    found = sql.row("SELECT came_as FROM screening_entry WHERE patient_id=%s AND id=%s", [patient_id, entry_id])
    return patient_id if found is None or found[0] is None else PatientId(found[0])


def newest_act(patient_id: PatientId, entry_id: EntryId) -> int:
    """How many acts there are on the entry, by the highest sequence; 0 for none."""
    statement = "SELECT COALESCE(MAX(sequence), 0) FROM screening_act WHERE patient_id=%s AND entry=%s"
    return int(sql.rows(statement, [patient_id, entry_id])[0][0])


def newest_standing_act(patient_id: PatientId, entry_id: EntryId) -> int | None:
    """The number of the newest act on the entry that was not taken back."""
    return max(standing(_acts(patient_id, [entry_id]).get(entry_id, [])), default=None)


def _stamp(acts_so_far: int | None, revision: int) -> str:
    return f"{acts_so_far or 0}.{revision}"


def worklist(
    ods: OdsCode, wanted: WorklistFilter, *, at: datetime, limit: int, after: str | None = None
) -> tuple[ListedItem, ...]:
    """Items of a practice, the oldest promise first, within a day the most pressing. Raises BadPlace for `after`."""
    now = to_micros(at)
    conditions, parameters = [_OPEN], [ods, now]
    if wanted.states != frozenset(ItemState):
        conditions.append(f"w.state IN ({sql.marks(len(wanted.states))})")
        parameters += sorted(state.value for state in wanted.states)
    if wanted.slots is not None:
        conditions.append(f"w.slot IN ({sql.marks(len(wanted.slots))})")
        parameters += sorted(wanted.slots)
    if wanted.signal is not None:
        conditions.append("(w.signals & %s) <> 0")
        parameters.append(as_bits([wanted.signal]))
    if wanted.author is not None:
        conditions.append("w.author = %s")
        parameters.append(wanted.author)
    if after is not None:
        conditions.append("(w.day, w.rank, w.id) > (%s, %s, %s)")
        parameters += _place(after)
    statement = f"{_LISTED} WHERE {' AND '.join(conditions)} ORDER BY w.day, w.rank, w.id LIMIT {int(limit)}"
    return tuple(_listed(row) for row in sql.rows(statement, parameters))


def listed_item(ods: OdsCode, patient_id: PatientId, entry_id: EntryId, *, at: datetime) -> ListedItem | None:
    """One item of a practice; None where the entry does not wait there."""
    statement = f"{_LISTED} WHERE {_OPEN} AND w.patient_id=%s AND w.id=%s"
    return next((_listed(row) for row in sql.rows(statement, [ods, to_micros(at), patient_id, entry_id])), None)


def worklist_count(ods: OdsCode, *, at: datetime) -> WorklistCount:
    """How much waits at a practice."""
    now = to_micros(at)
    statement = (
        "SELECT COUNT(*), COALESCE(SUM(CASE WHEN w.due <= %s THEN 1 ELSE 0 END), 0) "
        f"FROM screening_worklist w WHERE {_OPEN}"
    )
    every, overdue = sql.rows(statement, [now, ods, now])[0]
    return WorklistCount(int(every), int(overdue))


def worklist_authors(ods: OdsCode, *, closed: Collection[PatientId]) -> tuple[str, ...]:
    """Who wrote what waits at a practice, in the records that are not closed."""
    others = f"AND patient_id NOT IN ({','.join(['%s'] * len(closed))})" if closed else ""
    statement = f"SELECT DISTINCT author FROM screening_worklist WHERE org=%s AND author <> '' {others} ORDER BY author"
    return tuple(row[0] for row in sql.rows(statement, [ods, *closed]))


def missing_from_worklist(patient_id: PatientId, *, at: datetime) -> int:
    """How many entries only a decision keeps back that do not stand in their practice's list: none, if all is well."""
    entries = facts(patient_id)
    known = access.facts(patient_id, at=at, controlling={entry.org for entry in entries.values()})
    listed = sql.rows_in(
        "SELECT id FROM screening_worklist WHERE patient_id=%s AND org IN ({keys})",
        [patient_id],
        {entry.org for entry in entries.values()},
    )
    return len(items(known, entries, place(known, entries, at), at).keys() - {bytes(row[0]) for row in listed})


def patients_in_vault(*, limit: int) -> tuple[PatientId, ...]:
    """Some patients of whom something lies in the vault."""
    found = sql.rows("SELECT DISTINCT patient_id FROM screening_vault LIMIT %s", [limit])
    return tuple(PatientId(row[0]) for row in found)


def _place(cursor: str) -> list[int | bytes]:
    try:
        day, place, entry = cursor.split(".")
        return [int(day), int(place), bytes.fromhex(entry)]
    except ValueError as error:
        raise BadPlace from error


def _listed(row: sql.Row) -> ListedItem:
    (patient_id, raw, public_id, slot, state, since, due, leaves, signals, author, coded, full,
     acts_so_far, revision, day, place) = row  # fmt: skip
    entry_id = EntryId(bytes(raw))
    return ListedItem(
        PatientId(patient_id),
        entry_id,
        UUID(bytes=bytes(public_id)),
        Slot(slot),
        Item(ItemState(state), from_micros(since), from_micros(due), from_micros_or_none(leaves)),
        None if signals is None else from_bits(signals),
        author,
        bytes(coded) if coded is not None else b"{}",
        None if full is None else bytes(full),
        _stamp(acts_so_far, revision),
        f"{day}.{place}.{entry_id.hex()}",
    )


def patients_with_entry(public_id: UUID) -> tuple[PatientId, ...]:
    """Whose entry an outside id names (a search through all entries: for an operator's rare question)."""
    found = sql.rows("SELECT patient_id FROM screening_entry WHERE public_id=%s", [public_id.bytes])
    return tuple(PatientId(row[0]) for row in found)


def patients_decided(patients: Iterable[PatientId]) -> tuple[PatientId, ...]:
    """Those of these patients about an entry of whom people have decided anything."""
    statement = (
        "SELECT DISTINCT patient_id FROM screening_entry WHERE (acted OR wrong_person) AND patient_id IN ({keys})"
    )
    return tuple(PatientId(row[0]) for row in sql.rows_in(statement, [], patients))


def somebody_elses(ods: OdsCode) -> tuple[tuple[PatientId, EntryId, UUID], ...]:
    """The practice's entries that are somebody else's and have not been erased: patient, entry, its outside id."""
    statement = (
        "SELECT e.patient_id, e.id, e.public_id FROM screening_entry e "
        "JOIN screening_vault v ON v.patient_id=e.patient_id AND v.id=e.id "
        "WHERE e.org=%s AND e.wrong_person ORDER BY e.patient_id, e.id"
    )
    return tuple((PatientId(r[0]), EntryId(bytes(r[1])), UUID(bytes=bytes(r[2]))) for r in sql.rows(statement, [ods]))


def vault_bodies(patient_id: PatientId, wanted: Iterable[EntryId]) -> dict[EntryId, bytes]:
    """The fullest body of each entry that lies in the vault, wholly or with its text. For the practice only."""
    statement = "SELECT id, coded, full_body FROM screening_vault WHERE patient_id=%s AND id IN ({keys})"
    found = sql.rows_in(statement, [patient_id], list(wanted))
    return {EntryId(bytes(raw)): bytes(coded if full is None else full) for raw, coded, full in found}


def vault_renderings(patient_id: PatientId, wanted: Iterable[EntryId]) -> dict[EntryId, tuple[bytes | None, ...]]:
    """What lies in the vault of each entry: (coded, full); None where it lies in the timeline or does not differ."""
    statement = "SELECT id, coded, full_body FROM screening_vault WHERE patient_id=%s AND id IN ({keys})"
    found = sql.rows_in(statement, [patient_id], list(wanted))
    return {EntryId(bytes(row[0])): tuple(None if part is None else bytes(part) for part in row[1:]) for row in found}


def links(patient_id: PatientId) -> dict[EntryId, tuple[tuple[LinkKind, EntryId], ...]]:
    """What each entry of the patient refers to, in the order of its source, as far as it has arrived."""
    statement = "SELECT id, source, kind, target FROM screening_link WHERE patient_id=%s AND target IS NOT NULL"
    found: dict[EntryId, tuple[tuple[LinkKind, EntryId], ...]] = {}
    for _, source, kind, target in sorted(sql.rows(statement, [patient_id]), key=lambda row: bytes(row[0])):
        entry_id = EntryId(bytes(source))
        found[entry_id] = (*found.get(entry_id, ()), (LinkKind(kind), EntryId(bytes(target))))
    return found
