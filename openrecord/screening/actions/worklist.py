"""Keeping the worklist: its rows follow the decision in the transaction that changed it (`settle`)."""

from collections.abc import Collection, Mapping

from openrecord.db import sql
from openrecord.kit.instants import to_micros, to_micros_or_none
from openrecord.kit.london import day_of
from openrecord.registry.types import PatientId
from openrecord.screening.rules.worklist import LAST_RANK
from openrecord.screening.types import EntryFacts, EntryId, Item

COLUMNS = (
    "org", "patient_id", "id", "slot", "state", "since", "due", "leaves", "day", "signals", "rank", "author",
)  # fmt: skip
_LYING = "SELECT id, slot, state, since, due, leaves FROM screening_worklist WHERE patient_id=%s AND org IN ({keys})"
_REMOVE = "DELETE FROM screening_worklist WHERE org=%s AND patient_id=%s AND id IN ({keys})"


def keep(
    patient_id: PatientId,
    entries: Mapping[EntryId, EntryFacts],
    items: Mapping[EntryId, Item],
    rewritten: Collection[EntryId],
    *,
    is_new_patient: bool,
) -> None:
    """Of these entries exactly the `items` stand in the worklist.

    `rewritten`: their bodies changed, so that what was found in the old ones no longer counts.
    """
    lying = {} if is_new_patient else _lying(patient_id, {facts.org for facts in entries.values()})
    wanted = {entry_id: _told(entries[entry_id], item) for entry_id, item in items.items()}
    fresh = [e for e, told in wanted.items() if e in rewritten or lying.get(e) != told]
    gone = [e for e in lying if e in entries and (e not in wanted or e in fresh)]
    for org in {entries[entry_id].org for entry_id in gone}:
        sql.execute_in(_REMOVE, [org, patient_id], [e for e in gone if entries[e].org == org])
    sql.insert("screening_worklist", COLUMNS, [_row(patient_id, entries[e], items[e]) for e in fresh])


def _lying(patient_id: PatientId, orgs: Collection[str]) -> dict[EntryId, tuple[object, ...]]:
    rows = sql.rows_in(_LYING, [patient_id], orgs)
    return {EntryId(bytes(row[0])): tuple(row[1:]) for row in rows}


def _told(facts: EntryFacts, item: Item) -> tuple[object, ...]:
    """What a row says of the item, as `_LYING` reads it."""
    leaves = to_micros_or_none(item.leaves)
    return int(facts.slot), item.state.value, to_micros(item.since), to_micros(item.due), leaves


def _row(patient_id: PatientId, facts: EntryFacts, item: Item) -> sql.Row:
    told = _told(facts, item)
    return (facts.org, patient_id, facts.entry_id, *told, day_of(item.due).toordinal(), None, LAST_RANK, "")
