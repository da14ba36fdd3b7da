"""Which units are the same or differ by a power of ten only, and exact conversion between them (R9). Pure.

What is listed in data/units.toml converts; any other unit is like nothing but itself.
"""

import tomllib
from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from importlib.resources import files


class InvalidUnits(ValueError):
    """The file data/units.toml is not understood."""


def converted(value: Decimal, unit: str, into: str) -> Decimal | None:
    """`value`, given in `unit`, in the unit `into`: exactly, or None where that is not known to be possible."""
    spelling, powers = _units()
    unit, into = spelling.get(unit, unit), spelling.get(into, into)
    if unit == into:
        return value
    one, other = powers.get(unit), powers.get(into)
    if one is None or other is None or one[0] != other[0]:
        return None
    return value.scaleb(one[1] - other[1])


@cache
def _units() -> tuple[Mapping[str, str], Mapping[str, tuple[str, int]]]:
    """Spellings, and for each unit its kind and power of ten; raises InvalidUnits."""
    listed = tomllib.loads(files("openrecord.clinical").joinpath("data", "units.toml").read_text(encoding="utf-8"))
    powers: dict[str, tuple[str, int]] = {}
    for kind, units in listed["powers"].items():
        for unit, power in units.items():
            if unit in powers or unit in listed["spelling"]:
                raise InvalidUnits(f"{unit} stands twice")
            powers[unit] = (kind, power)
    return listed["spelling"], powers
