"""JSON as it arrives and as it is stored: a decimal keeps the digits that the source wrote (7.10 is not 7.1).

FHIR asks for that: the digits of a decimal say how precise it is. So a decimal is a Decimal here, never a float.
"""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import msgspec
import orjson

_GREATEST = 307
"""The greatest power of ten that whoever reads the stored text can take for a number."""


def _decimal(digits: str) -> Decimal:
    number = Decimal(digits)
    if number.adjusted() > _GREATEST:
        raise OverflowError("beyond what others can read")
    return number


loads: Callable[[bytes], Any] = msgspec.json.Decoder(float_hook=_decimal).decode
"""The value of JSON text; raises NotJson."""

NotJson = (msgspec.DecodeError, UnicodeDecodeError, ArithmeticError, RecursionError)
"""What `loads` raises: no JSON, no UTF-8, a number beyond all bounds, nested too deeply."""


def _as_written(value: object) -> orjson.Fragment:
    if type(value) is Decimal:
        return orjson.Fragment(str(value))
    raise TypeError("not a JSON value")


def dumps(value: object) -> bytes:
    """A value as JSON text; raises orjson.JSONEncodeError where it is nested too deeply or no JSON value."""
    return orjson.dumps(value, default=_as_written)


def dumps_in_order(value: object) -> bytes:
    """The same with the keys of each object in the order of the alphabet, so that equal values give equal text."""
    return orjson.dumps(value, default=_as_written, option=orjson.OPT_SORT_KEYS)
