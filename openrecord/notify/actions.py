"""Writes of notify: what people choose, the outbox, and what became of a message."""

import hashlib
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet

from openrecord.access.types import ViewerId
from openrecord.audit.actions import record_change
from openrecord.audit.types import Actor, system
from openrecord.db import erasing
from openrecord.identity.types import PersonId
from openrecord.kit.ids import time_ordered_bytes
from openrecord.kit.instants import to_micros
from openrecord.kit.london import day_of
from openrecord.notify import events
from openrecord.notify.models import DeviceRow, MessageRow, PreferenceRow
from openrecord.notify.queries import devices, message_of
from openrecord.notify.queries import preference as _chosen
from openrecord.notify.rules import ASK_FOR, LEASE, MOST_DEVICES, again_at, first_at
from openrecord.notify.types import Channel, DeviceId, Message, MessageId, Pace, Preference, State
from openrecord.registry import queries as registry
from openrecord.registry.types import OdsCode, PatientId

WORKER = system("worker")


@transaction.atomic
def choose(
    *,
    patient_id: PatientId,
    viewer_id: ViewerId,
    preference: Preference,
    by: Actor,
    at: datetime,
    repeats: bytes | None = None,
) -> None:
    """From now on the viewer is told like this. What waits on a channel that is off now is never sent, and what waits
    for its first try on another is sent when it would be by its new pace.

    Without web push no browser of theirs is known here any more. `repeats`: as in audit.types.Change.
    """
    before = _chosen(patient_id, viewer_id)
    PreferenceRow.objects.update_or_create(
        patient_id=patient_id,
        id=viewer_id.bytes,
        defaults={channel.value: preference.pace(channel) for channel in Channel} | {"language": preference.language},
    )
    if preference.pace(Channel.PUSH) is Pace.OFF:
        DeviceRow.objects.filter(patient_id=patient_id, viewer=viewer_id.bytes).delete()
    _bring_in_line(viewer_id, before, preference, at)
    details: dict[str, str | int | None] = {channel.value: preference.pace(channel).value for channel in Channel}
    record_change(
        by=by,
        at=at,
        event="messages_chosen",
        patient_id=patient_id,
        subject=str(viewer_id),
        details=details,
        act=events.repeatable(events.Chosen(registry.patient(patient_id), viewer_id, preference)),
        repeats=repeats,
    )


def _bring_in_line(viewer_id: ViewerId, before: Preference, now: Preference, at: datetime) -> None:
    """Let what waits follow what was chosen. A message that is being sent, or was tried, keeps its own time."""
    waiting = MessageRow.objects.filter(viewer=viewer_id.bytes, state=State.WAITING)
    for channel in Channel:
        pace = now.pace(channel)
        if pace is Pace.OFF:
            waiting.filter(channel=channel).update(state=State.DROPPED, next=None)
        elif pace is not before.pace(channel):
            waiting.filter(channel=channel, attempts=0).update(next=to_micros(first_at(at, pace)))


@transaction.atomic
def add_device(
    *,
    patient_id: PatientId,
    viewer_id: ViewerId,
    person_id: PersonId,
    endpoint: str,
    address: str,
    language: str,
    by: Actor,
    at: datetime,
) -> None:
    """A browser gets messages for this viewer from now on. One that somebody else chose before is theirs no longer."""
    browser = hashlib.sha256(endpoint.encode()).digest()[:16]
    here = DeviceRow.objects.filter(browser=browser)
    here.exclude(person=person_id.bytes).delete()
    here.filter(patient_id=patient_id, viewer=viewer_id.bytes).delete()
    DeviceRow.objects.create(
        patient_id=patient_id,
        id=time_ordered_bytes(),
        viewer=viewer_id.bytes,
        person=person_id.bytes,
        browser=browser,
        address=address,
        at=to_micros(at),
    )
    for device in devices(patient_id, viewer_id)[MOST_DEVICES:]:
        _device(patient_id, device.device_id).delete()
    record_change(by=by, at=at, event="device_added", patient_id=patient_id, subject=str(viewer_id))
    now = _chosen(patient_id, viewer_id)
    if now.pace(Channel.PUSH) is Pace.OFF:
        wanted = now.but({Channel.PUSH: Pace.AT_ONCE}, language)
        choose(patient_id=patient_id, viewer_id=viewer_id, preference=wanted, by=by, at=at)


@transaction.atomic
def remove_device(*, patient_id: PatientId, viewer_id: ViewerId, device_id: DeviceId, by: Actor, at: datetime) -> None:
    """A browser gets no messages any more; without the last one there is no web push. Nothing where there is none."""
    gone, _each = _device(patient_id, device_id).filter(viewer=viewer_id.bytes).delete()
    if not gone:
        return
    record_change(by=by, at=at, event="device_removed", patient_id=patient_id, subject=str(viewer_id))
    if not devices(patient_id, viewer_id):
        now = _chosen(patient_id, viewer_id)
        without = now.but({Channel.PUSH: Pace.OFF}, now.language)
        choose(patient_id=patient_id, viewer_id=viewer_id, preference=without, by=by, at=at)


