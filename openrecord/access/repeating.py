"""What people decided about access, from the journal, after a restore."""

from collections.abc import Callable, Mapping
from datetime import datetime

import msgspec

from openrecord.access import actions, events
from openrecord.access.events import KINDS, Closed, Recorded, Reopened
from openrecord.audit.types import Actor, Outcome
from openrecord.registry import actions as registry_actions


def _recorded(body: bytes, row: bytes, by: Actor, at: datetime) -> Outcome:
    told = msgspec.json.decode(body, type=Recorded)
    if not registry_actions.recover(patient=told.patient, by=by, at=at):
        return Outcome.AWAITED
    actions.record(
        patient_id=told.patient.patient_id,
        act=events.decode(told.act),
        by=by,
        at=at,
        behind=told.behind,
        done=told.at,
        repeats=row,
    )
    return Outcome.REPEATED


def _closed(body: bytes, row: bytes, by: Actor, at: datetime) -> Outcome:
    told = msgspec.json.decode(body, type=Closed)
    actions.close(scope=told.scope, which=told.which, reason=told.reason, by=by, at=at, done=told.at, repeats=row)
    return Outcome.REPEATED


def _reopened(body: bytes, row: bytes, by: Actor, at: datetime) -> Outcome:
    told = msgspec.json.decode(body, type=Reopened)
    actions.reopen(scope=told.scope, which=told.which, by=by, at=at, done=told.at, repeats=row)
    return Outcome.REPEATED


HANDLERS: Mapping[str, Callable[[bytes, bytes, Actor, datetime], Outcome]] = {
    KINDS[Recorded]: _recorded,
    KINDS[Closed]: _closed,
    KINDS[Reopened]: _reopened,
}
"""By the act's kind: what repeats it. Takes its body, the id of its row in the trail, who repeats it and when."""
