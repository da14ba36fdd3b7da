"""What lies in the timeline, for the practice that keeps it: no reader's Sight applies."""

from collections.abc import Iterable

from openrecord.db import sql
from openrecord.registry.types import PatientId

_LYING = "SELECT id, coded, full_body FROM timeline_entry WHERE patient_id=%s AND id IN ({keys})"


def bodies(patient_id: PatientId, entries: Iterable[bytes]) -> dict[bytes, bytes]:
    """The fullest body of each of these entries that lies there."""
    return {raw: coded if full is None else full for raw, (coded, full) in renderings(patient_id, entries).items()}


def renderings(patient_id: PatientId, entries: Iterable[bytes]) -> dict[bytes, tuple[bytes, bytes | None]]:
    """What lies there of each of these entries: (coded, full); full None where it is not there."""
    found = sql.rows_in(_LYING, [patient_id], entries)
    return {bytes(raw): (bytes(coded), None if full is None else bytes(full)) for raw, coded, full in found}
