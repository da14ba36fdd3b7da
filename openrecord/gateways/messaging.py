"""What every carrier of messages has in common. Nothing here knows what a message is about."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Letter:
    """One message to one address. `key` is the same however often it is sent, so that a carrier can tell copies.

    `until`: after this it must not arrive any more; None = whenever it does.
    """

    key: UUID
    to: str = field(repr=False)
    subject: str
    text: str
    language: str
    until: datetime | None = None


class NotSent(Exception):
    """A carrier did not take a message. `reason`: a fixed code; `for_good`: another attempt has no use."""

    def __init__(self, reason: str, *, for_good: bool) -> None:
        super().__init__(reason)
        self.reason = reason
        self.for_good = for_good


class AddressGone(NotSent):
    """Nobody is at this address any more, and nobody will be."""

    def __init__(self) -> None:
        super().__init__("address_gone", for_good=True)


class Carrier(Protocol):
    """Sends messages. `tells_fate`: whether it can be asked what became of one."""

    tells_fate: bool

    def send(self, letter: Letter, *, at: datetime) -> str:
        """Hand a message over; what the carrier calls it. Raises NotSent."""

    def fate(self, reference: str, *, at: datetime) -> bool | None:
        """Whether a message has arrived; None while it is under way. Raises NotSent where the carrier does not say."""
