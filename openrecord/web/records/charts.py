"""Where everything of a chart stands: values over time with the laboratory's range. Pure geometry, drawn by a template.

Lengths are in the units of the drawing (WIDTH by HEIGHT); the page scales it. Marks differ by shape, not by colour.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from itertools import groupby
from typing import Final, NamedTuple

from openrecord.web.records.ranges import Direction
from openrecord.web.words import day_in_words

WIDTH: Final = 640
HEIGHT: Final = 320
LEFT, RIGHT, TOP, BOTTOM = 88, 616, 24, 262
"""The edges of the plot; numbers stand left of it, dates below."""
_MOST_TICKS = 5
_MOST_YEARS = 4
_YEARS_FROM = 3
"""From so many years on, years are written below the plot, not the first and the last day."""
_BESIDE = 10
"""How far a range is drawn to either side of a value that alone has it."""
_STEPS = (Decimal(1), Decimal(2), Decimal("2.5"), Decimal(5), Decimal(10))


@dataclass(frozen=True, slots=True)
class Dot:
    """One value. `low`, `high`: its own range, None where open; `is_bound`: the value is only known to be below or
    above the figure; `is_this`: it is the value of the page.
    """

    day: date
    value: Decimal
    low: Decimal | None
    high: Decimal | None
    direction: Direction
    is_bound: bool = False
    is_this: bool = False


class Mark(NamedTuple):
    """A value in the drawing. `shape`: "within", "above", "below", "outside" or "unknown"."""

    x: float
    y: float
    shape: str
    is_bound: bool
    is_this: bool


class Band(NamedTuple):
    """A range in the drawing."""

    x: float
    y: float
    width: float
    height: float


class Tick(NamedTuple):
    """A number or a date beside the plot; `anchor`: which end of the text stands there."""

    at: float
    text: str
    anchor: str


@dataclass(frozen=True, slots=True)
class Chart:
    """Everything that is drawn. `lines`: the points of each line, between values that are exactly known."""

    bands: tuple[Band, ...]
    lines: tuple[str, ...]
    marks: tuple[Mark, ...]
    values: tuple[Tick, ...]
    days: tuple[Tick, ...]

    @property
    def shapes(self) -> tuple[str, ...]:
        """The shapes that occur, for the key."""
        return tuple(dict.fromkeys(mark.shape for mark in self.marks if not mark.is_bound))

    @property
    def has_bounds(self) -> bool:
        """Whether a value is drawn that is only known to be below or above a figure."""
        return any(mark.is_bound for mark in self.marks)


def chart(dots: Sequence[Dot]) -> Chart:
    """The drawing of values in the order of time; at least one."""
    ticks = _ticks(dots)
    scale = _Scale(dots[0].day.toordinal(), dots[-1].day.toordinal(), ticks[0], ticks[-1])
    marks = tuple(
        Mark(scale.x(dot.day), scale.y(dot.value), dot.direction.value, dot.is_bound, dot.is_this) for dot in dots
    )
    lines = (
        " ".join(f"{mark.x},{mark.y}" for mark in run)
        for is_bound, group in groupby(marks, key=lambda mark: mark.is_bound)
        if not is_bound and len(run := list(group)) > 1
    )
    values = tuple(Tick(scale.y(tick), f"{tick.normalize():f}", "end") for tick in ticks)
    return Chart(_bands(dots, scale), tuple(lines), marks, values, _days(dots, scale))


@dataclass(frozen=True, slots=True)
class _Scale:
    first: int
    last: int
    low: Decimal
    high: Decimal

    def x(self, day: date) -> float:
        if self.first == self.last:
            return (LEFT + RIGHT) / 2
        return round(LEFT + (RIGHT - LEFT) * (day.toordinal() - self.first) / (self.last - self.first), 1)

    def y(self, value: Decimal) -> float:
        return round(float(BOTTOM - (BOTTOM - TOP) * (value - self.low) / (self.high - self.low)), 1)


def _ticks(dots: Sequence[Dot]) -> tuple[Decimal, ...]:
    """Round numbers, equally far apart, that enclose every value and every bound of a range."""
    found = [number for dot in dots for number in (dot.value, dot.low, dot.high) if number is not None]
    low, high = min(found), max(found)
    if low == high:
        low, high = low - (abs(low) / 10 or 1), high + (abs(high) / 10 or 1)
    least = (high - low) / (_MOST_TICKS - 1)
    power = Decimal(1).scaleb(least.adjusted())
    for step in (power * each for each in (*_STEPS, 2 * _STEPS[-1])):
        first = (low / step).to_integral_value(ROUND_FLOOR)
        last = (high / step).to_integral_value(ROUND_CEILING)
        if last - first < _MOST_TICKS:
            break
    return tuple(step * (first + number) for number in range(int(last - first) + 1))


def _bands(dots: Sequence[Dot], scale: _Scale) -> tuple[Band, ...]:
    """A band for each run of values that share a range; over the whole plot where all do."""
    bands = []
    for (low, high), group in groupby(dots, key=lambda dot: (dot.low, dot.high)):
        run = list(group)
        if low is None and high is None:
            continue
        if len(run) == len(dots):
            left, right = float(LEFT), float(RIGHT)
        else:
            left = max(LEFT, scale.x(run[0].day) - _BESIDE)
            right = min(RIGHT, scale.x(run[-1].day) + _BESIDE)
        top = TOP if high is None else scale.y(high)
        bottom = BOTTOM if low is None else scale.y(low)
        bands.append(Band(left, top, round(right - left, 1), round(bottom - top, 1)))
    return tuple(bands)


def _days(dots: Sequence[Dot], scale: _Scale) -> tuple[Tick, ...]:
    first, last = dots[0].day, dots[-1].day
    if first == last:
        return (Tick(scale.x(first), day_in_words(first), "middle"),)
    years = range(first.year + 1, last.year + 1)
    if len(years) < _YEARS_FROM:
        return (Tick(LEFT, day_in_words(first), "start"), Tick(RIGHT, day_in_words(last), "end"))
    every = -(-len(years) // _MOST_YEARS)
    return tuple(Tick(scale.x(date(year, 1, 1)), str(year), "middle") for year in years[::every])
