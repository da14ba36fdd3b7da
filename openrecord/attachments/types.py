"""What is known of a file that came with an entry."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from uuid import UUID

from openrecord.clinical.file_kinds import Kind


class State(Enum):
    """What became of a file. Only CLEAN is ever handed out.

    WAITING: not checked yet; INFECTED: the scanner found something; UNCHECKED: the scanner refused it for good;
    TOO_LARGE, DAMAGED: not kept, because of its size, or because what came is no file.
    """

    WAITING = "waiting"
    CLEAN = "clean"
    INFECTED = "infected"
    UNCHECKED = "unchecked"
    TOO_LARGE = "too_large"
    DAMAGED = "damaged"


REFUSED = (State.INFECTED, State.UNCHECKED, State.TOO_LARGE, State.DAMAGED)
"""What the practice has to see to: nobody will ever be able to open these."""


@dataclass(frozen=True, slots=True)
class Attached:
    """One file of one entry. `kind`: how it is handed out; `size`: bytes; `found`: what the scanner calls it, or the
    scanner's reason. `store`, `digest`: where it lies and by what it is opened; None where nothing was kept."""

    file_id: UUID
    public_id: UUID
    kind: Kind
    size: int
    state: State
    received: datetime
    checked: datetime | None
    found: str = ""
    store: bytes | None = field(default=None, repr=False)
    digest: bytes = field(default=b"", repr=False)

    @property
    def is_open(self) -> bool:
        """Whether it may be handed out at all."""
        return self.state is State.CLEAN


class NotAvailable(Exception):
    """The file may not be handed out, or what was kept of it cannot be read."""
