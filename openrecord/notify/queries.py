"""Questions about what people were told, how they want to be told, and what could not be delivered."""

from datetime import datetime
from uuid import UUID

from openrecord.access.types import ViewerId
from openrecord.db import sql
from openrecord.kit.instants import from_micros, to_micros
from openrecord.notify.models import DeviceRow, MessageRow, PreferenceRow
from openrecord.notify.types import (
    UNASKED,
    Channel,
    DeadLetter,
    Device,
    DeviceId,
    Message,
    MessageId,
    Pace,
    Preference,
    State,
    Undelivered,
)
from openrecord.registry.types import OdsCode, PatientId


def told_of(patient_id: PatientId, viewer_id: UUID) -> tuple[bytes, ...]:
    """The entries that were news for a viewer, oldest first."""
    statement = "SELECT entry FROM notify_notice WHERE patient_id=%s AND viewer_id=%s ORDER BY at, id"
    return tuple(bytes(row[0]) for row in sql.rows(statement, [patient_id, viewer_id.bytes]))


def told_since(patient_id: PatientId, viewer_id: UUID, since: datetime) -> dict[bytes, datetime]:
    """The entries that were news for a viewer since this instant, and when each was last."""
    statement = (
        "SELECT entry, max(at) FROM notify_notice WHERE patient_id=%s AND viewer_id=%s AND at>=%s GROUP BY entry"
    )
    rows = sql.rows(statement, [patient_id, viewer_id.bytes, to_micros(since)])
    return {bytes(entry): from_micros(at) for entry, at in rows}


def news_since(message: Message) -> tuple[bytes, ...]:
    """The entries that a message is about: news for its viewer since it was put in the outbox."""
    statement = "SELECT entry FROM notify_notice WHERE patient_id=%s AND viewer_id=%s AND at>=%s"
    asked = [message.patient_id, message.viewer_id.bytes, to_micros(message.since)]
    return tuple(bytes(row[0]) for row in sql.rows(statement, asked))


def preferences(patient_id: PatientId) -> dict[ViewerId, Preference]:
    """What the patient's viewers have chosen, those who have chosen something."""
    rows = PreferenceRow.objects.filter(patient_id=patient_id).values_list("id", "language", *Channel)
    return {
        ViewerId(UUID(bytes=bytes(viewer))): Preference(dict(zip(Channel, map(Pace, paces), strict=True)), language)
        for viewer, language, *paces in rows
    }


def preference(patient_id: PatientId, viewer_id: ViewerId) -> Preference:
    """What this viewer has chosen."""
    return preferences(patient_id).get(viewer_id, UNASKED)


def devices(patient_id: PatientId, viewer_id: ViewerId) -> tuple[Device, ...]:
    """The browsers that get messages for a viewer, the newest first."""
    rows = DeviceRow.objects.filter(patient_id=patient_id, viewer=viewer_id.bytes).order_by("-at", "-id")
    return tuple(Device(DeviceId(UUID(bytes=bytes(row.id))), row.address, from_micros(row.at)) for row in rows)


def message_of(row: MessageRow) -> Message:
    """A row of the outbox as others see it."""
    return Message(
        MessageId(UUID(bytes=bytes(row.id))),
        PatientId(row.patient_id),
        ViewerId(UUID(bytes=bytes(row.viewer))),
        Channel(row.channel),
        from_micros(row.since),
        row.attempts,
        None if row.sent is None else from_micros(row.sent),
        row.reference,
    )


def dead_letters(*, limit: int) -> tuple[DeadLetter, ...]:
    """What could not be delivered, newest first."""
    rows = MessageRow.objects.filter(state=State.FAILED).order_by("-id")[:limit]
    return tuple(_dead_letter(row) for row in rows)


def _dead_letter(row: MessageRow) -> DeadLetter:
    message_id = MessageId(UUID(bytes=bytes(row.id)))
    return DeadLetter(message_id, Channel(row.channel), row.attempts, row.reason, from_micros(row.since))


def undelivered(ods: OdsCode, *, limit: int, after: UUID | None = None) -> tuple[Undelivered, ...]:
    """What could not be delivered to people of a practice's patients, newest first; `after`: the last message read."""
    rows = MessageRow.objects.filter(ods=ods, state=State.FAILED)
    if after is not None:
        rows = rows.filter(id__lt=after.bytes)
    return tuple(
        Undelivered(_dead_letter(row), PatientId(row.patient_id), ViewerId(UUID(bytes=bytes(row.viewer))))
        for row in rows.order_by("-id")[:limit]
    )


def count_undelivered(ods: OdsCode) -> dict[PatientId, int]:
    """How many of these there are, by patient."""
    statement = "SELECT patient_id, count(*) FROM notify_message WHERE ods=%s AND state='failed' GROUP BY patient_id"
    return {PatientId(patient_id): number for patient_id, number in sql.rows(statement, [ods])}


def count_failed() -> int:
    """How many messages could not be delivered and nobody has dealt with."""
    return MessageRow.objects.filter(state=State.FAILED).count()


def count_late(at: datetime) -> int:
    """How many messages should have been sent before this instant and still wait."""
    return MessageRow.objects.filter(state=State.WAITING, next__lt=to_micros(at)).count()
