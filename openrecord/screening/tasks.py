"""What the worker does for the worklist: read what waits, so that the most pressing stands first (R36)."""

from openrecord.clinical.prose import prose_of
from openrecord.db import sql
from openrecord.kit.instants import from_micros_or_none
from openrecord.registry import queries as registry
from openrecord.registry.types import PatientId
from openrecord.screening.rules import worklist

PORTION = 50
LONGEST_AUTHOR = 120
_UNREAD = (
    "SELECT w.org, w.patient_id, w.id, e.recorded, e.revision, v.coded, v.full_body FROM screening_worklist w "
    "JOIN screening_entry e ON e.patient_id=w.patient_id AND e.id=w.id "
    "LEFT JOIN screening_vault v ON v.patient_id=w.patient_id AND v.id=w.id "
    f"WHERE w.signals IS NULL LIMIT {PORTION}"
)
_READ = (
    "UPDATE screening_worklist SET signals=%s, rank=%s, author=%s "
    "WHERE org=%s AND patient_id=%s AND id=%s AND signals IS NULL AND EXISTS (SELECT 1 FROM screening_entry e "
    "WHERE e.patient_id=screening_worklist.patient_id AND e.id=screening_worklist.id AND e.revision=%s)"
)


def look_at_new() -> int:
    """Note the signals of some items that nobody has looked at; how many. One that changes meanwhile waits its turn."""
    found = sql.rows(_UNREAD)
    for org, patient_id, entry_id, recorded, revision, coded, full in found:
        prose = prose_of(b"{}" if coded is None else bytes(coded), None if full is None else bytes(full))
        born = registry.patient(PatientId(patient_id)).born
        signals = worklist.signals_in(prose, born, from_micros_or_none(recorded))
        bits = worklist.as_bits(signal.kind for signal in signals)
        author = prose.author[:LONGEST_AUTHOR]
        sql.execute(_READ, [bits, worklist.rank(signals), author, org, patient_id, entry_id, revision])
    return len(found)
