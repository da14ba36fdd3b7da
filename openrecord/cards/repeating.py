"""Which cards were withdrawn, from the journal, after a restore."""

from collections.abc import Callable, Mapping
from datetime import datetime

import msgspec

from openrecord.audit.types import Actor, Outcome
from openrecord.cards import actions
from openrecord.cards.events import WITHDRAWN, Withdrawn
from openrecord.registry import actions as registry_actions


def _withdrawn(body: bytes, row: bytes, by: Actor, at: datetime) -> Outcome:
    """A card that was made and withdrawn after the backup is known here no more; on the public list it stands again."""
    told = msgspec.json.decode(body, type=Withdrawn)
    if not registry_actions.recover(patient=told.patient, by=by, at=at):
        return Outcome.AWAITED
    actions.repeat_withdrawal(told=told, by=by, at=at, repeats=row)
    return Outcome.REPEATED


HANDLERS: Mapping[str, Callable[[bytes, bytes, Actor, datetime], Outcome]] = {WITHDRAWN: _withdrawn}
"""By the act's kind: what repeats it. Takes its body, the id of its row in the trail, who repeats it and when."""
