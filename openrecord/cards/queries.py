"""Questions about cards: one patient's, and what the public must know to check anybody's."""

from typing import Any
from uuid import UUID

from openrecord.access.types import ViewerId
from openrecord.cards.keyring import Keyring, keyring, published
from openrecord.cards.types import Card, CardId
from openrecord.db import sql
from openrecord.kit.instants import from_micros, from_micros_or_none
from openrecord.registry.types import PatientId

_OF_PATIENT = (
    "SELECT id, maker, kid, rid, digest, issued, withdrawn FROM cards_card WHERE patient_id=%s ORDER BY id DESC"
)
_COUNT = "SELECT count(*) FROM cards_revoked WHERE kid=%s"
_REVOKED = "SELECT rid FROM cards_revoked WHERE kid=%s ORDER BY rid"
FIRST_VERSION = 1
"""The counter of a revocation list that names nobody yet; each withdrawn card raises it by one."""


def cards(patient_id: PatientId) -> tuple[Card, ...]:
    """All cards about the patient's record, newest first."""
    return tuple(_card(row) for row in sql.rows(_OF_PATIENT, [patient_id]))


def _card(row: sql.Row) -> Card:
    card_id, maker, kid, rid, digest, issued, withdrawn = row
    return Card(
        CardId(UUID(bytes=bytes(card_id))),
        ViewerId(UUID(bytes=bytes(maker))),
        kid,
        rid,
        bytes(digest),
        from_micros(issued),
        from_micros_or_none(withdrawn),
    )


def key_set() -> dict[str, Any]:
    """The public keys of every card that counts, as `/.well-known/jwks.json` shows them."""
    ring = keyring()
    return published(ring, {kid: _version(sql.rows(_COUNT, [kid])[0][0]) for kid in ring.keys})


def revocation_list(kid: str) -> dict[str, Any] | None:
    """The revocation list of a key; None where the key is not published."""
    ring: Keyring = keyring()
    if kid not in ring.keys:
        return None
    rids = revoked(kid)
    return {"kid": kid, "method": "rid", "ctr": _version(len(rids)), "rids": rids}


def revoked(kid: str) -> tuple[str, ...]:
    """The numbers of the cards of this key that were withdrawn, in an order that tells nothing."""
    return tuple(str(row[0]) for row in sql.rows(_REVOKED, [kid]))


def _version(withdrawn: int) -> int:
    return FIRST_VERSION + withdrawn
