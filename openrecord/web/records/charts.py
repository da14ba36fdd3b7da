"""Where everything of a chart stands: values over time with the laboratory's range. Pure geometry, drawn by a template.

Places are hundredths of the plot, from its left and its top; what is written stands beside it as text of the page, so
that it is as big as the page's other words. Marks differ by shape, not by colour.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from itertools import groupby
from typing import Final, NamedTuple

from openrecord.web.records.ranges import Direction
from openrecord.web.words import day_in_words

WHOLE: Final = 100
"""The width and the height of the plot."""
_MOST_TICKS = 5
_MOST_YEARS = 4
_YEARS_FROM = 3
"""From so many years on, years are written below the plot, not the first and the last day."""
_BESIDE = 2
"""How far a range is drawn to either side of a value that alone has it."""
_LONGEST = 6
"""Signs of a figure beside the plot: a longer one has no room there on a small screen with large text."""
_RAISED = str.maketrans("-0123456789", "\u207b\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079")
_STEPS = (Decimal(1), Decimal(2), Decimal("2.5"), Decimal(5), Decimal(10))


@dataclass(frozen=True, slots=True)
class Dot:
    """One value. `low`, `high`: its own range, None where open; `is_bound`: the value is only known to be below or
    above the figure; `is_this`: it is the value of the page; `said`: the date as far as the record says it.
    """

    day: date
    value: Decimal
    low: Decimal | None
    high: Decimal | None
    direction: Direction
    is_bound: bool = False
    is_this: bool = False
    said: str = ""

    @property
    def words(self) -> str:
        """Its date in words."""
        return self.said or day_in_words(self.day)


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
    """A number or a year beside the plot, and where."""

    at: float
    text: str


@dataclass(frozen=True, slots=True)
class Chart:
    """Everything that is drawn. `lines`: the points of each line, between values that are exactly known.

    `values`: the lowest first. Below the plot stand either `years` or, where it is a short time, its `ends`: the first
    and the last day.
    """

    bands: tuple[Band, ...]
    lines: tuple[str, ...]
    marks: tuple[Mark, ...]
    values: tuple[Tick, ...]
    years: tuple[Tick, ...]
    ends: tuple[str, ...]

    @property
    def shapes(self) -> tuple[str, ...]:
        """The shapes that occur, for the key. A bound of which no place can be told has no shape of its own."""
        return tuple(
            dict.fromkeys(
                mark.shape for mark in self.marks if not mark.is_bound or mark.shape != Direction.UNKNOWN.value
            )
        )

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
    values = tuple(Tick(scale.y(tick), _figure(tick)) for tick in ticks)
    years = _years(dots, scale)
    ends = () if years else tuple(dict.fromkeys((dots[0].words, dots[-1].words)))
    return Chart(_bands(dots, scale), tuple(lines), marks, values, years, ends)


def _figure(tick: Decimal) -> str:
    """A figure beside the plot: "0.25", and a long one in powers of ten, as units are written: "2.5\u00d710\u2076"."""
    plain = f"{tick.normalize():f}"
    if len(plain) <= _LONGEST:
        return plain
    digits, power = f"{tick.normalize():e}".split("e")
    return f"{digits}\u00d710{str(int(power)).translate(_RAISED)}"


@dataclass(frozen=True, slots=True)
class _Scale:
    first: int
    last: int
    low: Decimal
    high: Decimal

    def x(self, day: date) -> float:
        if self.first == self.last:
            return WHOLE / 2
        return round(WHOLE * (day.toordinal() - self.first) / (self.last - self.first), 2)

    def y(self, value: Decimal) -> float:
        return round(float(WHOLE - WHOLE * (value - self.low) / (self.high - self.low)), 2)


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
            left, right = 0.0, float(WHOLE)
        else:
            left = max(0.0, scale.x(run[0].day) - _BESIDE)
            right = min(float(WHOLE), scale.x(run[-1].day) + _BESIDE)
        top = 0.0 if high is None else scale.y(high)
        bottom = float(WHOLE) if low is None else scale.y(low)
        bands.append(Band(round(left, 2), top, round(right - left, 2), round(bottom - top, 2)))
    return tuple(bands)


def _years(dots: Sequence[Dot], scale: _Scale) -> tuple[Tick, ...]:
    """The beginnings of years, few enough to stand beside each other; none in a short time."""
    years = range(dots[0].day.year + 1, dots[-1].day.year + 1)
    if len(years) < _YEARS_FROM:
        return ()
    every = -(-len(years) // _MOST_YEARS)
    return tuple(Tick(scale.x(date(year, 1, 1)), str(year)) for year in years[::every])
