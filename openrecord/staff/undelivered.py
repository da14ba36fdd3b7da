"""Messages that a practice is told of because they were not delivered: those to people of its own patients.

A message names the practice at which its patient was registered when it failed. Where two records were parted since,
the patient may never have been there.
"""

from collections.abc import Iterable

from openrecord.notify import queries as notify
from openrecord.notify.types import Undelivered
from openrecord.registry import queries as registry
from openrecord.registry.types import OdsCode


def of_ours(ods: OdsCode, found: Iterable[Undelivered]) -> tuple[Undelivered, ...]:
    """Those of these messages of which the practice is told, in their order."""
    every = tuple(found)
    ours = registry.ever_at(ods, {one.patient_id for one in every})
    return tuple(one for one in every if one.patient_id in ours)


def count(ods: OdsCode) -> int:
    """Of how many the practice is told."""
    of_each = notify.count_undelivered(ods)
    return sum(of_each[patient_id] for patient_id in registry.ever_at(ods, of_each))
