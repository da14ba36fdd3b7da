"""Where a result lies against the laboratory's own range, in words that do not judge.

The range is the laboratory's; we never bring one of our own. The laboratory's interpretation code counts before our
comparison. Different units are never compared. Pure.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum

from openrecord.web.records.elements import Json, mapping, number, objects, quantity_text, text_of, unit_of
from openrecord.web.text import gettext as _


class Direction(Enum):
    """How a value stands to its range."""

    BELOW = "below"
    WITHIN = "within"
    ABOVE = "above"
    OUTSIDE = "outside"
    UNKNOWN = "unknown"


_INTERPRETATION: Mapping[str, Direction] = {
    "H": Direction.ABOVE,
    "HH": Direction.ABOVE,
    "HU": Direction.ABOVE,
    ">": Direction.ABOVE,
    "L": Direction.BELOW,
    "LL": Direction.BELOW,
    "LU": Direction.BELOW,
    "<": Direction.BELOW,
    "N": Direction.WITHIN,
    "A": Direction.OUTSIDE,
    "AA": Direction.OUTSIDE,
}
_MIRRORED = {">": "<", ">=": "<=", "<": ">", "<=": ">="}
_NORMAL_RANGE = frozenset({"", "normal", "N"})


@dataclass(frozen=True, slots=True)
class Placed:
    """The range in words, and the direction."""

    range_text: str
    direction: Direction


_NOWHERE = Placed("", Direction.UNKNOWN)


def place(observation: Json) -> Placed:
    """The laboratory's range for an Observation (or a component of one) and where its value lies."""
    if "referenceRange" not in observation and "interpretation" not in observation:
        return _NOWHERE
    ranges = [item for item in objects(observation.get("referenceRange")) if _is_normal(item)]
    range_text = _in_words(ranges[0]) if len(ranges) == 1 else ""
    coded = _coded(observation)
    if coded is not None:
        return Placed(range_text, coded)
    if len(ranges) != 1:
        return Placed(range_text, Direction.UNKNOWN)
    return Placed(range_text, _compare(mapping(observation.get("valueQuantity")), ranges[0]))


def _is_normal(item: Json) -> bool:
    if "type" not in item:
        return True
    codes = {text_of(coding.get("code")) for coding in objects(mapping(item.get("type")).get("coding"))}
    return not codes or bool(codes & _NORMAL_RANGE)


def _coded(observation: Json) -> Direction | None:
    if "interpretation" not in observation:
        return None
    found = {
        _INTERPRETATION[code]
        for concept in objects(observation.get("interpretation"))
        for coding in objects(concept.get("coding"))
        if (code := text_of(coding.get("code"))) in _INTERPRETATION
    }
    if len(found) == 2 and Direction.OUTSIDE in found:
        found.discard(Direction.OUTSIDE)
    return found.pop() if len(found) == 1 else None


def _in_words(item: Json) -> str:
    words = text_of(item.get("text"))
    low, high = mapping(item.get("low")), mapping(item.get("high"))
    low_text, high_text = number(low.get("value")), number(high.get("value"))
    if low_text and high_text:
        unit = unit_of(high) or unit_of(low)
        return (_("%(low)s to %(high)s") % {"low": low_text, "high": f"{high_text} {unit}"}).rstrip()
    if high_text:
        return _("up to %(high)s") % {"high": quantity_text(high)}
    if low_text:
        return _("%(low)s or more") % {"low": quantity_text(low)}
    return words


def _figure(quantity: Json) -> Decimal | None:
    value = quantity.get("value")
    if isinstance(value, Decimal):
        return value
    return Decimal(value) if isinstance(value, int) and not isinstance(value, bool) else None


def _compare(value: Json, item: Json) -> Direction:
    figure = _figure(value)
    if figure is None:
        return Direction.UNKNOWN
    low, high = mapping(item.get("low")), mapping(item.get("high"))
    if any(unit_of(bound) not in {"", unit_of(value)} for bound in (low, high)):
        return Direction.UNKNOWN
    low_figure, high_figure = _figure(low), _figure(high)
    sign = text_of(value.get("comparator"))
    if high_figure is not None and _surely_more(sign, figure, high_figure):
        return Direction.ABOVE
    if low_figure is not None and _surely_more(_MIRRORED.get(sign, sign), -figure, -low_figure):
        return Direction.BELOW
    if sign or (low_figure is None and high_figure is None):
        return Direction.UNKNOWN
    return Direction.WITHIN


def _surely_more(sign: str, figure: Decimal, bound: Decimal) -> bool:
    """Whether every value that "sign figure" can mean is more than `bound`."""
    if sign == ">":
        return figure >= bound
    return sign in {"", ">="} and figure > bound
