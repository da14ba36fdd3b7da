"""How people want to be told that there is something new, and the messages that tell them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NewType
from uuid import UUID

from openrecord.access.types import ViewerId
from openrecord.registry.types import PatientId

MessageId = NewType("MessageId", UUID)
DeviceId = NewType("DeviceId", UUID)


class Channel(StrEnum):
    """By what a message comes."""

    EMAIL = "email"
    SMS = "sms"
    PUSH = "push"
    """To every browser that the viewer has named."""
    NHS_APP = "nhs_app"
    """Into the inbox of whoever has an NHS number here."""


class Pace(StrEnum):
    """How often messages come on a channel."""

    OFF = "off"
    AT_ONCE = "at_once"
    DAILY = "daily"


class State(StrEnum):
    """What became of a message. Only the first two go on."""

    WAITING = "waiting"
    SENT = "sent"
    DELIVERED = "delivered"
    FAILED = "failed"
    DROPPED = "dropped"
    """There was nothing left to tell when it would have been sent."""


@dataclass(frozen=True, slots=True)
class Preference:
    """What a viewer of a record has chosen. `language`: in which they chose it, so in which they are written to."""

    paces: Mapping[Channel, Pace] = field(default_factory=dict)
    language: str = "en-gb"

    def pace(self, channel: Channel) -> Pace:
        """How often they want messages on a channel."""
        return self.paces.get(channel, Pace.OFF)

    def but(self, paces: Mapping[Channel, Pace], language: str) -> "Preference":
        """The same with these paces instead, chosen in this language."""
        return Preference({**self.paces, **paces}, language)

    @property
    def channels(self) -> tuple[Channel, ...]:
        """Those on which they want messages at all."""
        return tuple(channel for channel in Channel if self.pace(channel) is not Pace.OFF)


UNASKED = Preference()
"""Whoever has chosen nothing gets no messages."""


@dataclass(frozen=True, slots=True)
class Message:
    """A message on its way. It says nothing of the record. `since`: news from then on are what it is about.

    `attempts`: how often sending was begun, this time included. `sent`: when the carrier took it, None = not yet;
    `reference`: what the carrier calls it.
    """

    message_id: MessageId
    patient_id: PatientId
    viewer_id: ViewerId
    channel: Channel
    since: datetime
    attempts: int
    sent: datetime | None = None
    reference: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Device:
    """A browser that gets messages for a viewer. `address`: as its carrier writes it; `at`: since when."""

    device_id: DeviceId
    address: str = field(repr=False)
    at: datetime


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A message that could not be delivered. `reason`: a fixed code."""

    message_id: MessageId
    channel: Channel
    attempts: int
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Undelivered:
    """A dead letter as the patient's practice knows it: about whose record, and to which of its viewers."""

    letter: DeadLetter
    patient_id: PatientId
    viewer_id: ViewerId
