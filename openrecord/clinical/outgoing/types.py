"""What is written for another system, and what became of it. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from openrecord.clinical.incoming import JsonObject, LinkKind
from openrecord.clinical.kinds import EntryKind
from openrecord.clinical.nhs_number import NhsNumber


@dataclass(frozen=True, slots=True)
class OutgoingPatient:
    """Whose record it is."""

    public_id: UUID
    nhs_number: NhsNumber
    family: str
    given: str
    born: date | None
    gender: str | None
    died: bool


@dataclass(frozen=True, slots=True)
class OutgoingEntry:
    """One entry as it stands.

    `full`, `coded`: the stored R4 bodies; `coded` None where it does not differ. `clinical`, `filed`: what was
    understood of the source, which a body alone may not say. `restricted`: a label says that it is not for the
    patient. `links`: what it refers to; `containers`: what it is directly part of; both by outside id.
    """

    public_id: UUID
    kind: EntryKind
    full: bytes
    coded: bytes | None = None
    clinical: datetime | None = None
    filed: bool | None = True
    restricted: bool = False
    links: tuple[tuple[LinkKind, UUID], ...] = ()
    containers: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class OutgoingRecord:
    """All that leaves. `at`: when it was written; of two exports a reader takes the later one for newer."""

    patient: OutgoingPatient
    ods: str
    practice: str
    at: datetime
    entries: tuple[OutgoingEntry, ...]


@dataclass(frozen=True, slots=True)
class Written:
    """A record in another system's form. `labelled`: outside ids among `entries` that carry the label.

    `left_out`: how many entries the form cannot hold without saying something else, by reason.
    """

    document: JsonObject
    entries: tuple[UUID, ...]
    labelled: frozenset[UUID]
    left_out: Mapping[str, int] = field(default_factory=dict)
