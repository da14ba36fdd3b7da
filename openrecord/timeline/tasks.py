"""Carrying out what screening has decided: entries enter, change and leave the timeline, in the same transaction."""

import hashlib
from collections.abc import Collection, Iterable, Mapping

from openrecord.clinical.r4.tokens import tokens
from openrecord.clinical.wording import wording
from openrecord.db import erasing, sql
from openrecord.kit.instants import micros_text, to_micros
from openrecord.registry.types import PatientId
from openrecord.screening.actions import vault
from openrecord.screening.actions.vault import Body
from openrecord.screening.events import Change, PlacementsChanged, Placing
from openrecord.screening.types import EntryId

COLUMNS = (
    "patient_id", "id", "public_id", "fhir_type", "sort", "slot", "tranche", "has_date", "hollow", "proxies",
    "placed_at", "revised", "coded", "full_body", "refs", "codes",
)  # fmt: skip
WORD_COLUMNS = ("patient_id", "id", "sort", "public_id", "slot", "words", "all_words")
_BODIES = "SELECT patient_id, id, coded, full_body FROM timeline_entry WHERE {which}"
_RELINKED = "UPDATE timeline_entry SET refs=%s WHERE patient_id=%s AND id=%s"
_STAMP_LENGTH = len(b'"meta":{"lastUpdated":"2023-11-01T00:00:00.000000Z"},')


def apply(event: PlacementsChanged) -> None:
    """Bring the timelines in line with what was decided."""
    stamp = to_micros(event.at)
    withdrawn = {change.patient_id: change.withdrawn for change in event.changes}
    vault.take_back(_unstamped(withdrawn))
    leaving = {change.patient_id: (*change.withdrawn, *change.discarded) for change in event.changes}
    for table in ("timeline_entry", "timeline_words"):
        sql.delete_of(table, "id", leaving)
    for side in ("container", "member"):
        sql.delete_of("timeline_member", side, leaving)
    _enter(event.changes, stamp)
    for change in event.changes:
        for altered in change.altered:
            _alter(change.patient_id, altered, stamp)
        for entry, refs in change.relinked:
            sql.execute(_RELINKED, [refs, change.patient_id, entry])
    _add_members(event.changes)


def _enter(changes: Iterable[Change], stamp: int) -> None:
    """Insert what enters, of each patient by type and date."""
    entering = [
        (change.patient_id, placing)
        for change in changes
        for placing in sorted(change.placed, key=lambda p: (p.fhir_type, p.sort, p.public_id.bytes))
    ]
    sql.insert("timeline_entry", COLUMNS, [_row(patient_id, p, stamp) for patient_id, p in entering])
    words = [_words(patient_id, p, p.coded or b"", p.full) for patient_id, p in entering]
    sql.insert("timeline_words", WORD_COLUMNS, words)


def _stamped(body: bytes, placed_at: int) -> bytes:
    """The body with the time of placement as meta.lastUpdated, for every entry alike."""
    return b'{"meta":{"lastUpdated":"' + micros_text(placed_at) + b'"},' + body[1:]


def _unstamped(entries: Mapping[PatientId, Collection[EntryId]]) -> dict[PatientId, dict[EntryId, Body]]:
    """The bodies that lie there, without that stamp."""
    found: dict[PatientId, dict[EntryId, Body]] = {patient_id: {} for patient_id in entries}
    for patient, raw, *lying in sql.rows_of(_BODIES, "id", entries):
        coded, full = (None if body is None else b"{" + bytes(body)[1 + _STAMP_LENGTH :] for body in lying)
        found[PatientId(patient)][EntryId(bytes(raw))] = (coded, full)
    return found


def _row(patient_id: PatientId, placing: Placing, stamp: int) -> sql.Row:
    if placing.coded is None:
        raise ValueError("an entry cannot enter the timeline without a body")
    return (
        patient_id, placing.entry_id, placing.public_id.bytes, placing.fhir_type, placing.sort, placing.slot,
        placing.tranche, placing.has_date, placing.hollow, placing.proxies, placing.placed_at, stamp,
        _stamped(placing.coded, placing.placed_at),
        None if placing.full is None else _stamped(placing.full, placing.placed_at), placing.refs,
        tokens(placing.fhir_type, placing.coded),
    )  # fmt: skip


def _words(patient_id: PatientId, placing: Placing, coded: bytes, full: bytes | None) -> sql.Row:
    said = None if full is None else wording(full)
    return (
        patient_id, placing.entry_id, placing.sort, placing.public_id.bytes, placing.slot, wording(coded), said
    )  # fmt: skip


def _alter(patient_id: PatientId, placing: Placing, stamp: int) -> None:
    """Write an entry anew that stays: its body where a new one came, its text according to what may be shown."""
    key = [patient_id, placing.entry_id]
    lying = _unstamped({patient_id: [placing.entry_id]})[patient_id][placing.entry_id]
    coded = placing.coded or lying[0]
    full = placing.full
    if full is None and placing.with_text and placing.coded is None:
        full = lying[1]
    if lying[1] is not None and not placing.with_text and placing.coded is None:
        vault.take_back({patient_id: {placing.entry_id: (None, lying[1])}})
    if coded is None:
        raise ValueError("an entry cannot stay in the timeline without a body")
    sql.execute(
        "UPDATE timeline_entry SET sort=%s, slot=%s, tranche=%s, has_date=%s, hollow=%s, proxies=%s, placed_at=%s, "
        "revised=%s, coded=%s, full_body=%s, refs=%s, codes=%s WHERE patient_id=%s AND id=%s",
        [
            placing.sort, placing.slot, placing.tranche, placing.has_date, placing.hollow, placing.proxies,
            placing.placed_at, stamp, _stamped(coded, placing.placed_at),
            None if full is None else _stamped(full, placing.placed_at), placing.refs,
            tokens(placing.fhir_type, coded), *key,
        ],
    )  # fmt: skip
    sql.execute("DELETE FROM timeline_words WHERE patient_id=%s AND id=%s", key)
    sql.insert("timeline_words", WORD_COLUMNS, [_words(patient_id, placing, coded, full)])


def _add_members(changes: Iterable[Change]) -> None:
    """A pair is named by both its ids, so that saying it twice changes nothing."""
    rows = {
        change.patient_id: {_pair(m.container, m.member): (m.container, m.member, m.is_direct) for m in change.members}
        for change in changes
    }
    sql.delete_of("timeline_member", "id", rows)
    sql.insert(
        "timeline_member",
        ("patient_id", "id", "container", "member", "is_direct"),
        [(patient_id, pair, *row) for patient_id, pairs in rows.items() for pair, row in pairs.items()],
    )


def _pair(container: bytes, member: bytes) -> bytes:
    return hashlib.blake2b(container + member, digest_size=16).digest()


def erase(patient_id: PatientId) -> None:
    """Nothing of a patient lies in the timeline any more."""
    erasing.erase(("timeline_entry", "timeline_words", "timeline_member"), patient_id)
