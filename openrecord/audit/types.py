"""Who acts, and what the trail holds. An anonymous actor cannot be written."""

from dataclasses import dataclass
from enum import Enum


class ActorKind(Enum):
    """What sort of actor did something."""

    PERSON = "person"
    STAFF = "staff"
    APP = "app"
    SYSTEM = "system"


class AnonymousActor(ValueError):
    """Somebody tried to act without a name, a role or an authority."""


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


def system(part: str) -> Actor:
    """OpenRecord itself, acting in one of its parts ("ingest", "worker", "command")."""
    return Actor(ActorKind.SYSTEM, f"openrecord:{part}", "system", f"system:{part}")
