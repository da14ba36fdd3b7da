"""Questions about what arrived."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from openrecord.db import sql
from openrecord.ingest.models import QuarantineRow, SourceRow
from openrecord.ingest.rules import identity
from openrecord.kit.instants import from_micros
from openrecord.registry.types import OdsCode, PatientId


@dataclass(frozen=True, slots=True)
class Quarantined:
    """A part of a delivery that could not be accepted. `resources`: how many it covers."""

    quarantine_id: UUID
    at: datetime
    reason: str
    place: str
    detail: str
    resources: int
    state: str
    source_name: str


def _value(row: QuarantineRow) -> Quarantined:
    name = SourceRow.objects.filter(id=row.source).values_list("name", flat=True).first()
    return Quarantined(
        row.id, from_micros(row.at), row.reason, row.place, row.detail, row.resources, row.state, name or ""
    )


def quarantine(*, state: str = "open") -> tuple[Quarantined, ...]:
    """Everything in quarantine, oldest first."""
    return tuple(_value(row) for row in QuarantineRow.objects.filter(state=state).order_by("at", "id"))


def quarantined(quarantine_id: UUID) -> Quarantined | None:
    """One quarantined part; None where unknown."""
    row = QuarantineRow.objects.filter(id=quarantine_id).first()
    return None if row is None else _value(row)


def entries_by_reference(org: OdsCode, patient_id: PatientId, references: Iterable[str]) -> dict[str, bytes]:
    """The inside ids of entries by the references their source gives them ("Observation/123"), where known."""
    aliases = {identity.own_key(org, patient_id, reference): reference for reference in references}
    statement = "SELECT alias, entry_id FROM ingest_source_key WHERE patient_id=%s AND alias IN ({keys})"
    found = sql.rows_in(statement, [patient_id], aliases)
    return {aliases[bytes(alias)]: bytes(entry) for alias, entry in found}


def source_keys(patient_id: PatientId, entry_id: bytes) -> tuple[bytes, ...]:
    """Every source key under which an entry of the patient is known: the same where it is delivered again."""
    statement = "SELECT key FROM ingest_source_key WHERE patient_id=%s AND entry_id=%s"
    return tuple(bytes(row[0]) for row in sql.rows(statement, [patient_id, entry_id]))


def entry_by_keys(patient_id: PatientId, keys: Iterable[bytes]) -> bytes | None:
    """The entry of the patient that one of these source keys leads to; None where none of them is known."""
    statement = "SELECT entry_id FROM ingest_source_key WHERE patient_id=%s AND key IN ({keys})"
    found = sql.rows_in(statement, [patient_id], keys)
    return bytes(found[0][0]) if found else None


def quarantine_count() -> int:
    """How many parts wait in quarantine for somebody to decide."""
    return QuarantineRow.objects.filter(state="open").count()
