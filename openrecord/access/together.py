"""Access to two records that become one, or to one that is parted again."""

from collections.abc import Collection, Iterator
from datetime import datetime
from uuid import UUID

from openrecord.access import actions, events, queries
from openrecord.access.models import LiveTokenRow
from openrecord.access.rules.together import standing_since
from openrecord.audit.types import Actor
from openrecord.registry.types import PatientId


def lock_both(one: PatientId, two: PatientId) -> None:
    """Hold both until the transaction ends, always in the same order, so that two merges never wait for each other."""
    for patient_id in sorted((one, two)):
        actions.lock_patient(patient_id)
    actions.raise_epochs([one, two])


def end_tokens(*patients: PatientId) -> None:
    """No token for these records reads anything any more."""
    LiveTokenRow.objects.filter(patient_id__in=patients).update(revoked=True)


def hand_on(
    *, survivor: PatientId, other: PatientId, entries: Collection[UUID], since: datetime, by: Actor, at: datetime
) -> None:
    """What was decided while they were one, and keeps something back, holds in the parted record too.

    `entries`: those that went back with it, whose codes speak of it alone. What was opened since is not opened there.
    """
    made = [act for act in queries.acts(survivor) if act[0] >= since]
    names = {now: before for before, now in queries.viewers_of_both(survivor, other).items()}
    for act in standing_since(made, names, frozenset(entries)):
        actions.record(patient_id=other, act=act, by=by, at=at)
    for act in _gone(made, frozenset(entries)):
        actions.record(patient_id=survivor, act=act, by=by, at=at)


def _gone(made: list[tuple[datetime, events.AnyAct]], entries: frozenset[UUID]) -> Iterator[events.AnyAct]:
    """The codes that went with the entries that they stand in."""
    codes = {act.entry for _, act in made if isinstance(act, events.CodeArrived) and act.entry in entries}
    return (events.CodeWithdrawn(entry=entry) for entry in sorted(codes))