def forget_devices(patient_id: PatientId) -> None:
    """No browser gets messages about this patient any more, and none is known."""
    DeviceRow.objects.filter(patient_id=patient_id).delete()


def put(patient_id: PatientId, wanted: Mapping[ViewerId, Preference], *, at: datetime) -> None:
    """Put a message for each viewer and channel into the outbox; one that waits already tells of this, too."""
    for viewer_id, chosen in wanted.items():
        for channel in chosen.channels:
            waits = MessageRow.objects.filter(viewer=viewer_id.bytes, channel=channel, state=State.WAITING)
            if not waits.exists():
                MessageRow.objects.create(
                    id=time_ordered_bytes(),
                    patient_id=patient_id,
                    viewer=viewer_id.bytes,
                    channel=channel,
                    since=to_micros(at),
                    state=State.WAITING,
                    next=to_micros(first_at(at, chosen.pace(channel))),
                )


@transaction.atomic
def take(states: Collection[State], *, at: datetime, limit: int) -> tuple[Message, ...]:
    """Messages whose time has come, each leased: whoever dies while sending leaves it to be taken again."""
    due = MessageRow.objects.filter(state__in=states, next__lte=to_micros(at)).order_by("next")
    locked = due.select_for_update(skip_locked=connection.features.has_select_for_update_skip_locked)
    taken = []
    for row in locked[:limit]:
        row.next = to_micros(at + LEASE)
        if row.state == State.WAITING:
            row.attempts += 1
        row.save(update_fields=["next", "attempts"])
        taken.append(message_of(row))
    return tuple(taken)


@transaction.atomic
def note_sent(message: Message, reference: str, *, ask: bool, at: datetime) -> None:
    """The carrier has it. `ask`: whether the carrier can be asked what became of it."""
    state, following = (State.SENT, to_micros(at + LEASE)) if ask else (State.SENT, None)
    _row(message).update(state=state, reference=reference, next=following, sent=to_micros(at))
    record_change(
        by=WORKER,
        at=at,
        event="message_sent",
        patient_id=message.patient_id,
        subject=str(message.message_id),
        details={"channel": message.channel.value},
    )


def note_dropped(message: Message) -> None:
    """There is nothing to tell any more."""
    _row(message).update(state=State.DROPPED, next=None)


def note_failed(message: Message, reason: str, *, for_good: bool, at: datetime) -> None:
    """It could not be sent: it is tried again later, unless that has no use or was done often enough."""
    following = None if for_good else again_at(at, message.attempts)
    if following is None:
        _give_up(message, reason, at)
    else:
        _row(message).update(state=State.WAITING, next=to_micros(following), reason=reason)


def note_fate(message: Message, delivered: bool | None, *, at: datetime) -> None:
    """What the carrier says became of it; None = it is still on its way, and asked for again for a while."""
    if delivered is None and at < (message.sent or message.since) + ASK_FOR:
        _row(message).update(next=to_micros(at + LEASE))
    elif delivered is False:
        _give_up(message, "not_delivered", at)
    else:
        _row(message).update(state=State.DELIVERED if delivered else State.SENT, next=None)


def _give_up(message: Message, reason: str, at: datetime) -> None:
    """It lies in front of the patient's practice from now on."""
    stays = registry.registered(message.patient_id, on=day_of(at))
    _row(message).update(state=State.FAILED, next=None, reason=reason, ods=stays[-1].ods if stays else "")


def retry(*, message_id: MessageId, ods: OdsCode | None = None, by: Actor, at: datetime) -> bool:
    """Try a dead letter again; False where there is none such. `ods`: only one of this practice's."""
    again = {"state": State.WAITING, "attempts": 0, "next": to_micros(at), "reason": ""}
    return _settle(message_id, ods, again, event="message_retried", by=by, at=at)


def set_aside(*, message_id: MessageId, ods: OdsCode, by: Actor, at: datetime) -> bool:
    """Somebody at the practice has dealt with a dead letter; False where there is none such."""
    return _settle(message_id, ods, {"state": State.DROPPED}, event="message_set_aside", by=by, at=at)


@transaction.atomic
def _settle(
    message_id: MessageId, ods: OdsCode | None, change: Mapping[str, Any], *, event: str, by: Actor, at: datetime
) -> bool:
    dead = MessageRow.objects.filter(id=message_id.bytes, state=State.FAILED, **({} if ods is None else {"ods": ods}))
    row = dead.first()
    if row is None or not dead.update(**change):
        return False
    record_change(by=by, at=at, event=event, patient_id=PatientId(row.patient_id), subject=str(message_id))
    return True


def _device(patient_id: PatientId, device_id: DeviceId) -> QuerySet[DeviceRow]:
    return DeviceRow.objects.filter(patient_id=patient_id, id=device_id.bytes)


def _row(message: Message) -> QuerySet[MessageRow]:
    return MessageRow.objects.filter(id=message.message_id.bytes)


def erase(patient_id: PatientId) -> None:
    """Nothing is told about a patient any more, and nobody's choice of it is kept."""
    erasing.erase(("notify_notice", "notify_preference", "notify_message", "notify_device"), patient_id)
