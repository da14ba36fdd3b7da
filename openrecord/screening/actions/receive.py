"""Receiving what ingest accepted: facts stored, decided and placed in the transaction of the arrival."""

from collections.abc import Iterable
from datetime import datetime

from msgspec import structs

from openrecord.access.types import Reason
from openrecord.clinical.incoming import IncomingEntry, Label, VersionStatus
from openrecord.db import sql
from openrecord.ingest.types import AcceptedBatch, AcceptedEntry
from openrecord.kit.ids import many_time_ordered_bytes
from openrecord.kit.instants import to_micros, to_micros_or_none
from openrecord.registry.types import PatientId
from openrecord.screening import queries
from openrecord.screening.actions.settle import Arrivals, settle
from openrecord.screening.events import Cause
from openrecord.screening.rules.versions import index_in_force
from openrecord.screening.types import EntryFacts, EntryId, EntryState


def receive(batch: AcceptedBatch) -> None:
    """Store, decide and place one patient's part of one message. Runs in the caller's transaction."""
    patient_id = batch.patient_id
    new = [entry for entry in batch.entries if entry.is_new]
    renewed = [entry for entry in batch.entries if not entry.is_new]
    found = _resolve_waiting(batch)
    replaced = _is_replaced_already(batch)
    new = [structs.replace(entry, superseded=True) if entry.entry_id in replaced else entry for entry in new]
    _write_parts(batch, renewed)
    _write_links(batch, renewed)
    in_force = [entry for entry in renewed if _renew(batch, entry)]
    _mark(patient_id, "superseded", batch.replaced)
    _mark(patient_id, "copy_unresolved", batch.unresolved_copies)
    _unmark(patient_id, "copy_unresolved", batch.resolved_copies)
    _end(patient_id, batch.gone)
    states = {EntryId(e.entry_id): _state(batch, e) for e in new}
    others = {EntryId(e) for e in (*batch.replaced, *batch.unresolved_copies, *batch.resolved_copies, *batch.gone)}
    others |= found | {EntryId(e.entry_id) for e in renewed}
    if not batch.is_new_patient:
        states |= _neighbours(patient_id, new, others, states)
    settle(
        patient_id,
        at=batch.at,
        cause=_cause(new, renewed, states),
        revised=[EntryId(e.entry_id) for e in in_force],
        arrivals=Arrivals(
            {EntryId(e.entry_id): (e.coded, e.full) for e in (*new, *in_force)},
            frozenset(EntryId(e.entry_id) for e in in_force),
            {EntryId(e.entry_id): _row(batch, e) for e in new},
            batch.is_new_patient,
        ),
        known=states,
    )


def _cause(new: list[AcceptedEntry], renewed: list[AcceptedEntry], states: dict[EntryId, EntryState]) -> Cause:
    """A first placement that follows a version is news only where that version brought the filing."""
    if new or not renewed:
        return Cause.ARRIVED
    return Cause.FILED if all(states[EntryId(e.entry_id)].facts.filed for e in renewed) else Cause.NEW_VERSION


def _state(batch: AcceptedBatch, entry: AcceptedEntry) -> EntryState:
    incoming = entry.incoming
    facts = EntryFacts(
        EntryId(entry.entry_id),
        batch.org,
        incoming.kind,
        incoming.slot,
        known=batch.at,
        recorded=incoming.recorded,
        clinical=incoming.clinical,
        filed=incoming.filed,
        status=incoming.status,
        label=incoming.label,
        has_text=incoming.has_text,
        own=incoming.own,
        containers=tuple(EntryId(part.target) for part in entry.containers if part.target is not None),
        missing_container=any(part.target is None for part in entry.containers),
        unit=incoming.unit,
        history_marks=_marks(batch, incoming),
        safe_mapper=batch.mapper >= queries.SAFE_MAPPER,
        superseded=entry.superseded,
        copy_unresolved=entry.entry_id in batch.unresolved_copies,
        public_id=entry.public_id,
        came_as=batch.came_as,
    )
    return EntryState(facts, entry.public_id, _labels(batch, incoming))


def _marks(batch: AcceptedBatch, incoming: IncomingEntry) -> frozenset[Reason]:
    marks = {Reason(word) for word in batch.marks.split()}
    return frozenset(marks | ({Reason.TRANSFERRED} if incoming.transferred else set()))


