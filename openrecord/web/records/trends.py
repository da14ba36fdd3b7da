"""A test over time: a result and the others of the same code, as a table and, where values compare, a chart.

Values of different units never stand on one line unless they convert exactly (R9); ranges are the laboratory's own,
each drawn only where it holds.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Context, Decimal
from typing import Final, NamedTuple

from openrecord.clinical.codes import same_test
from openrecord.clinical.units import converted
from openrecord.kit.london import day_of
from openrecord.web.records.charts import Dot, chart
from openrecord.web.records.elements import Json, concept, mapping, number, objects, quantity_text, text_of, unit_of
from openrecord.web.records.observations import direction_in_words
from openrecord.web.records.ranges import Placed, own_range, place
from openrecord.web.records.values import Shown, Trend, TrendRow
from openrecord.web.text import gettext as _

_DRAWN = Context(prec=12)
"""As exactly as a drawing needs; the table shows every digit."""
_LEAST: Final = 2
_UCUM: Final = "http://unitsofmeasure.org"


class _Measured(NamedTuple):
    """A measured value as it came. `holder`: the Observation, or its component; `quantity`: what it measured."""

    shown: Shown
    at: datetime
    holder: Json
    quantity: Json


@dataclass(frozen=True, slots=True)
class _Value:
    """A measured value as it is shown. `figure`: in the unit of the chart, None where it does not convert."""

    measured: _Measured
    placed: Placed
    figure: Decimal | None


def test_of(shown: Shown) -> tuple[str, str] | None:
    """(system, code) of the test whose other values belong on the page; None where the entry measures nothing."""
    if shown.body.get("resourceType") != "Observation" or next(_measured(shown), None) is None:
        return None
    return same_test(shown.body.get("code"))


def trends_of(shown: Shown, others: Sequence[Shown]) -> tuple[Trend, ...]:
    """A trend for each thing that the entry measures and another entry of the same test measures too."""
    if not others:
        return ()
    besides: dict[str, list[_Measured]] = {}
    for entry in others:
        for key, measured in _measured(entry):
            besides.setdefault(key, []).append(measured)
    return tuple(_trend(measured, besides[key]) for key, measured in _measured(shown) if key in besides)


def _measured(shown: Shown) -> Iterator[tuple[str, _Measured]]:
    """What an entry with a date measures: its number, or that of each component by its code, else by its words."""
    if shown.clinical is None:
        return
    body = shown.body
    for holder in (body, *objects(body.get("component"))):
        quantity = mapping(holder.get("valueQuantity"))
        if number(quantity.get("value")):
            code = same_test(holder.get("code"))
            key = "|".join(code) if code is not None else concept(holder.get("code"))
            yield ("" if holder is body else key), _Measured(shown, shown.clinical, holder, quantity)


def _trend(this: _Measured, others: Sequence[_Measured]) -> Trend:
    """`this`: what the page is about; its unit is the unit of the chart. `others`: newest first."""
    unit, unit_words = _unit(this.quantity), unit_of(this.quantity)
    found = sorted((this, *others), key=lambda each: each.at, reverse=True)
    values = [_Value(each, place(each.holder), _drawn(each.quantity, _unit(each.quantity), unit)) for each in found]
    dots = [
        _dot(value, value.figure, unit, is_this=value.measured is this)
        for value in reversed(values)
        if value.figure is not None
    ]
    apart = [value.measured.quantity for value in values if value.figure is None]
    return Trend(
        title=concept(this.holder.get("code")) or concept(this.shown.body.get("code")),
        unit=unit_words,
        rows=tuple(_row(value, unit_words, is_this=value.measured is this) for value in values),
        chart=chart(dots) if len(dots) >= _LEAST else None,
        summary=_summary(dots) if dots else "",
        apart=_apart(apart, unit_words) if apart else "",
    )


def _drawn(quantity: Json, unit: str, into: str) -> Decimal | None:
    """A number as it is drawn: converted from its unit into that of the chart, None where that is not exact."""
    text = number(quantity.get("value"))
    return converted(_DRAWN.create_decimal(text), unit, into) if text else None


def _summary(dots: Sequence[Dot]) -> str:
    return _("%(count)s values, from %(first)s to %(last)s. The table below shows the same values.") % {
        "count": len(dots),
        "first": dots[0].words,
        "last": dots[-1].words,
    }


def _apart(quantities: Sequence[Json], unit: str) -> str:
    """Why some values are only in the table."""
    units = dict.fromkeys(unit_of(quantity) or _("no unit") for quantity in quantities)
    words = {"others": ", ".join(units), "unit": unit or _("a value without unit")}
    return _("The unit of some values (%(others)s) cannot be turned exactly into %(unit)s: see the table.") % words


def _row(value: _Value, unit: str, *, is_this: bool) -> TrendRow:
    """A line of the table. `unit`: that of the chart, in words."""
    shown, quantity = value.measured.shown, value.measured.quantity
    is_same = value.figure is None or unit_of(quantity) == unit
    return TrendRow(
        shown.href,
        shown.date,
        quantity_text(quantity),
        "" if is_same else f"{value.figure:f} {unit}",
        value.placed.range_text,
        direction_in_words(value.placed.direction),
        is_this,
    )


def _dot(value: _Value, figure: Decimal, unit: str, *, is_this: bool) -> Dot:
    """Where a value is drawn; a bound of its range may leave the unit out."""
    measured = value.measured
    bounds, own = own_range(measured.holder), _unit(measured.quantity)
    low, high = mapping(bounds.get("low")), mapping(bounds.get("high"))
    return Dot(
        day_of(measured.at),
        figure,
        _drawn(low, _unit(low) or own, unit),
        _drawn(high, _unit(high) or own, unit),
        value.placed.direction,
        is_bound=bool(text_of(measured.quantity.get("comparator"))),
        is_this=is_this,
        said=measured.shown.date,
    )


def _unit(quantity: Json) -> str:
    """UCUM's code, else the unit as written."""
    is_ucum = text_of(quantity.get("system")) == _UCUM
    return (text_of(quantity.get("code")) if is_ucum else "") or text_of(quantity.get("unit"))
