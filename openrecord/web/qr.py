"""QR codes as drawings: where black begins and ends in each row, for a template to put into an SVG."""

from collections.abc import Sequence
from dataclasses import dataclass

import segno
from segno import consts

MODULES_AROUND = 4
"""The quiet zone that the standard asks for."""
MOST_VERSION = 22
"""Larger ones do not scan when printed at 40 by 40 mm (SMART Health Cards Framework, "Health Cards as QR Codes")."""


@dataclass(frozen=True, slots=True)
class Drawing:
    """A code as an SVG path. `size`: modules from edge to edge, the quiet zone included."""

    size: int
    path: str


def matrix(prefix: str, digits: str) -> Sequence[Sequence[int]]:
    """The modules of a code with two segments, bytes and then digits; truth is black. Raises ValueError if too long."""
    segments = [(prefix, consts.MODE_BYTE), (digits, consts.MODE_NUMERIC)]
    code = segno.make_qr(segments, error="l")  # type: ignore[arg-type]  # its stub knows no segments, its manual does
    if int(code.version) > MOST_VERSION:
        raise ValueError("the text does not fit into one code")
    return tuple(code.matrix)


def drawing(prefix: str, digits: str) -> Drawing:
    """The code of two segments as a drawing. Raises ValueError if too long."""
    rows = matrix(prefix, digits)
    runs = "".join(
        f"M{start + MODULES_AROUND} {line + MODULES_AROUND}h{length}v1h-{length}z"
        for line, row in enumerate(rows)
        for start, length in _runs(row)
    )
    return Drawing(len(rows) + 2 * MODULES_AROUND, runs)


def _runs(row: Sequence[int]) -> list[tuple[int, int]]:
    """Where black begins in a row and how far it goes."""
    found: list[tuple[int, int]] = []
    for at, black in enumerate(row):
        if black and found and sum(found[-1]) == at:
            found[-1] = (found[-1][0], found[-1][1] + 1)
        elif black:
            found.append((at, 1))
    return found
