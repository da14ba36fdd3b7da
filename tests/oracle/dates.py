"""Instants, London days, partial dates and birthdays, as the worked cases write them.

Everything returned as an instant is aware and in UTC; a day is a day in Europe/London and begins
at its midnight there. Nothing here reads the clock.
"""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")
BEGINNING = datetime(1, 1, 2, tzinfo=UTC)


def midnight(day: date) -> datetime:
    """The instant at which a London day begins."""
    return datetime(day.year, day.month, day.day, tzinfo=LONDON).astimezone(UTC)


def london_day(instant_: datetime) -> date:
    """The London day on which an instant lies."""
    return instant_.astimezone(LONDON).date()


def earliest_day(text: str) -> date:
    """The earliest London day that an instant, a date or a partial date can mean."""
    if "T" in text:
        return london_day(instant(text))
    year, month, day = (*(int(part) for part in text.split("-")), 1, 1)[:3]
    return date(year, month, day)


def instant(text: str | datetime) -> datetime:
    """An instant as written, or the midnight that begins the earliest day meant."""
    if isinstance(text, datetime):
        return text.astimezone(UTC)
    if "T" in text:
        return datetime.fromisoformat(text).astimezone(UTC)
    return midnight(earliest_day(text))


def optional_instant(text: str | None) -> datetime | None:
    """As `instant`; None stays None."""
    return None if text is None else instant(text)


def optional_day(text: str | None) -> date | None:
    """As `earliest_day`; None stays None."""
    return None if text is None else earliest_day(text)


def birthday(born: date, age: int) -> date:
    """The birthday itself; 29 February becomes 1 March in years without one (QUESTIONS 14)."""
    try:
        return born.replace(year=born.year + age)
    except ValueError:
        return date(born.year + age, 3, 1)


def has_turned(born: date, age: int, at: datetime) -> bool:
    """Whether somebody born then has reached the age, from midnight London of the birthday."""
    return midnight(birthday(born, age)) <= at
