"""The people with a story, one each, by persona. Their names, lives and words are invented."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from openrecord_demo.england.model import Act, Entry, Proxy
from openrecord_demo.england.names import NhsNumbers
from openrecord_demo.england.record import Record


@dataclass(slots=True)
class Scene:
    """What a story may change of its person's record, access and family."""

    record: Record
    as_of: date
    numbers: NhsNumbers
    account: date | None
    acts: list[Act] = field(default_factory=list)
    proxies: list[Proxy] = field(default_factory=list)
    corrections: list[Entry] = field(default_factory=list)
    closed: list[str] = field(default_factory=list)
    level: str | None = None
    address_flagged: bool = False

    def act(self, do: str, day: date, **details: object) -> None:
        """Add an act at ten in the morning of `day`."""
        self.acts.append(Act(do, datetime.combine(day, time(10, tzinfo=UTC)), details))

    def proxy(self, persona: str, name: str, basis: str, born: date, since: date) -> None:
        """Somebody gets access on `since`."""
        self.proxies.append(Proxy(persona, name, basis, since, born, self.numbers.take()))

    def ago(self, days: int) -> date:
        """The day `days` before the demo's day."""
        return self.as_of - timedelta(days=days)


@dataclass(frozen=True, slots=True)
class Story:
    """A person with a story.

    `born`: from the demo's day. `years`: how long registered (0: since birth). `visits` scales how often they come.
    """

    key: str
    name: str
    sex: str
    ods: str
    born: Callable[[date], date]
    years: float
    text: str
    tell: Callable[[Scene], None]
    conditions: tuple[str, ...] = ()
    visits: float = 1.0
    moved_from: str | None = None
    died_ago: int | None = None


def aged(years: int) -> Callable[[date], date]:
    """Somebody of that age, whose birthday was some months ago."""
    return lambda as_of: birthday_on(as_of - timedelta(days=140), years)


def turns(years: int, days: int) -> Callable[[date], date]:
    """Somebody who becomes `years` old `days` after the demo's day (negative: before)."""
    return lambda as_of: birthday_on(as_of + timedelta(days=days), years)


def birthday_on(day: date, years: int) -> date:
    """The birth date of somebody who becomes `years` old on `day` (29 February may give 1 March)."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return date(day.year - years, 3, 1)
