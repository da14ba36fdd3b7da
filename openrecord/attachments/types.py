"""What is known of a file that came with an entry."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from openrecord.clinical.file_kinds import Kind
from openrecord.clinical.incoming import FileState


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


class NotAvailable(Exception):
    """The file may not be handed out, or what was kept of it cannot be read."""
