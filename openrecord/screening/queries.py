"""Questions of screening: entries with their facts, and the whole explained answer for one viewer."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
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
from openrecord.screening.rules.worklist import items
from openrecord.screening.types import (
    NO_STANCE,
    EntryFacts,
    EntryId,
    EntryState,
    Stance,
    Verdict,
)

SAFE_MAPPER = 1
"""Entries mapped by an older version than this are not served until they are rebuilt."""

_ENTRIES = (
    "SELECT patient_id, id, public_id, org, kind, slot, known, recorded, clinical, filed, status, labels, has_text, "
    "own, unit, marks, mapper, superseded, wrong_person, copy_unresolved, acted, placed, tranche, with_text, "
    "placed_at, ever_placed, proxies, came_as FROM screening_entry"
)
Done = tuple[datetime, events.AnyAct]
"""When somebody decided something about an entry, and what."""

_ACTED, _CAME_AS = 20, 27
"""Where in such a row it stands whether people have decided, and under whose number it came."""
_CONTAINERS = "SELECT patient_id, entry, container FROM screening_container"
_LABELLED = "SELECT id, labels FROM screening_entry WHERE patient_id=%s AND org=%s AND labels<>''"
STAMP = "(SELECT MAX(a.sequence) FROM screening_act a WHERE a.patient_id=e.patient_id AND a.entry=e.id), e.revision"
_MARKS = {mark.value: mark for mark in (Reason.TRANSFERRED, Reason.FIRST_LOAD)}


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
    (_, raw, public, org, kind, slot, known, recorded, clinical, filed, status, labels, has_text, own, unit, marks,
     mapper, superseded, wrong_person, copy_unresolved, acted, placed, tranche, with_text, placed_at, ever_placed,
     proxies, came_as) = row  # fmt: skip
    identity, public_id = bytes(raw), UUID(bytes=bytes(public))
    containers = parts.get(identity, ())
    facts = EntryFacts(
        EntryId(identity),
        OdsCode(org),
        EntryKind(kind),
        Slot(slot),
        known=from_micros(known),
        recorded=from_micros_or_none(recorded),
        clinical=from_micros_or_none(clinical),
        filed=None if filed is None else bool(filed),
        status=VersionStatus(status),
        label=label_of(labels) if labels else Label.NONE,
        has_text=bool(has_text),
        own=OwnContent(own),
        containers=tuple(EntryId(bytes(c)) for c in containers if c is not None),
        missing_container=any(c is None for c in containers),
        unit=unit,
        history_marks=frozenset(_MARKS[word] for word in marks.split()),
        safe_mapper=mapper >= SAFE_MAPPER,
        superseded=bool(superseded),
        wrong_person=bool(wrong_person),
        copy_unresolved=bool(copy_unresolved),
        stance=stances.get(identity, NO_STANCE),
        public_id=public_id,
        came_as=None if came_as is None else PatientId(came_as),
        answered=identity in answered,
    )
    return EntryState(
        facts, public_id, labels, bool(acted), bool(placed), tranche, bool(with_text), placed_at, bool(ever_placed),
        proxies,
    )  # fmt: skip


def states(patient_id: PatientId, wanted: Iterable[EntryId] | None = None) -> dict[EntryId, EntryState]:
    """The patient's entries, or those wanted, with their facts and how they lie."""
    if wanted is None:
        return states_of([patient_id])[patient_id]
    keys = {patient_id: list(wanted)}
    found = sql.rows_of(f"{_ENTRIES} WHERE {{which}}", "id", keys)
    return _states(keys, found, sql.rows_of(f"{_CONTAINERS} WHERE {{which}}", "entry", keys))[patient_id]


def states_of(patients: Iterable[PatientId]) -> dict[PatientId, dict[EntryId, EntryState]]:
    """All entries of these patients, in a number of statements that does not grow with them (sql.PORTION apart)."""
    every = list(patients)
    found = sql.rows_in(f"{_ENTRIES} WHERE patient_id IN ({{keys}})", [], every)
    return _states(every, found, sql.rows_in(f"{_CONTAINERS} WHERE patient_id IN ({{keys}})", [], every))


def entry_counts(patients: Iterable[PatientId]) -> dict[PatientId, int]:
    """How many entries each of these patients has; those who have none are left out."""
    counted = "SELECT patient_id, COUNT(*) FROM screening_entry WHERE patient_id IN ({keys}) GROUP BY patient_id"
    return {PatientId(number): entries for number, entries in sql.rows_in(counted, [], patients)}


