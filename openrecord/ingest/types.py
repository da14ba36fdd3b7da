"""What ingest hands on: entries whose patient and identity are settled."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

import msgspec

from openrecord.clinical.incoming import IncomingEntry
from openrecord.registry.types import OdsCode, PatientId


class Part(msgspec.Struct, frozen=True, gc=False):
    """An entry is part of, or refers to, another: `target`, or where that is not known yet `reference`, its hash."""

    target: bytes | None
    reference: bytes
    kind: str = ""


class AcceptedEntry(msgspec.Struct, frozen=True, gc=False):
    """One entry or version that became current. `coded`/`full`: bodies with outside id and subject."""

    entry_id: bytes
    public_id: UUID
    is_new: bool
    incoming: IncomingEntry
    coded: bytes
    full: bytes | None
    containers: tuple[Part, ...]
    links: tuple[Part, ...]
    alias: bytes
    superseded: bool = False


@dataclass(frozen=True, slots=True)
class AcceptedBatch:
    """One patient's part of one message, accepted.

    `source`: who sent it (its labels are lifted only by itself). `is_new_patient`: nothing was known before, so
    nothing else needs to be looked at. `replaced`: entries that a later one supersedes. `unresolved_copies`,
    `resolved_copies`: entries whose laboratory and GP copies do not, or now do, agree. `withdrawn`: entries whose
    source key now belongs to somebody else. `gone`: entries removed at the source. `came_as`: the patient that it came
    to, where that record is part of this one; None = this one.
    """

    patient_id: PatientId
    org: OdsCode
    source: str
    at: datetime
    mapper: int
    entries: tuple[AcceptedEntry, ...]
    marks: str = ""
    is_new_patient: bool = False
    replaced: tuple[bytes, ...] = ()
    unresolved_copies: tuple[bytes, ...] = ()
    resolved_copies: tuple[bytes, ...] = ()
    gone: tuple[bytes, ...] = ()
    came_as: PatientId | None = None


@dataclass(slots=True)
class Tally:
    """What became of incoming resources; each stands in exactly one class.

    accepted = became current, new or newer; superseded = arrived older than what is current.
    """

    resources: int = 0
    accepted: int = 0
    unchanged: int = 0
    superseded: int = 0
    quarantined: int = 0
    not_entries: int = 0
    files: int = 0
    reasons: dict[str, dict[str, int]] = field(default_factory=dict)

    def count(self, outcome: str, reason: str, number: int = 1) -> None:
        """Count `number` resources of one class for one reason."""
        if number == 0:
            return
        self.resources += number
        setattr(self, outcome, getattr(self, outcome) + number)
        reasons = self.reasons.setdefault(outcome, {})
        reasons[reason] = reasons.get(reason, 0) + number

    def add(self, other: "Tally") -> None:
        """Add another tally to this one."""
        for outcome, reasons in other.reasons.items():
            for reason, number in reasons.items():
                self.count(outcome, reason, number)
        self.files += other.files

    @property
    def is_exact(self) -> bool:
        """Whether every resource stands in exactly one class."""
        classes = (self.accepted, self.unchanged, self.superseded, self.quarantined, self.not_entries)
        return self.resources == sum(classes)

    def as_json(self) -> Mapping[str, object]:
        """The totals, and the reasons per class."""
        return {
            "resources": self.resources,
            "accepted": self.accepted,
            "unchanged": self.unchanged,
            "superseded": self.superseded,
            "quarantined": self.quarantined,
            "not_entries": self.not_entries,
            "files": self.files,
            "reasons": self.reasons,
        }
