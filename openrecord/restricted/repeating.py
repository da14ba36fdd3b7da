"""What practices decided about who opens a record, from the journal, after a restore."""

from collections.abc import Callable, Mapping
from datetime import datetime

import msgspec

from openrecord.audit.types import Actor, Outcome
from openrecord.registry import actions as registry_actions
from openrecord.restricted import actions
from openrecord.restricted.events import KINDS, Lifted, Restricted


def _restricted(body: bytes, row: bytes, by: Actor, at: datetime) -> Outcome:
    told = msgspec.json.decode(body, type=Restricted)
    if not registry_actions.recover(patient=told.patient, by=by, at=at):
        return Outcome.AWAITED
    actions.restrict(ods=told.ods, patient_id=told.patient.patient_id, cause=told.cause, by=by, at=at, repeats=row)
    return Outcome.REPEATED


def _lifted(body: bytes, row: bytes, by: Actor, at: datetime) -> Outcome:
    told = msgspec.json.decode(body, type=Lifted)
    if not registry_actions.recover(patient=told.patient, by=by, at=at):
        return Outcome.AWAITED
    actions.lift(ods=told.ods, patient_id=told.patient.patient_id, by=by, at=at, repeats=row)
    return Outcome.REPEATED


HANDLERS: Mapping[str, Callable[[bytes, bytes, Actor, datetime], Outcome]] = {
    KINDS[Restricted]: _restricted,
    KINDS[Lifted]: _lifted,
}
"""By the act's kind: what repeats it. Takes its body, the id of its row in the trail, who repeats it and when."""
