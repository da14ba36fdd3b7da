"""What the journal keeps of cards."""

import msgspec

from openrecord.audit.types import Repeatable
from openrecord.cards.types import CardId
from openrecord.registry.types import Patient


class Withdrawn(msgspec.Struct, frozen=True):
    """A card was withdrawn. `kid`, `rid`: as in types.Card; whoever holds it may show it whether we know it or not."""

    patient: Patient
    card: CardId
    kid: str
    rid: str


WITHDRAWN = "card_withdrawn"
"""Its name in the journal, which stays for ever."""


def repeatable(act: Withdrawn) -> Repeatable:
    """The act as the journal keeps it."""
    return Repeatable(WITHDRAWN, msgspec.json.encode(act))
