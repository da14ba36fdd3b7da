"""How often somebody may call: token buckets in this process.

`take` is the rule (pure); `Limiter` keeps the buckets. It slows down guessing and scraping; it is no defence against a
flood, which belongs in front of the server.
"""

from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime
from threading import Lock


@dataclass(frozen=True, slots=True)
class Rate:
    """`burst` calls at once, then `per_second` on average."""

    name: str
    burst: int
    per_second: float


PAGES = Rate("pages", burst=200, per_second=20)
ADDRESS = Rate("address", burst=2000, per_second=200)
SIGN_IN = Rate("sign-in", burst=20, per_second=0.2)
FIND_PATIENT = Rate("find-patient", burst=30, per_second=0.5)


@dataclass(frozen=True, slots=True)
class Bucket:
    """What was left at a moment (seconds since 1970)."""

    tokens: float
    moment: float


def take(bucket: Bucket | None, rate: Rate, moment: float) -> tuple[Bucket, bool]:
    """The bucket after one call at `moment`, and whether that call is allowed. None = a new, full bucket."""
    if bucket is None:
        return Bucket(rate.burst - 1, moment), True
    passed = max(0.0, moment - bucket.moment)
    tokens = min(float(rate.burst), bucket.tokens + passed * rate.per_second)
    if tokens < 1:
        return Bucket(tokens, moment), False
    return Bucket(tokens - 1, moment), True


class Limiter:
    """The buckets of this process, the least recently used forgotten first."""

    def __init__(self, capacity: int = 50_000) -> None:
        self._capacity = capacity
        self._buckets: OrderedDict[tuple[str, str], Bucket] = OrderedDict()
        self._lock = Lock()

    def allows(self, rate: Rate, who: str, *, at: datetime) -> bool:
        """Whether `who` (a session or an address) may call once more now; the call is counted."""
        key = (rate.name, who)
        with self._lock:
            bucket, allowed = take(self._buckets.get(key), rate, at.timestamp())
            self._buckets[key] = bucket
            self._buckets.move_to_end(key)
            if len(self._buckets) > self._capacity:
                self._buckets.popitem(last=False)
        return allowed
