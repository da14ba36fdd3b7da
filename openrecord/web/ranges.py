"""Which part of a file a request asks for (RFC 9110, section 14). Pure.

One range is answered. Several, another unit and what is not understood are passed over, as the standard allows: the
whole file is the answer then. There are no validators, so a range that depends on one (If-Range) is passed over too.
"""

import re

_RANGE = re.compile(r"[ \t]*(\d*)-(\d*)[ \t]*", re.ASCII)
_LONGEST = 19
"""Digits of a number that is looked at; no file has more bytes."""


class NotSatisfiable(ValueError):
    """The range lies behind the end of the file."""


def part_of(header: str | None, size: int) -> tuple[int, int] | None:
    """The part (first byte, byte behind the last) of a file of `size` bytes; None = all. Raises NotSatisfiable."""
    unit, is_range, asked = (header or "").partition("=")
    if not is_range or unit.strip().lower() != "bytes":
        return None
    found = _RANGE.fullmatch(asked)
    if found is None or max(map(len, found.groups())) > _LONGEST or not any(found.groups()):
        return None
    first, last = found.groups()
    if not first:
        if int(last) == 0 or size == 0:
            raise NotSatisfiable
        return max(0, size - int(last)), size
    if last and int(last) < int(first):
        return None
    if int(first) >= size:
        raise NotSatisfiable
    return int(first), min(int(last) + 1, size) if last else size
