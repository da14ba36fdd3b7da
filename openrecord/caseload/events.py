"""What happens to a request: one event each, kept for ever in the order they happened.

A request is the fold of its events (rules/fold.py); nothing is overwritten. Who did it stands beside the event, in its
row. Words that people typed are here and nowhere else: not in the trail, not in addresses.
"""

from datetime import date, datetime
from uuid import UUID

import msgspec

from openrecord.access.types import ViewerId
from openrecord.caseload.types import Correction, Ground, Kind, Outcome, Part, Proof, Wait, Wish
from openrecord.clinical.kinds import Level
from openrecord.registry.types import PatientId


class Event(msgspec.Struct, frozen=True, tag_field="event", forbid_unknown_fields=True):
    """Base of every event; `event` names it in storage."""


class Made(Event, frozen=True, tag="made"):
    """Somebody asked. `asker`: the viewer of the record who did.

    `received`: the day on which it reached the practice by phone, letter or in person; None = online, when it was made.
    """

    kind: Kind
    ods: str
    asker: UUID
    wish: Wish
    received: date | None = None


class IdentityChecked(Event, frozen=True, tag="identity_checked"):
    """The practice made sure who asks."""

    proof: Proof


class Assigned(Event, frozen=True, tag="assigned"):
    """A member of staff deals with it from now on; None = nobody."""

    to: UUID | None


class ClockPaused(Event, frozen=True, tag="clock_paused"):
    """The practice waits for the person; the time does not count."""

    wait: Wait


class ClockResumed(Event, frozen=True, tag="clock_resumed"):
    """What was waited for has come."""


class Extended(Event, frozen=True, tag="extended"):
    """The practice needs longer. `reason`: its words, which the person reads."""

    reason: str


class ChunkGranted(Event, frozen=True, tag="chunk_granted"):
    """A part of the history was reviewed and opened: `chunk` is the grant in access."""

    part: Part
    chunk: UUID
    level: Level


class ChunkRefused(Event, frozen=True, tag="chunk_refused"):
    """A part of the history was reviewed and stays closed."""

    part: Part


class ChunkClosed(Event, frozen=True, tag="chunk_closed"):
    """A part of the history that was opened is closed again, also after the answer. `chunk`: as ChunkGranted has it."""

    chunk: UUID


class Decided(Event, frozen=True, tag="decided"):
    """The answer. The letter and the way to complain are told with it (R14). As types.Decision says."""

    outcome: Outcome
    ground: Ground | None
    letter: str
    level: Level | None = None
    correction: Correction | None = None


class Withdrawn(Event, frozen=True, tag="withdrawn"):
    """Whoever asked no longer wants it."""


AnyEvent = (
    Made
    | IdentityChecked
    | Assigned
    | ClockPaused
    | ClockResumed
    | Extended
    | ChunkGranted
    | ChunkRefused
    | ChunkClosed
    | Decided
    | Withdrawn
)


class Answered(msgspec.Struct, frozen=True):
    """Told over the bus: the practice did something that whoever asked should hear of (rules/asking.py)."""

    patient_id: PatientId
    asker: ViewerId
    at: datetime


_decoder: msgspec.json.Decoder[AnyEvent] = msgspec.json.Decoder(AnyEvent)


def encode(event: AnyEvent) -> str:
    """The event as stored JSON text."""
    return msgspec.json.encode(event, order="deterministic").decode()


def decode(text: str) -> AnyEvent:
    """The event from its stored text; raises msgspec.ValidationError for anything not understood."""
    return _decoder.decode(text)


def tag(event: AnyEvent) -> str:
    """The event's name in storage."""
    return str(type(event).__struct_config__.tag)
