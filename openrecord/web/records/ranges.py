"""Where a result lies against the laboratory's own range, in words that do not judge.

The range is the laboratory's; we never bring one of our own. The laboratory's interpretation code counts before our
comparison. Different units are never compared. Pure.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from typing import NamedTuple

from openrecord.web.records.elements import (
    Json,
    mapping,
    number,
    objects,
    quantity_text,
    text_of,
    unit_in_words,
    unit_of,
)
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
    "HI": Direction.ABOVE,
    "LO": Direction.BELOW,
    "OR": Direction.OUTSIDE,
}
"""HL7's codes, and at the end those of the NHS's laboratory messages."""

_WRITTEN_CODE = re.compile(r"(HI|LO|OR) - ")
"""How GP Connect's senders write a code of a laboratory's message: as text, "HI - Above high reference limit"."""

_MIRRORED = {">": "<", ">=": "<=", "<": ">", "<=": ">="}
_ONE_BOUND = re.compile(r"([<>]=?) *(\d{1,12}(?:\.\d{1,12})?)(?: *(\D\S{0,30}|10[*^]\S{1,28}))?")
"""How GP Connect's senders write a range with one bound that is not part of it: as text, "< 0.300 10*9/L"."""

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
    value, written = mapping(observation.get("valueQuantity")), _written(ranges[0])
    return Placed(range_text, _compare_written(value, written) if written else _compare(value, ranges[0]))


def own_range(observation: Json) -> Json:
    """The laboratory's one range for an Observation (or a component of one); empty where it gave none or several."""
    ranges = [item for item in objects(observation.get("referenceRange")) if _is_normal(item)]
    return ranges[0] if len(ranges) == 1 else {}


def _is_normal(item: Json) -> bool:
    if "type" not in item:
        return True
    codes = {text_of(coding.get("code")) for coding in objects(mapping(item.get("type")).get("coding"))}
    return not codes or bool(codes & _NORMAL_RANGE)


def _coded(observation: Json) -> Direction | None:
    if "interpretation" not in observation:
        return None
    concepts = objects(observation.get("interpretation"))
    codes = [text_of(coding.get("code")) for concept in concepts for coding in objects(concept.get("coding"))]
    codes += [told[1] for concept in concepts if (told := _WRITTEN_CODE.match(text_of(concept.get("text"))))]
    found = {_INTERPRETATION[code] for code in codes if code in _INTERPRETATION}
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
        return _up_to(quantity_text(high))
    if low_text:
        return _or_more(quantity_text(low))
    written = _written(item)
    return _SIGNS[written.sign](f"{written.figure} {written.unit}".rstrip()) if written else words


def _up_to(bound: str) -> str:
    return _("up to %(high)s") % {"high": bound}


def _or_more(bound: str) -> str:
    return _("%(low)s or more") % {"low": bound}


def _below(bound: str) -> str:
    return _("below %(high)s") % {"high": bound}


def _above(bound: str) -> str:
    return _("above %(low)s") % {"low": bound}


_SIGNS: Mapping[str, Callable[[str], str]] = {"<": _below, "<=": _up_to, ">": _above, ">=": _or_more}


class _Written(NamedTuple):
    """A range that is a text with one bound: "< 0.300 10*9/L"."""

    sign: str
    figure: str
    unit: str


def _written(item: Json) -> _Written | None:
    if "low" in item or "high" in item:
        return None
    found = _ONE_BOUND.fullmatch(text_of(item.get("text")))
    return _Written(found[1], found[2], unit_in_words(found[3] or "")) if found else None


def _compare_written(value: Json, written: _Written) -> Direction:
    """What lies on the bound of "< 5" is outside it, as the laboratory wrote it."""
    figure = _figure(value)
    if figure is None or written.unit not in {"", unit_of(value)}:
        return Direction.UNKNOWN
    bound, sign = Decimal(written.figure), text_of(value.get("comparator"))
    outside = Direction.ABOVE if written.sign[0] == "<" else Direction.BELOW
    if outside is Direction.BELOW:
        figure, bound, sign = -figure, -bound, _MIRRORED.get(sign, sign)
    if _surely_more(sign, figure, bound) or (figure == bound and len(written.sign) == 1 and sign in {"", ">="}):
        return outside
    return Direction.UNKNOWN if sign else Direction.WITHIN


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
