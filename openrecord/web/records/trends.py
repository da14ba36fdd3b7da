"""A test over time: this result and earlier ones of the same code, as a table and, where values compare, a chart.

Values of different units never stand on one line unless they convert exactly (R9); ranges are the laboratory's own,
each drawn only where it holds.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Context, Decimal
from typing import Final

from openrecord.clinical.codes import same_test
from openrecord.clinical.units import converted
from openrecord.kit.london import day_of
from openrecord.web.records.charts import Dot, chart
from openrecord.web.records.elements import Json, concept, mapping, number, objects, text_of, unit_of
from openrecord.web.records.observations import direction_in_words, value_in_words
from openrecord.web.records.ranges import own_range, place
from openrecord.web.records.values import Shown, Trend, TrendRow
from openrecord.web.text import gettext as _
from openrecord.web.words import day_in_words

_DRAWN = Context(prec=12)
"""As exactly as a drawing needs; the table shows every digit."""
_LEAST: Final = 2
_UCUM: Final = "http://unitsofmeasure.org"


@dataclass(frozen=True, slots=True)
class _Value:
    """One measured value: the Observation, or the component, that holds it."""

    shown: Shown
    holder: Json
    is_this: bool = False

    @property
    def quantity(self) -> Json:
        return mapping(self.holder.get("valueQuantity"))

    def drawn(self, quantity: Json, unit: str) -> Decimal | None:
        """The number of the value, or of a bound of its range, in the unit of the chart. A bound may have no unit."""
        text = number(quantity.get("value"))
        if not text:
            return None
        return converted(_DRAWN.create_decimal(text), _unit(quantity) or _unit(self.quantity), unit)


def test_of(shown: Shown) -> tuple[str, str] | None:
    """(system, code) of the test whose earlier values belong on the page; None where the entry measures nothing."""
    if shown.clinical is None or shown.body.get("resourceType") != "Observation":
        return None
    return same_test(shown.body.get("code")) if next(_measured(shown.body), None) is not None else None


def trends_of(shown: Shown, earlier: Sequence[Shown]) -> tuple[Trend, ...]:
    """A trend for each thing that the entry measures and an earlier entry of the same test measures too."""
    if not earlier:
        return ()
    before: dict[str, list[_Value]] = {}
    for entry in earlier:
        for key, holder in _measured(entry.body):
            before.setdefault(key, []).append(_Value(entry, holder))
    return tuple(
        _trend([_Value(shown, holder, is_this=True), *before[key]])
        for key, holder in _measured(shown.body)
        if key in before
    )


def _measured(body: Json) -> Iterator[tuple[str, Json]]:
    """What holds a number: the Observation itself, or its components, each by its code (by its words without one)."""
    for holder in (body, *objects(body.get("component"))):
        if number(mapping(holder.get("valueQuantity")).get("value")):
            code = same_test(holder.get("code"))
            key = "|".join(code) if code is not None else concept(holder.get("code"))
            yield ("" if holder is body else key), holder


def _trend(values: Sequence[_Value]) -> Trend:
    """`values`: newest first, the one of the page at the beginning; its unit is the unit of the chart."""
    this = values[0]
    unit = _unit(this.quantity)
    dots = [dot for value in reversed(values) if (dot := _dot(value, unit)) is not None]
    others = [value.quantity for value in values if value.drawn(value.quantity, unit) is None]
    return Trend(
        title=concept(this.holder.get("code")) or concept(this.shown.body.get("code")),
        unit=unit_of(this.quantity),
        rows=tuple(_row(value, this.quantity) for value in values),
        chart=chart(dots) if len(dots) >= _LEAST else None,
        summary=_summary(dots) if dots else "",
        apart=_apart(others, unit_of(this.quantity)) if others else "",
    )


def _summary(dots: Sequence[Dot]) -> str:
    return _("%(count)s values, from %(first)s to %(last)s. The table below shows the same values.") % {
        "count": len(dots),
        "first": day_in_words(dots[0].day),
        "last": day_in_words(dots[-1].day),
    }


def _apart(quantities: Sequence[Json], unit: str) -> str:
    """Why some values are only in the table."""
    units = dict.fromkeys(unit_of(quantity) or _("no unit") for quantity in quantities)
    words = {"others": ", ".join(units), "unit": unit or _("a value without unit")}
    return _("The unit of some values (%(others)s) cannot be turned exactly into %(unit)s: see the table.") % words


def _row(value: _Value, this: Json) -> TrendRow:
    """A line of the table. `this`: the quantity of the page, whose unit is that of the chart."""
    placed = place(value.holder)
    is_same = unit_of(value.quantity) == unit_of(this)
    figure = None if is_same else value.drawn(value.quantity, _unit(this))
    return TrendRow(
        value.shown.href,
        value.shown.date,
        value_in_words({"valueQuantity": value.quantity}),
        "" if figure is None else f"{figure:f} {unit_of(this)}",
        placed.range_text,
        direction_in_words(placed.direction),
        value.is_this,
    )


def _dot(value: _Value, unit: str) -> Dot | None:
    figure = value.drawn(value.quantity, unit)
    if figure is None or value.shown.clinical is None:
        return None
    bounds = own_range(value.holder)
    low, high = (value.drawn(mapping(bounds.get(end)), unit) for end in ("low", "high"))
    day, direction = day_of(value.shown.clinical), place(value.holder).direction
    is_bound = bool(text_of(value.quantity.get("comparator")))
    return Dot(day, figure, low, high, direction, is_bound=is_bound, is_this=value.is_this)


def _unit(quantity: Json) -> str:
    """UCUM's code, else the unit as written."""
    is_ucum = text_of(quantity.get("system")) == _UCUM
    return (text_of(quantity.get("code")) if is_ucum else "") or text_of(quantity.get("unit"))
