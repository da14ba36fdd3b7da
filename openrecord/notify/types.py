"""How people want to be told that there is something new, and the messages that tell them."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NewType
from uuid import UUID

from openrecord.access.types import ViewerId
from openrecord.registry.types import PatientId

MessageId = NewType("MessageId", UUID)


class Channel(StrEnum):
    """By what a message comes."""

    EMAIL = "email"
    SMS = "sms"


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

    email: Pace = Pace.OFF
    sms: Pace = Pace.OFF
    language: str = "en-gb"

    def pace(self, channel: Channel) -> Pace:
        """How often they want messages on a channel."""
        return self.email if channel is Channel.EMAIL else self.sms

    @property
    def channels(self) -> tuple[Channel, ...]:
        """Those on which they want messages at all."""
        return tuple(channel for channel in Channel if self.pace(channel) is not Pace.OFF)


UNASKED = Preference()
"""Whoever has chosen nothing gets no messages."""


@dataclass(frozen=True, slots=True)
class Message:
    """A message on its way. It says nothing of the record. `since`: news from then on are what it is about.

    `attempts`: how often sending was begun, this time included. `reference`: what the carrier calls it.
    """

    message_id: MessageId
    patient_id: PatientId
    viewer_id: ViewerId
    channel: Channel
    since: datetime
    attempts: int
    reference: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A message that could not be delivered. `reason`: a fixed code."""

    message_id: MessageId
    channel: Channel
    attempts: int
    reason: str
    at: datetime
