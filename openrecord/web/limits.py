"""How often somebody may call: buckets in this process, for pages and the FHIR mount alike.

`take` is the rule (pure); `Limiter` keeps the buckets. It slows down guessing and scraping; it is no defence against a
flood, which belongs in front of the server.
"""

from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime
from math import ceil
from threading import Lock


@dataclass(frozen=True, slots=True)
class Rate:
    """`burst` calls at once, then `per_second` on average."""

    name: str
    burst: int
    per_second: float

    @property
    def retry_after(self) -> int:
        """After how many seconds one call more is earned (for the header Retry-After)."""
        return max(1, ceil(1 / self.per_second))


PAGES = Rate("pages", burst=200, per_second=20)
ADDRESS = Rate("address", burst=2000, per_second=200)
SIGN_IN = Rate("sign-in", burst=60, per_second=1)
"""By address, twice for each sign-in: mobile networks and practices have one address for many people."""
FIND_PATIENT = Rate("find-patient", burst=30, per_second=0.5)
LINK_CODE = Rate("link-code", burst=10, per_second=1 / 120)
"""Codes from a surgery's letter, by person: 60 bits cannot be guessed at this pace."""
TAKE = Rate("take", burst=60, per_second=0.5)
"""Files to take along: each costs a reading of a whole record."""
SHARED = Rate("shared", burst=20, per_second=0.1)
"""Passcodes of links, by address."""
TOKEN = Rate("token", burst=500, per_second=20)
GUESS = Rate("guess", burst=50, per_second=0.5)
"""Tokens that are none, by address."""


def take(full: float, rate: Rate, moment: float) -> tuple[float, bool]:
    """When a bucket will be full again after one call at `moment`, and whether that call is allowed.

    `full`: when it would have been without the call, in seconds since 1970; 0 = a new bucket. Where the clock went
    back nothing is earned, and nobody waits longer than for an empty bucket.
    """
    each = 1 / rate.per_second
    whole = rate.burst * each
    wait = full - moment
    if wait < 0:
        wait = 0.0
    elif wait > whole:
        wait = whole
    return (moment + wait + each, True) if wait + each <= whole else (moment + wait, False)


class Limiter:
    """The buckets of this process, the least recently used forgotten first."""

    def __init__(self, capacity: int = 50_000) -> None:
        self._capacity = capacity
        self._buckets: OrderedDict[tuple[str, str | int], float] = OrderedDict()
        self._lock = Lock()

    def allows(self, rate: Rate, who: str | int, *, at: datetime) -> bool:
        """Whether `who` (a session, an address, the hash of a token) may call once more now; the call is counted."""
        key = (rate.name, who)
        with self._lock:
            self._buckets[key], allowed = take(self._buckets.get(key, 0.0), rate, at.timestamp())
            self._buckets.move_to_end(key)
            if len(self._buckets) > self._capacity:
                self._buckets.popitem(last=False)
        return allowed

    def is_spent(self, rate: Rate, who: str | int, *, at: datetime) -> bool:
        """Whether `who` would be refused now; nothing is counted."""
        full = self._buckets.get((rate.name, who))
        return full is not None and not take(full, rate, at.timestamp())[1]

    def knows(self, rate: Rate, who: str | int) -> bool:
        """Whether calls of `who` have been counted and are not forgotten."""
        return (rate.name, who) in self._buckets


LIMITER = Limiter()
"""The one of this process: pages and the FHIR mount count an address together."""
