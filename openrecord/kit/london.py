"""Days, midnights and birthdays as people in England live them (R67).

Instants are aware UTC datetimes. A day begins at its midnight in Europe/London.
"""

from datetime import UTC, date, datetime, time
from functools import lru_cache
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")


@lru_cache(maxsize=4096)
def midnight(day: date) -> datetime:
    """The instant (UTC) at which `day` begins in Europe/London."""
    return datetime.combine(day, time(), LONDON).astimezone(UTC)


def day_of(instant: datetime) -> date:
    """The Europe/London calendar day that `instant` falls on."""
    return instant.astimezone(LONDON).date()


def birthday(born: date, age: int) -> date:
    """The day a person born on `born` becomes `age` years old.

    Born on 29 February: 29 February in leap years, 1 March in others (architecture, Time).
    """
    try:
        return born.replace(year=born.year + age)
    except ValueError:
        return date(born.year + age, 3, 1)


def age_on(born: date, day: date) -> int:
    """Whole years of a person born on `born` on `day`; 0 before the first birthday."""
    years = max(0, day.year - born.year)
    return years if years == 0 or birthday(born, years) <= day else years - 1