def _labels(batch: AcceptedBatch, incoming: IncomingEntry) -> str:
    return "" if incoming.label is Label.NONE else f"{batch.source}={incoming.label.value}"


def _row(batch: AcceptedBatch, entry: AcceptedEntry) -> sql.Row:
    incoming = entry.incoming
    return (
        batch.patient_id, entry.entry_id, entry.public_id.bytes, batch.org, incoming.kind.value,
        int(incoming.slot), to_micros(batch.at), to_micros_or_none(incoming.recorded),
        to_micros_or_none(incoming.clinical), incoming.filed, incoming.status.value, _labels(batch, incoming),
        incoming.has_text, incoming.own.value, incoming.unit, " ".join(sorted(_marks(batch, incoming))),
        batch.mapper, entry.superseded, False, entry.entry_id in batch.unresolved_copies, False, batch.came_as,
    )  # fmt: skip


def _write_parts(batch: AcceptedBatch, renewed: list[AcceptedEntry]) -> None:
    sql.delete_of("screening_container", "entry", {batch.patient_id: [e.entry_id for e in renewed]})
    parts: list[sql.Row] = [(e.entry_id, part.target, part.reference) for e in batch.entries for part in e.containers]
    rows = [(batch.patient_id, *row) for row in _numbered(parts)]
    sql.insert("screening_container", ("patient_id", "id", "entry", "container", "reference"), rows)


def _numbered(rows: list[sql.Row]) -> Iterable[sql.Row]:
    """The rows with an id of their own in front."""
    return ((identity, *row) for identity, row in zip(many_time_ordered_bytes(len(rows)), rows, strict=True))


def _write_links(batch: AcceptedBatch, renewed: list[AcceptedEntry]) -> None:
    sql.delete_of("screening_link", "source", {batch.patient_id: [e.entry_id for e in renewed]})
    links: list[sql.Row] = [
        (e.entry_id, part.kind, part.target, part.reference) for e in batch.entries for part in e.links
    ]
    rows = [(batch.patient_id, *row) for row in _numbered(links)]
    sql.insert("screening_link", ("patient_id", "id", "source", "kind", "target", "reference"), rows)


def _resolve_waiting(batch: AcceptedBatch) -> set[EntryId]:
    """Parts and links that waited for what has just arrived now know it; the entries concerned."""
    if batch.is_new_patient:
        return set()
    arrived = {entry.alias: entry.entry_id for entry in batch.entries if entry.is_new}
    concerned: set[EntryId] = set()
    waiting = "SELECT id, reference, {near} FROM {table} WHERE patient_id=%s AND {far} IS NULL"
    known = "UPDATE {table} SET {far}=%s WHERE patient_id=%s AND id=%s"
    for table, far, near in (("screening_container", "container", "entry"), ("screening_link", "target", "source")):
        for raw, reference, entry in sql.rows(waiting.format(near=near, table=table, far=far), [batch.patient_id]):
            target = arrived.get(bytes(reference))
            if target is not None:
                sql.execute(known.format(table=table, far=far), [target, batch.patient_id, raw])
                concerned.add(EntryId(bytes(entry)))
    return concerned


def _is_replaced_already(batch: AcceptedBatch) -> set[bytes]:
    """New entries of which an earlier message has said that it replaces them."""
    if batch.is_new_patient:
        return set()
    statement = "SELECT target FROM screening_link WHERE patient_id=%s AND kind='replaces' AND target IN ({keys})"
    new = [entry.entry_id for entry in batch.entries if entry.is_new]
    return {bytes(row[0]) for row in sql.rows_in(statement, [batch.patient_id], new)}


def _neighbours(
    patient_id: PatientId, new: list[AcceptedEntry], others: set[EntryId], states: dict[EntryId, EntryState]
) -> dict[EntryId, EntryState]:
    """The stored entries that the new ones and the changed ones form groups with."""
    near = {EntryId(p.target) for e in new for p in e.containers if p.target is not None} | others
    units = {e.incoming.unit for e in new if e.incoming.unit is not None}
    statement = "SELECT id FROM screening_entry WHERE patient_id=%s AND unit IN ({keys})"
    near |= {EntryId(bytes(row[0])) for row in sql.rows_in(statement, [patient_id], units)}
    found = queries.closure(patient_id, near) - set(states)
    return queries.states(patient_id, found) if found else {}


