"""What a card is: signed once for one viewer of a record, until it is withdrawn. What it says is not kept."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import NewType
from uuid import UUID

from openrecord.access.types import ViewerId, ViewerKind

CardId = NewType("CardId", UUID)


@dataclass(frozen=True, slots=True)
class Holder:
    """Whose card it is, as it says so: no more than a verifier needs beside a photo ID."""

    family: str
    given: str
    born: date


@dataclass(frozen=True, slots=True)
class Card:
    """One card. `maker`: the viewer who made it; `kid`, `rid`: the signing key and the number by which it is withdrawn.

    `digest`: a keyed hash of what it says, so that it is shown again only while the record says the same.
    """

    card_id: CardId
    maker: ViewerId
    kid: str
    rid: str
    digest: bytes
    issued: datetime
    withdrawn: datetime | None


def may_see(card: Card, viewer: ViewerId, kind: ViewerKind) -> bool:
    """Whether a viewer sees and may withdraw the card: patients all of their record, proxies their own."""
    return kind is ViewerKind.SELF or (kind is ViewerKind.PROXY and card.maker == viewer)
