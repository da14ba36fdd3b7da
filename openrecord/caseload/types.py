"""What a request is: its kind, what was asked, how far it has come. The state is a fold of events (rules/fold)."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum, StrEnum
from typing import NewType
from uuid import UUID

import msgspec

from openrecord.access.types import ViewerId
from openrecord.clinical.kinds import Level, Section
from openrecord.kit.london import day_of
from openrecord.registry.types import OdsCode, PatientId

RequestId = NewType("RequestId", UUID)


class Kind(StrEnum):
    """What is asked for."""

    HISTORY = "history"
    LEVEL = "level"
    CORRECTION = "correction"
    QUESTION = "question"
    """What an entry means."""
    OPT_OUT = "opt-out"
    OPT_IN = "opt-in"
    PROXY = "proxy"
    SUBJECT_ACCESS = "subject-access"


class State(StrEnum):
    """How far a request has come; the last four are final."""

    RECEIVED = "received"
    IN_REVIEW = "in_review"
    WAITING = "waiting"
    """The clock is stopped: the practice waits for the person."""
    GRANTED = "granted"
    PARTLY_GRANTED = "partly_granted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class Outcome(StrEnum):
    """How a request was decided."""

    GRANTED = "granted"
    PARTLY = "partly"
    REFUSED = "refused"


class Ground(StrEnum):
    """Why something was refused, as a category (R14). It never says what was withheld."""

    EXEMPT = "exempt"
    """Serious harm or another person: the exemptions of data protection law, never told apart to the patient."""
    IDENTITY = "identity"
    NOT_HELD = "not_held"
    NOT_CHANGED = "not_changed"
    NOT_ELIGIBLE = "not_eligible"
    UNFOUNDED = "unfounded"
    """Manifestly unfounded or excessive (UK GDPR article 12(5)): a right of data protection law only."""


class Correction(StrEnum):
    """What became of an entry that somebody reported (R15). Nobody here edits what a source sent."""

    CORRECTED = "corrected"
    """Changed in the practice's own system: the corrected entry comes from there."""
    NOTE_ADDED = "note_added"
    """A note stands beside it that says that the patient does not agree."""
    PASSED_ON = "passed_on"
    """Another organisation wrote it and was asked to correct it."""


class Proof(StrEnum):
    """How the practice made sure who asks."""

    VOUCHING = "vouching"
    DOCUMENTS = "documents"
    NHS_LOGIN = "nhs_login"


class Wait(StrEnum):
    """What a stopped clock waits for."""

    IDENTITY = "identity"
    CLARIFICATION = "clarification"


class Step(StrEnum):
    """What somebody may do with a request."""

    IDENTITY = "identity"
    ASSIGN = "assign"
    PAUSE = "pause"
    RESUME = "resume"
    EXTEND = "extend"
    REVIEW = "review"
    CLOSE = "close"
    """Close a part of the history that was opened: also after the end of the request."""
    DECIDE = "decide"
    WITHDRAW = "withdraw"


class Urgency(Enum):
    """How near a due day is."""

    OVERDUE = "overdue"
    SOON = "soon"
    LATER = "later"
    STOPPED = "stopped"


class Part(msgspec.Struct, frozen=True):
    """A part of a record: clinical days, both inclusive, None = without bound; sections, None = all."""

    first: date | None = None
    last: date | None = None
    sections: frozenset[Section] | None = None


WHOLE = Part()


class Wish(msgspec.Struct, frozen=True):
    """What somebody asks for. `part`, `level`: for history and level; `about`: whom or what the words are about."""

    part: Part = WHOLE
    level: Level | None = None
    about: str = ""
    words: str = ""


@dataclass(frozen=True, slots=True)
class Review:
    """A part of the record that was reviewed, and whether it is open. `chunk`: the grant that opened it, if one did."""

    part: Part
    granted: bool
    chunk: UUID | None = None


@dataclass(frozen=True, slots=True)
class Pause:
    """The clock stood still from one instant to the next; `until` None = it still does."""

    since: datetime
    wait: Wait
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """How a request ended. `letter`: what the patient reads; `ground`: None where nothing was refused.

    `level`: what a request for a higher one has opened; `correction`: what became of an entry that was reported.
    """

    at: datetime
    outcome: Outcome
    ground: Ground | None
    letter: str
    level: Level | None = None
    correction: Correction | None = None


@dataclass(frozen=True, slots=True)
class Request:
    """One request as it stands. `asker`: the viewer who made it; `sequence`: how many events it has had.

    `received`: the day on which it reached the practice, where staff noted one that did not come online.
    """

    request_id: RequestId
    kind: Kind
    ods: OdsCode
    asker: ViewerId
    made: datetime
    wish: Wish
    sequence: int
    proof: Proof | None = None
    assignee: UUID | None = None
    pauses: tuple[Pause, ...] = ()
    extension: str | None = None
    reviews: tuple[Review, ...] = ()
    decision: Decision | None = None
    withdrawn: datetime | None = None
    received: date | None = None

    @property
    def begins(self) -> date:
        """The London day on which its time begins to count."""
        return self.received or day_of(self.made)

    @property
    def is_open(self) -> bool:
        """Whether it still waits for an end."""
        return self.decision is None and self.withdrawn is None

    @property
    def is_paused(self) -> bool:
        """Whether its clock stands still now."""
        return bool(self.pauses) and self.pauses[-1].until is None

    @property
    def state(self) -> State:
        """How far it has come."""
        if self.withdrawn is not None:
            return State.WITHDRAWN
        if self.decision is not None:
            return _ENDS[self.decision.outcome]
        if self.is_paused:
            return State.WAITING
        return State.RECEIVED if self.proof is None else State.IN_REVIEW


_ENDS = {
    Outcome.GRANTED: State.GRANTED,
    Outcome.PARTLY: State.PARTLY_GRANTED,
    Outcome.REFUSED: State.REFUSED,
}


@dataclass(frozen=True, slots=True)
class OpenRequest:
    """A line of the practice's list. `due` None = the clock is stopped."""

    request_id: RequestId
    patient_id: PatientId
    kind: Kind
    state: State
    due: date | None
    assignee: UUID | None


@dataclass(frozen=True, slots=True)
class Workload:
    """How many requests of a practice are open; of these, how many are late, and how many are due soon (R47)."""

    every: int
    overdue: int
    soon: int


@dataclass(frozen=True, slots=True)
class Clock:
    """How the time of a kind of request is counted (data/clocks.toml, which says what stands on which source).

    `months`: calendar months from the day counted as the first; `first_day`: days after receipt on which counting
    begins; `extension`: further months, 0 = none; `stops`: what may stop it; `remind`: days before the end at which
    it counts as due soon.
    """

    months: int
    first_day: int
    extension: int
    stops: frozenset[Wait]
    remind: int
