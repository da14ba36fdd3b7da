"""What managers decided about staff, from the journal, after a restore. Nobody gets a role by it."""

from collections.abc import Callable, Mapping
from datetime import datetime

import msgspec

from openrecord.audit.types import Actor, Outcome
from openrecord.identity import actions, queries
from openrecord.identity.events import KINDS, RolesChanged, StaffStopped

NO_ROLE_LEFT = "roles_taken"


def _stopped(body: bytes, row: bytes, by: Actor, at: datetime) -> Outcome:
    told = msgspec.json.decode(body, type=StaffStopped)
    if queries.staff_member(told.staff) is None:
        return Outcome.NEEDLESS
    actions.stop_staff(staff_id=told.staff, reason=told.reason, by=by, at=at, repeats=row)
    return Outcome.REPEATED


def _roles(body: bytes, row: bytes, by: Actor, at: datetime) -> Outcome:
    told = msgspec.json.decode(body, type=RolesChanged)
    known = queries.staff_member(told.staff)
    if known is None:
        return Outcome.NEEDLESS
    left = known.roles & frozenset(told.roles)
    if left:
        actions.change_roles(staff_id=told.staff, roles=left, by=by, at=at, repeats=row)
    else:
        actions.stop_staff(staff_id=told.staff, reason=NO_ROLE_LEFT, by=by, at=at, repeats=row)
    return Outcome.REPEATED


HANDLERS: Mapping[str, Callable[[bytes, bytes, Actor, datetime], Outcome]] = {
    KINDS[StaffStopped]: _stopped,
    KINDS[RolesChanged]: _roles,
}
"""By the act's kind: what repeats it. Takes its body, the id of its row in the trail, who repeats it and when."""
