"""Who acts, and what the trail holds. An anonymous actor cannot be written.

Nothing here may carry an NHS number, a name or clinical content: the trail says who did what to which internal id.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum
from uuid import UUID

OWN_RECORD = "own record"
"""The authority of a person who reads or acts on their own record."""

SIGHT_FINGERPRINT_BYTES = 16
PUBLIC_ID_BYTES = 16


class ActorKind(Enum):
    """What sort of actor did something."""

    PERSON = "person"
    STAFF = "staff"
    APP = "app"
    SYSTEM = "system"


class AnonymousActor(ValueError):
    """Somebody tried to act without a name, a role or an authority."""


class NotRecorded(Exception):
    """The trail could not be written, so what was to be recorded must not happen (fail closed)."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, in which role, for which organisation, under what authority, from which device (R51).

    `id` is an internal identifier, never an NHS number or a name. Raises AnonymousActor where id, role or authority
    is empty.
    """

    kind: ActorKind
    id: str
    role: str
    authority: str
    organisation: str | None = None
    device: str | None = None
    session: str | None = None

    def __post_init__(self) -> None:
        if not (self.id and self.role and self.authority):
            raise AnonymousActor("an actor needs an id, a role and an authority")


COMMAND = "command"
"""The part of OpenRecord that acts at the hands of an operator."""


def system(part: str) -> Actor:
    """OpenRecord itself, acting in one of its parts ("ingest", "worker", "command")."""
    return Actor(ActorKind.SYSTEM, f"openrecord:{part}", "system", f"system:{part}")


def is_by_hand(by: Actor) -> bool:
    """Whether a person did it, on a page or by a command; not what OpenRecord does by itself, such as taking in."""
    return by.kind is not ActorKind.SYSTEM or by.id == system(COMMAND).id


def pack(public_ids: Iterable[UUID]) -> bytes:
    """The public ids served, 16 bytes each, in the order served."""
    return b"".join([public_id.bytes for public_id in public_ids])


def _require_aware(at: datetime) -> None:
    if at.tzinfo is None:
        raise ValueError("the trail takes aware datetimes only")


@dataclass(frozen=True, slots=True)
class Repeatable:
    """What a person decided, so that it can be decided again after a restore; only the encrypted journal holds it.

    `kind` names who understands `body`, a station's own JSON.
    """

    kind: str
    body: bytes


class Outcome(Enum):
    """What became of an act of the journal after a restore."""

    REPEATED = "repeated"
    NEEDLESS = "needless"
    AWAITED = "awaited"
    """What it is about is not here: it is repeated once that has been delivered again."""


@dataclass(frozen=True, slots=True)
class Change:
    """Something was done. `event` names it ("entry.hidden"), `subject` is an internal or public id, never a name.

    `act`: what the journal keeps of it where a person did it. `repeats`: the row of the trail (16 bytes) that a restore
    has lost and that this one, of the same id, takes the place of; what is repeated stands in the journal already.
    """

    by: Actor
    at: datetime
    event: str
    patient_id: int | None
    subject: str = ""
    details: Mapping[str, str | int | None] = field(default_factory=dict)
    act: Repeatable | None = None
    repeats: bytes | None = None

    def __post_init__(self) -> None:
        _require_aware(self.at)


@dataclass(frozen=True, slots=True)
class Read:
    """Something was read, or refused where `refused` holds the reason's code.

    `by` is the person even where an app reads for them: the app is `client_id`. `viewer_id` is the grant under which
    a patient or proxy reads; where staff preview a record, both are those of whom they preview it as. `query` comes
    from `rules.normalised_query`. `served` holds the public ids of every entry in the answer (`pack`), so that exposure
    can be told exactly; `sight` is the fingerprint of the Sight that applied. Raises ValueError where a length is wrong
    or `at` is naive.
    """

    by: Actor
    at: datetime
    patient_id: int | None
    channel: str
    route: str
    query: str = ""
    viewer_id: UUID | None = None
    client_id: UUID | None = None
    served: bytes = b""
    sight: bytes = b""
    refused: str = ""

    def __post_init__(self) -> None:
        _require_aware(self.at)
        if len(self.served) % PUBLIC_ID_BYTES:
            raise ValueError("served ids are 16 bytes each")
        if self.sight and len(self.sight) != SIGHT_FINGERPRINT_BYTES:
            raise ValueError("a Sight fingerprint is 16 bytes")
        if self.refused and self.served:
            raise ValueError("a refused read serves nothing")


@dataclass(frozen=True, slots=True)
class Look:
    """On `day` (Europe/London) somebody of this organisation and role read the record. What the patient may see.

    `authority`: under what they read; tells the patient, who acts for them and apps apart.
    """

    day: date
    organisation: str | None
    role: str
    authority: str


@dataclass(frozen=True, slots=True)
class Exposure:
    """Somebody was served one particular entry."""

    read_id: UUID
    at: datetime
    actor_kind: ActorKind
    actor: str
    role: str
    organisation: str | None
    viewer_id: UUID | None
    client_id: UUID | None
    channel: str
    route: str


@dataclass(frozen=True, slots=True)
class SealedRead:
    """A served read that the chain has taken up, as the counting of views needs it."""

    at: datetime
    patient_id: int
    actor_kind: ActorKind
    actor: str
    authority: str
    viewer_id: UUID | None


@dataclass(frozen=True, slots=True)
class DailyRoot:
    """The Merkle root over the seals `first` to `last`, chained over the previous root. Safe to publish or print."""

    number: int
    day: date
    first: int
    last: int
    tree: bytes
    chain: bytes


class ProblemKind(Enum):
    """What verification found wrong."""

    ROW_ALTERED = "row or its seal altered"
    ROW_MISSING = "sealed row removed"
    ROW_INSERTED = "row inserted"
    SEQUENCE_GAP = "row of a writer removed"
    SEAL_ALTERED = "seal altered"
    SEAL_MISSING = "seal removed"
    SEAL_ORDER = "seals of a writer out of order"
    ROOT_ALTERED = "daily root altered or not that of its seals"
    ROOT_MISSING = "daily root removed"
    ROOT_EXTERNAL = "daily root differs from the one kept outside"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong. `number` is the seal's or root's, 0 where none; source, writer, sequence name a row."""

    kind: ProblemKind
    number: int
    source: str = ""
    writer: UUID | None = None
    sequence: int = 0


@dataclass(frozen=True, slots=True)
class Verdict:
    """What verification found. `problems` holds the first ones only; `problem_count` counts all."""

    seals: int
    roots: int
    unsealed: int
    head: bytes
    problems: tuple[Problem, ...]
    problem_count: int

    @property
    def ok(self) -> bool:
        """True where nothing is wrong; an unsealed tail is not wrong."""
        return self.problem_count == 0
