"""How people want to be told, from the journal, after a restore."""

from collections.abc import Callable, Mapping
from datetime import datetime

import msgspec

from openrecord.audit.types import Actor, Outcome
from openrecord.notify import actions
from openrecord.notify.events import CHOSEN, Chosen
from openrecord.registry import actions as registry_actions


def _chosen(body: bytes, row: bytes, by: Actor, at: datetime) -> Outcome:
    told = msgspec.json.decode(body, type=Chosen)
    if not registry_actions.recover(patient=told.patient, by=by, at=at):
        return Outcome.AWAITED
    actions.choose(
        patient_id=told.patient.patient_id, viewer_id=told.viewer, preference=told.preference, by=by, at=at,
        repeats=row,
    )  # fmt: skip
    return Outcome.REPEATED


HANDLERS: Mapping[str, Callable[[bytes, bytes, Actor, datetime], Outcome]] = {CHOSEN: _chosen}
"""By the act's kind: what repeats it. Takes its body, the id of its row in the trail, who repeats it and when."""
