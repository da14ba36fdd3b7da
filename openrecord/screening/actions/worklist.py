"""Keeping the worklist: its rows follow the decision in the transaction that changed it (`settle`)."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from openrecord.db import sql
from openrecord.kit.instants import to_micros, to_micros_or_none
from openrecord.kit.london import day_of
from openrecord.registry.types import OdsCode, PatientId
from openrecord.screening.rules.worklist import LAST_RANK
from openrecord.screening.types import EntryFacts, EntryId, Item

COLUMNS = (
    "org", "patient_id", "id", "slot", "state", "since", "due", "leaves", "day", "signals", "rank", "author",
)  # fmt: skip
_LYING = (
    "SELECT patient_id, id, slot, state, since, due, leaves, signals, rank, author "
    "FROM screening_worklist WHERE {which}"
)
_FOUND = 3
"""The last columns: what was found in the words."""
_UNREAD = (None, LAST_RANK, "")
_REMOVE = "DELETE FROM screening_worklist WHERE org=%s AND {which}"


@dataclass(frozen=True, slots=True)
class Waiting:
    """Of these entries of a patient exactly the `items` stand in the worklist.

    `rewritten`: their bodies changed, so that what was found in the old ones no longer counts.
    """

    patient_id: PatientId
    entries: Mapping[EntryId, EntryFacts]
    items: Mapping[EntryId, Item]
    rewritten: Collection[EntryId]
    is_new_patient: bool


def keep(each: Iterable[Waiting]) -> None:
    """Bring the worklist in line with what waits of each patient."""
    patients = list(each)
    orgs = {p.patient_id: {facts.org for facts in p.entries.values()} for p in patients if not p.is_new_patient}
    lying: dict[PatientId, dict[EntryId, tuple[object, ...]]] = {p.patient_id: {} for p in patients}
    found: dict[tuple[PatientId, EntryId], tuple[object, ...]] = {}
    for patient_id, entry, *told in sql.rows_of(_LYING, "org", orgs):
        lying[PatientId(patient_id)][EntryId(bytes(entry))] = tuple(told[:-_FOUND])
        found[PatientId(patient_id), EntryId(bytes(entry))] = tuple(told[-_FOUND:])
    fresh: list[sql.Row] = []
    gone: dict[OdsCode, dict[PatientId, list[EntryId]]] = defaultdict(lambda: defaultdict(list))
    for patient in patients:
        here = lying[patient.patient_id]
        wanted = {entry_id: _told(patient.entries[entry_id], item) for entry_id, item in patient.items.items()}
        new = [e for e, told in wanted.items() if e in patient.rewritten or here.get(e) != told]
        for e in new:
            read = _UNREAD if e in patient.rewritten else found.get((patient.patient_id, e), _UNREAD)
            fresh.append(_row(patient.patient_id, patient.entries[e], patient.items[e], read))
        for entry_id in here:
            if entry_id in patient.entries and (entry_id not in wanted or entry_id in new):
                gone[patient.entries[entry_id].org][patient.patient_id].append(entry_id)
    for org, entries in gone.items():
        sql.execute_of(_REMOVE, [org], "id", entries)
    sql.insert("screening_worklist", COLUMNS, fresh)


def _told(facts: EntryFacts, item: Item) -> tuple[object, ...]:
    """What a row says of the item, as `_LYING` reads it."""
    leaves = to_micros_or_none(item.leaves)
    return int(facts.slot), item.state.value, to_micros(item.since), to_micros(item.due), leaves


def _row(patient_id: PatientId, facts: EntryFacts, item: Item, read: tuple[object, ...]) -> sql.Row:
    """`read`: what was found in the words so far."""
    told = _told(facts, item)
    return (facts.org, patient_id, facts.entry_id, *told, day_of(item.due).toordinal(), *read)
