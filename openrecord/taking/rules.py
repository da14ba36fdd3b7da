"""How long files live, how many there may be, and how far one is. Pure."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from openrecord.taking.types import Download, State

LIFE = timedelta(hours=24)
"""From being asked for. Short: whoever wants it again makes it again, from what the record says then."""

MOST_KEPT = 5
"""Files of one viewer at a time: a sixth takes the place of the oldest."""

LEASE = timedelta(minutes=5)
"""After so long without a word whoever was making a file is taken for dead, and another begins anew."""

MOST_ATTEMPTS = 3
_STEPS = {State.WAITING: 0, State.READING: 1, State.WRITING: 2, State.READY: 3}
ALL_STEPS = 3


def steps_done(state: State) -> int:
    """Of ALL_STEPS. It counts steps, never entries: nothing of it depends on what there is to read."""
    return _STEPS.get(state, 0)


def is_under_way(state: State) -> bool:
    """Whether the worker has it before it."""
    return state in {State.WAITING, State.READING, State.WRITING}


def ends(download: Download) -> datetime:
    """When the file is removed."""
    return download.asked + LIFE


def surplus(downloads: Sequence[Download]) -> Sequence[Download]:
    """Of one viewer's files, newest first, those that make room for another one."""
    return downloads[MOST_KEPT - 1 :]
