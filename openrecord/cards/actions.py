"""Making and withdrawing cards: each in one transaction with its audit row."""

from base64 import urlsafe_b64encode
from datetime import datetime

from django.db import transaction

from openrecord.access import actions as access
from openrecord.access.types import ViewerId
from openrecord.audit import actions as audit
from openrecord.audit.types import Actor
from openrecord.cards import events, queries
from openrecord.cards.keyring import issuer, keyring, usable
from openrecord.cards.models import CardRow, RevokedRow
from openrecord.cards.rules.content import claims
from openrecord.cards.rules.signing import signed
from openrecord.cards.types import Card, CardId
from openrecord.db import erasing
from openrecord.db.keys import keyed_hash
from openrecord.kit.ids import random_number, time_ordered_id
from openrecord.kit.instants import to_micros
from openrecord.registry import queries as registry
from openrecord.registry.types import PatientId

PURPOSE = "cards"


class NotOffered(Exception):
    """There is no key here that signs cards."""


class UnknownCard(LookupError):
    """The patient has no such card."""


def text_of(card: Card, said: bytes) -> str | None:
    """The signed text of a card whose record says `said` now (content.bundle).

    None where it may not be shown again: it was withdrawn, the record says something else, or its key signs no more.
    """
    key = keyring().private(card.kid)
    if key is None or card.withdrawn is not None or card.digest != _digest(said):
        return None
    return signed(claims(said, issuer=issuer(), issued=card.issued, rid=card.rid), key)


@transaction.atomic
def make(*, patient_id: PatientId, maker: ViewerId, said: bytes, by: Actor, at: datetime) -> CardId:
    """A card that says `said`; the one that the viewer has already where it says the same. Raises NotOffered."""
    key = usable().signing
    if key is None:
        raise NotOffered
    access.lock_patient(patient_id)
    digest, kid = _digest(said), key.thumbprint()
    for card in queries.cards(patient_id):
        if (card.maker, card.digest, card.kid, card.withdrawn) == (maker, digest, kid, None):
            return card.card_id
    card_id = CardId(time_ordered_id())
    CardRow.objects.create(
        patient_id=patient_id,
        id=card_id.bytes,
        maker=maker.bytes,
        kid=kid,
        rid=_withdrawal_number(),
        digest=digest,
        issued=to_micros(at),
    )
    audit.record_change(by=by, at=at, event="card_made", patient_id=patient_id, subject=str(card_id))
    return card_id


@transaction.atomic
def withdraw(*, patient_id: PatientId, card_id: CardId, by: Actor, at: datetime) -> None:
    """Whoever checks the card from now on is told that it was withdrawn. Raises UnknownCard; twice is like once."""
    access.lock_patient(patient_id)
    card = next((one for one in queries.cards(patient_id) if one.card_id == card_id), None)
    if card is None:
        raise UnknownCard
    if card.withdrawn is not None:
        return
    _withdraw(events.Withdrawn(registry.patient(patient_id), card_id, card.kid, card.rid), by, at, None)


@transaction.atomic
def repeat_withdrawal(*, told: events.Withdrawn, by: Actor, at: datetime, repeats: bytes) -> None:
    """Withdraw a card again that a restore has brought back, or has lost. `repeats`: as in audit.types.Change."""
    access.lock_patient(told.patient.patient_id)
    _withdraw(told, by, at, repeats)


def _withdraw(told: events.Withdrawn, by: Actor, at: datetime, repeats: bytes | None) -> None:
    patient_id = told.patient.patient_id
    CardRow.objects.filter(patient_id=patient_id, id=told.card.bytes).update(withdrawn=to_micros(at))
    RevokedRow.objects.get_or_create(kid=told.kid, rid=told.rid)
    audit.record_change(
        by=by,
        at=at,
        event="card_withdrawn",
        patient_id=patient_id,
        subject=str(told.card),
        act=events.repeatable(told),
        repeats=repeats,
    )


def _withdrawal_number() -> str:
    """11 characters of the base64url alphabet that tell nothing of the card."""
    return urlsafe_b64encode(random_number().to_bytes(8)).decode().rstrip("=")


def _digest(said: bytes) -> bytes:
    return keyed_hash(PURPOSE, said.decode())


def erase(patient_id: PatientId) -> None:
    """No card of a patient is known here any more. What the public list of withdrawn numbers says names nobody."""
    erasing.erase(("cards_card",), patient_id)
