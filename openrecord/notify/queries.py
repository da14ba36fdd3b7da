"""Questions about what people were told."""

from uuid import UUID

from openrecord.db import sql
from openrecord.registry.types import PatientId


def told_of(patient_id: PatientId, viewer_id: UUID) -> tuple[bytes, ...]:
    """The entries that were news for a viewer, oldest first."""
    statement = "SELECT entry FROM notify_notice WHERE patient_id=%s AND viewer_id=%s ORDER BY at, id"
    return tuple(bytes(row[0]) for row in sql.rows(statement, [patient_id, viewer_id.bytes]))
