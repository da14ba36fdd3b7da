"""Requests for the tests of their rules."""

import uuid
from dataclasses import replace
from datetime import datetime
from typing import Any

from openrecord.access.types import ViewerId
from openrecord.caseload import events
from openrecord.caseload.rules.fold import begun
from openrecord.caseload.types import Kind, Part, Request, RequestId, Wish
from tests.unit.rules.facts import A, utc

REQUEST = RequestId(uuid.UUID(int=1))
ASKER = ViewerId(uuid.UUID(int=2))
MADE = utc("2024-03-04T09:00")


def made(kind: Kind = Kind.HISTORY, *, at: datetime = MADE, part: Part | None = None, **known: Any) -> Request:
    """A request that was just made, with what else is known of it."""
    wish = Wish() if part is None else Wish(part)
    return replace(begun(REQUEST, events.Made(kind, A, ASKER, wish), at), **known)