class _Version:
    """A version as `index_in_force` looks at it."""

    def __init__(self, *, filed: bool | None, status: VersionStatus) -> None:
        self.filed = filed
        self.status = status


def _renew(batch: AcceptedBatch, entry: AcceptedEntry) -> bool:
    """Store a newer version; False where it has to wait unfiled behind the filed one in sight.

    That an entry was replaced, or found to be somebody else's, belongs to the logical entry: a version changes neither.
    """
    incoming = entry.incoming
    statement = "SELECT filed, status, labels FROM screening_entry WHERE patient_id=%s AND id=%s"
    filed, status, labels = sql.rows(statement, [batch.patient_id, entry.entry_id])[0]
    kept = [part for part in labels.split() if not part.startswith(f"{batch.source}=")]
    labels = " ".join([*kept, _labels(batch, incoming)]).strip()
    versions = [
        _Version(filed=None if filed is None else bool(filed), status=VersionStatus(status)),
        _Version(filed=incoming.filed, status=incoming.status),
    ]
    sql.execute("DELETE FROM screening_pending WHERE patient_id=%s AND id=%s", [batch.patient_id, entry.entry_id])
    if index_in_force(versions) == 0:
        _set_aside(batch, entry)
        sql.execute(
            "UPDATE screening_entry SET labels=%s WHERE patient_id=%s AND id=%s",
            [labels, batch.patient_id, entry.entry_id],
        )
        return False
    sql.execute(
        "UPDATE screening_entry SET kind=%s, slot=%s, recorded=%s, clinical=%s, filed=%s, status=%s, labels=%s, "
        "has_text=%s, own=%s, unit=%s, mapper=%s, revision=revision+1 WHERE patient_id=%s AND id=%s",
        [
            incoming.kind.value, int(incoming.slot), to_micros_or_none(incoming.recorded),
            to_micros_or_none(incoming.clinical), incoming.filed, incoming.status.value, labels, incoming.has_text,
            incoming.own.value, incoming.unit, batch.mapper,
            batch.patient_id, entry.entry_id,
        ],
    )  # fmt: skip
    return True


def _set_aside(batch: AcceptedBatch, entry: AcceptedEntry) -> None:
    incoming = entry.incoming
    sql.insert(
        "screening_pending",
        ("patient_id", "id", "status", "filed", "has_text", "own", "recorded", "clinical", "coded", "full_body"),
        [
            (batch.patient_id, entry.entry_id, incoming.status.value, incoming.filed, incoming.has_text,
             incoming.own.value, to_micros_or_none(incoming.recorded), to_micros_or_none(incoming.clinical),
             entry.coded, entry.full)
        ],
    )  # fmt: skip


def _mark(patient_id: PatientId, column: str, entries: Iterable[bytes]) -> None:
    _set(patient_id, column, entries, value=True)


def _unmark(patient_id: PatientId, column: str, entries: Iterable[bytes]) -> None:
    _set(patient_id, column, entries, value=False)


def _set(patient_id: PatientId, column: str, entries: Iterable[bytes], *, value: bool) -> None:
    for entry in entries:
        sql.execute(
            f"UPDATE screening_entry SET {column}=%s WHERE patient_id=%s AND id=%s",
            [value, patient_id, entry],
        )


def _end(patient_id: PatientId, entries: Iterable[bytes]) -> None:
    """Entries that were removed at their source are withdrawn."""
    for entry in entries:
        sql.execute(
            "UPDATE screening_entry SET status=%s WHERE patient_id=%s AND id=%s",
            [VersionStatus.ENTERED_IN_ERROR.value, patient_id, entry],
        )


def withdraw_wrong_person(patient_id: PatientId, entries: Iterable[bytes], at: datetime) -> None:
    """Entries whose source key now belongs to somebody else leave the timeline before anything else happens."""
    wanted = [EntryId(entry) for entry in entries]
    _mark(patient_id, "wrong_person", wanted)
    settle(patient_id, at=at, cause=Cause.STRICTER, only=wanted)
