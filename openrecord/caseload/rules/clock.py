"""When a request is due: calendar months in London days, and the days on which the clock stood still (R47, R48)."""

import tomllib
from calendar import monthrange
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from functools import cache
from importlib.resources import files

from openrecord.caseload.types import Clock, Kind, Request, Urgency, Wait
from openrecord.kit.london import day_of


@cache
def clocks() -> Mapping[Kind, Clock]:
    """The clock of every kind, as data/clocks.toml has them."""
    with (files("openrecord.caseload") / "data" / "clocks.toml").open("rb") as file:
        read = tomllib.load(file)
    return {kind: _clock(**read[kind.value]) for kind in Kind}


def _clock(*, months: int, first_day: int, extension: int, stops: list[str], remind: int) -> Clock:
    return Clock(months, first_day, extension, frozenset(map(Wait, stops)), remind)


def months_after(day: date, months: int) -> date:
    """The same day of a later month; its last day where it has no such day (31 January + 1 = 28 or 29 February)."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def due(request: Request, clock: Clock, at: datetime) -> date:
    """The last day on which the answer is in time, as things stand at `at`.

    While the clock is stopped, the day moves on with every London midnight.
    """
    first = request.begins + timedelta(days=clock.first_day)
    months = clock.months + (clock.extension if request.extension is not None else 0)
    return months_after(first, months) + timedelta(days=_days_stopped(request, at))


def _days_stopped(request: Request, at: datetime) -> int:
    return sum((day_of(pause.until or at) - day_of(pause.since)).days for pause in request.pauses)


def is_overdue(request: Request, clock: Clock, at: datetime) -> bool:
    """Whether the last day has passed without an end. A stopped clock makes nothing late, and nothing late timely."""
    return request.is_open and day_of(at) > due(request, clock, at)


def urgency(end: date | None, clock: Clock, at: datetime) -> Urgency:
    """How near the due day of an open request is; `end` None = its clock is stopped."""
    if end is None:
        return Urgency.STOPPED
    left = (end - day_of(at)).days
    if left < 0:
        return Urgency.OVERDUE
    return Urgency.SOON if left <= clock.remind else Urgency.LATER
