"""What is known of a file that came with an entry."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from openrecord.clinical.file_kinds import Kind
from openrecord.clinical.incoming import FileState
from openrecord.kit.instants import to_micros
from openrecord.registry.types import PatientId


@dataclass(frozen=True, slots=True)
class Attached:
    """One file of one entry. `kind`: how it is handed out; `size`: bytes; `found`: what the scanner calls it, or the
    scanner's reason. `store`, `digest`: where it lies and by what it is opened; None where nothing was kept."""

    file_id: UUID
    public_id: UUID
    kind: Kind
    size: int
    state: FileState
    received: datetime
    checked: datetime | None
    found: str = ""
    store: bytes | None = field(default=None, repr=False)
    digest: bytes = field(default=b"", repr=False)

    @property
    def is_open(self) -> bool:
        """Whether it may be handed out at all."""
        return self.state is FileState.CLEAN


REFUSED = (FileState.INFECTED, FileState.UNCHECKED, FileState.TOO_LARGE, FileState.DAMAGED)
"""What nobody will ever open as it came."""


@dataclass(frozen=True, slots=True)
class EntryOfFile:
    """The entry that a file comes with: its inside id (16 bytes), its outside one, and its type there."""

    entry_id: bytes
    public_id: UUID
    fhir_type: str


@dataclass(frozen=True, slots=True)
class Refused:
    """A file that was refused, whose it is and of which entry (inside id)."""

    patient_id: PatientId
    entry_id: UUID
    file: Attached

    @property
    def cursor(self) -> str:
        """Where the list goes on after it."""
        return f"{to_micros(self.file.received)}.{self.file.file_id.hex}"


class NotAvailable(Exception):
    """The file may not be handed out, or what was kept of it cannot be read."""
