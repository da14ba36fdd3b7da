"""How long files and links live, how many there may be, how far a file is, and what a passcode is worth. Pure."""

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta

from openrecord.taking.types import Download, Link, State

LIFE = timedelta(hours=24)
"""From being asked for. Short: whoever wants it again makes it again, from what the record says then."""

MOST_KEPT = 5
"""Files of one viewer at a time: a sixth takes the place of the oldest."""

LEASE = timedelta(minutes=5)
"""After so long without a word whoever was making a file is taken for dead, and another begins anew."""

MOST_ATTEMPTS = 3
MOST_PACKED = 64 << 20
"""Bytes of all the documents that one file takes along: it is put together and sealed in memory."""

_STEPS = {State.WAITING: 0, State.READING: 1, State.WRITING: 2, State.READY: 3}
ALL_STEPS = 3


def steps_done(state: State) -> int:
    """Of ALL_STEPS. It counts steps, never entries: nothing of it depends on what there is to read."""
    return _STEPS.get(state, 0)


def is_under_way(state: State) -> bool:
    """Whether the worker has it before it."""
    return state in {State.WAITING, State.READING, State.WRITING}


def is_coming(download: Download, at: datetime) -> bool:
    """Whether the worker has it before it, and nothing yet says that whoever makes it may be dead."""
    return is_under_way(download.state) and at - download.asked < LEASE


def ends(download: Download) -> datetime:
    """When the file is removed."""
    return download.asked + LIFE


def surplus(downloads: Sequence[Download]) -> Sequence[Download]:
    """Of one viewer's files, newest first, those that make room for another one."""
    return downloads[MOST_KEPT - 1 :]


LIVES = (timedelta(hours=24), timedelta(days=7), timedelta(days=30))
"""For how long somebody may share, the shortest first."""

MOST_LINKS = 10
"""Links of one patient at a time."""

MOST_WRONG = 5
"""After so many wrong passcodes in a row a link is closed for good. A passcode has 60 bits."""

OPEN_FOR = timedelta(minutes=30)
"""After a right passcode a browser need not give it again for so long."""

KEEP_ENDED = timedelta(days=90)
"""For so long after its end the patient sees that there was a link, and when it was used."""


def is_alive(link: Link, at: datetime) -> bool:
    """Whether a link opens anything. What that is, Sight says."""
    return link.ended is None and link.wrong < MOST_WRONG and at < link.ends


def passcode_hash(passcode: str, salt: bytes) -> bytes:
    """What is kept of a passcode (scrypt, RFC 7914: 16 MiB, some 50 ms)."""
    return hashlib.scrypt(passcode.encode(), salt=salt, n=2**14, r=8, p=1, dklen=32)
