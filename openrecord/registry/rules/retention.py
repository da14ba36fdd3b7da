"""From which day a practice may have the copy of a record erased for its age alone; it is erased by nobody but people.

The periods are those of docs/retention.md, which says where they come from and that they are to be checked.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from enum import Enum, auto

from openrecord.kit.london import birthday
from openrecord.registry.types import OdsCode, Registration


class Since(Enum):
    """From what the years are counted."""

    DEATH = auto()
    LEFT = auto()


YEARS = {Since.DEATH: 10, Since.LEFT: 100}


@dataclass(frozen=True, slots=True)
class Retention:
    """`ods`: the practice that had the patient last; years count from `begins`; `ends`: the first day after them."""

    ods: OdsCode
    since: Since
    begins: date
    ends: date


def retention(stays: Collection[Registration], died: date | None) -> Retention | None:
    """When the period ends; None while it has not begun.

    `stays`: all that the person had under whichever number. `died`: the day on which a death became known here, which
    stands for its own, because it is never earlier; None = lives. Whether the dead are still registered does not count.
    """
    ends = [stay.end for stay in stays if stay.end is not None]
    if not stays or (died is None and len(ends) < len(stays)):
        return None
    last = max(stays, key=lambda stay: (stay.start, stay.end or date.max, stay.ods))
    since = Since.LEFT if died is None else Since.DEATH
    begins = max(ends if died is None else [*ends, died])
    return Retention(last.ods, since, begins, birthday(begins, YEARS[since]))