def held_by_kind(
    ods: OdsCode, patients: Iterable[PatientId], kinds: Iterable[EntryKind]
) -> dict[PatientId, dict[EntryKind, tuple[int, int]]]:
    """Of each patient and kind, how many entries that the practice controls may be seen, and how many may not."""
    wanted = [kind.value for kind in kinds]
    counted = (
        "SELECT patient_id, kind, SUM(CASE WHEN placed THEN 1 ELSE 0 END), COUNT(*) FROM screening_entry "
        f"WHERE org=%s AND kind IN ({sql.marks(len(wanted))}) AND NOT superseded AND NOT wrong_person "
        "AND patient_id IN ({keys}) GROUP BY patient_id, kind"
    )
    found: dict[PatientId, dict[EntryKind, tuple[int, int]]] = defaultdict(dict)
    for number, kind, placed, every in sql.rows_in(counted, [ods, *wanted], patients) if wanted else ():
        found[PatientId(number)][EntryKind(kind)] = (placed, every - placed)
    return found


def _states(
    patients: Iterable[PatientId], entries: Iterable[sql.Row], containers: Iterable[sql.Row]
) -> dict[PatientId, dict[EntryId, EntryState]]:
    of_each: dict[PatientId, list[sql.Row]] = {patient_id: [] for patient_id in patients}
    for row in entries:
        of_each[PatientId(row[0])].append(row)
    parts: dict[PatientId, dict[bytes, list[bytes | None]]] = defaultdict(dict)
    for patient, entry, container in containers:
        inside = parts[PatientId(patient)].setdefault(bytes(entry), [])
        inside.append(None if container is None else bytes(container))
    acts = _acts({patient: [bytes(row[1]) for row in rows if row[_ACTED]] for patient, rows in of_each.items()})
    known = {}
    for patient, rows in of_each.items():
        stances = {entry: fold(told) for entry, told in acts.get(patient, {}).items()}
        answered = _answered(patient) if any(row[_CAME_AS] is not None for row in rows) else frozenset()
        states = (_state(row, stances, parts.get(patient, {}), answered) for row in rows)
        known[patient] = doubted({state.facts.entry_id: state for state in states})
    return known


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


def _acts(entries: Mapping[PatientId, list[bytes]]) -> dict[PatientId, dict[bytes, list[Done]]]:
    """What people decided about these entries and when, in the order in which they did."""
    found: dict[PatientId, dict[bytes, list[tuple[int, int, str]]]] = defaultdict(dict)
    statement = "SELECT patient_id, entry, sequence, at, act FROM screening_act WHERE {which}"
    for patient, entry, *told in sql.rows_of(statement, "entry", entries):
        found[PatientId(patient)].setdefault(bytes(entry), []).append((told[0], told[1], told[2]))
    return {
        patient: {
            entry: [(from_micros(at), events.decode(act)) for _, at, act in sorted(told)]
            for entry, told in acts.items()
        }
        for patient, acts in found.items()
    }


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
    found = sql.row(f"SELECT {STAMP} FROM screening_entry e WHERE e.patient_id=%s AND e.id=%s", [patient_id, entry_id])
    return "" if found is None else stamp_of(found[0], found[1])


def record_stamp(patient_id: PatientId, ods: OdsCode) -> str:
    """Names what a practice keeps of a patient: changes with each entry that comes and each version of one."""
    statement = "SELECT COUNT(*), COALESCE(SUM(revision), 0) FROM screening_entry WHERE patient_id=%s AND org=%s"
    entries, versions = sql.rows(statement, [patient_id, ods])[0]
    return f"{entries}.{versions}"


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
    done = _acts({patient_id: [entry_id]}).get(patient_id, {}).get(entry_id, [])
    return max(standing([act for _, act in done]), default=None)


def act_after(patient_id: PatientId, entry_id: EntryId, seen: str, actor: str) -> events.AnyAct | None:
    """The one act that `actor` has done on exactly what `seen` names; None where nobody has, or more happened since."""
    found = sql.row(
        "SELECT actor, act FROM screening_act WHERE patient_id=%s AND entry=%s ORDER BY sequence DESC LIMIT 1",
        [patient_id, entry_id],
    )
    if found is None or found[0] != actor:
        return None
    acts_so_far, _, revision = stamp(patient_id, entry_id).partition(".")
    return events.decode(found[1]) if seen == f"{int(acts_so_far) - 1}.{revision}" else None


def stamp_of(acts_so_far: int | None, revision: int) -> str:
    """The stamp, of what `STAMP` selects."""
    return f"{acts_so_far or 0}.{revision}"


def stamp_after(seen: str) -> str:
    """The stamp once an act has been done on exactly what `seen` names: whoever did it takes back that act alone."""
    acts_so_far, _, revision = seen.partition(".")
    return stamp_of(int(acts_so_far) + 1, int(revision))


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
