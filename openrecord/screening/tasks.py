"""What the worker does for the worklist: read what waits, so that the most pressing stands first (R36)."""

import logging

from openrecord.clinical.prose import prose_of
from openrecord.db import sql
from openrecord.kit.instants import from_micros_or_none
from openrecord.registry import queries as registry
from openrecord.registry.types import PatientId
from openrecord.screening.rules import worklist

Body = bytes | memoryview | None
PORTION = 50
LONGEST_AUTHOR = 120
_UNREAD = (
    "SELECT w.org, w.patient_id, w.id, e.recorded, e.revision, v.coded, v.full_body FROM screening_worklist w "
    "JOIN screening_entry e ON e.patient_id=w.patient_id AND e.id=w.id "
    "LEFT JOIN screening_vault v ON v.patient_id=w.patient_id AND v.id=w.id "
    f"WHERE w.signals IS NULL ORDER BY w.org, w.patient_id, w.id LIMIT {PORTION} OFFSET %s"
)
_READ = (
    "UPDATE screening_worklist SET signals=%s, rank=%s, author=%s "
    "WHERE org=%s AND patient_id=%s AND id=%s AND signals IS NULL AND EXISTS (SELECT 1 FROM screening_entry e "
    "WHERE e.patient_id=screening_worklist.patient_id AND e.id=screening_worklist.id AND e.revision=%s)"
)

_log = logging.getLogger(__name__)


def look_at_new() -> int:
    """Note the signals of some items that nobody has looked at; how many. One that changes meanwhile waits its turn.

    One that cannot be read stays unread, in its place by date, and stops no other.
    """
    failed = 0
    while found := sql.rows(_UNREAD, [failed]):
        if looked_at := sum(_looked_at(*row) for row in found):
            return looked_at
        failed += len(found)
    return 0


def _looked_at(
    org: str, patient_id: int, entry_id: bytes, recorded: int | None, revision: int, coded: Body, full: Body
) -> bool:
    try:
        prose = prose_of(b"{}" if coded is None else bytes(coded), None if full is None else bytes(full))
        born = registry.patient(PatientId(patient_id)).born
        signals = worklist.signals_in(prose, born, from_micros_or_none(recorded))
    except Exception as error:  # noqa: BLE001  whatever it is, it is about this entry
        _log.error("the worker could not look for signals in an entry: %s", type(error).__name__)
        return False
    bits = worklist.as_bits(signal.kind for signal in signals)
    author = prose.author[:LONGEST_AUTHOR]
    sql.execute(_READ, [bits, worklist.rank(signals), author, org, patient_id, entry_id, revision])
    return True
