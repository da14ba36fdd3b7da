"""Questions of screening: entries with their facts, and the whole explained answer for one viewer."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

from openrecord.access import queries as access
from openrecord.access.rules.horizon import FAR_FUTURE
from openrecord.access.types import Reason, Viewer, ViewerId, ViewerKind
from openrecord.clinical.incoming import Label, OwnContent, VersionStatus
from openrecord.clinical.kinds import EntryKind, Slot
from openrecord.db import sql
from openrecord.kit.instants import from_micros, from_micros_or_none
from openrecord.registry.types import OdsCode, PatientId
from openrecord.screening import events
from openrecord.screening.rules.decide import decide
from openrecord.screening.rules.entries import next_turn as turn_of_entries
from openrecord.screening.rules.stance import fold
from openrecord.screening.types import NO_STANCE, EntryFacts, EntryId, EntryState, Stance, Verdict

SAFE_MAPPER = 1
"""Entries mapped by an older version than this are not served until they are rebuilt."""

_COLUMNS = (
    "id, public_id, org, kind, slot, known, recorded, clinical, filed, status, labels, has_text, own, unit, marks, "
    "mapper, superseded, wrong_person, copy_unresolved, acted, placed, tranche, with_text, placed_at, ever_placed"
)
_ALL = f"SELECT {_COLUMNS} FROM screening_entry WHERE patient_id=%s"
_SOME = f"{_ALL} AND id IN ({{keys}})"
_MARKS = {mark.value: mark for mark in (Reason.TRANSFERRED, Reason.FIRST_LOAD)}


def label_of(labels: str) -> Label:
    """The strictest label of all sources ("source=word" separated by blanks)."""
    words = {part.rpartition("=")[2] for part in labels.split()}
    if Label.NOT_FOR_PATIENT.value in words:
        return Label.NOT_FOR_PATIENT
    return Label.UNKNOWN if words - {Label.NONE.value} else Label.NONE


def _state(row: sql.Row, stances: Mapping[bytes, Stance], parts: Mapping[bytes, list[bytes | None]]) -> EntryState:
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
    )
    return EntryState(
        facts, UUID(bytes=bytes(row[1])), row[10], bool(row[19]), bool(row[20]), row[21], bool(row[22]), row[23],
        bool(row[24]),
    )  # fmt: skip


def states(patient_id: PatientId, wanted: Iterable[EntryId] | None = None) -> dict[EntryId, EntryState]:
    """The patient's entries, or those wanted, with their facts and how they lie."""
    keys = None if wanted is None else list(wanted)
    found = sql.rows(_ALL, [patient_id]) if keys is None else sql.rows_in(_SOME, [patient_id], keys)
    acted = [bytes(row[0]) for row in found if row[19]]
    stances = {entry: fold(acts) for entry, acts in _acts(patient_id, acted).items()}
    parts = _containers(patient_id, keys)
    return {state.facts.entry_id: state for state in (_state(row, stances, parts) for row in found)}


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
    """The touched entries with their whole groups: containers, everything inside those, medication units."""
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


def patients_with_entry(public_id: UUID) -> tuple[PatientId, ...]:
    """Whose entry an outside id names (a search through all entries: for an operator's rare question)."""
    found = sql.rows("SELECT patient_id FROM screening_entry WHERE public_id=%s", [public_id.bytes])
    return tuple(PatientId(row[0]) for row in found)


def vault_bodies(patient_id: PatientId, wanted: Iterable[EntryId]) -> dict[EntryId, bytes]:
    """The fullest body of each entry that lies in the vault, wholly or with its text. For the practice only."""
    statement = "SELECT id, coded, full_body FROM screening_vault WHERE patient_id=%s AND id IN ({keys})"
    found = sql.rows_in(statement, [patient_id], list(wanted))
    return {EntryId(bytes(raw)): bytes(coded if full is None else full) for raw, coded, full in found}
