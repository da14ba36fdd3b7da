"""What ingest tells the stations behind it."""

from dataclasses import dataclass
from datetime import datetime

from openrecord.ingest.types import AcceptedBatch
from openrecord.registry.types import PatientId


@dataclass(frozen=True, slots=True)
class EntriesArrived:
    """One patient's part of one message was accepted; decide and place it in the same transaction."""

    batch: AcceptedBatch


@dataclass(frozen=True, slots=True)
class FoundWrongPerson:
    """Entries' source keys now belong to another patient; withdraw them before the other's are placed."""

    patient_id: PatientId
    entries: tuple[bytes, ...]
    at: datetime
