"""Which letters our typeface can draw, so that one rare letter in a long record does not cost the whole PDF."""

import re
import struct
import unicodedata
from functools import cache

from openrecord.web.print.pdf import FOLDER

STAND_IN = "\u25ca"
"""A lozenge, drawn in place of a letter that the typeface lacks. Not a question mark: notes are full of those."""

_ALIKE = str.maketrans("\u00b5\u2126\u2010\u2011", "\u03bc\u03a9--", "\u00ad\u200b")
"""The same sign under another number; hyphens and spaces that nobody sees go."""

_RAISED = re.compile("[\u2070\u00b9\u00b2\u00b3\u2074-\u2079]+")
_FILES = ("AtkinsonHyperlegibleNext-Regular.ttf", "AtkinsonHyperlegibleNext-Bold.ttf")
_SEGMENTS = 4
"""The format of a character map that lists segments (OpenType, cmap)."""


class NoLetters(ValueError):
    """The typeface's file is not understood."""


@cache
def letters() -> frozenset[str]:
    """Every character that both weights draw."""
    return frozenset.intersection(*(_letters_of((FOLDER / "vendor" / name).read_bytes()) for name in _FILES))


def drawable(text: str) -> str:
    """The text as it can be drawn, letter for letter; line breaks and tabs become spaces.

    A raised number that cannot be drawn is written 10^9: without a mark it would be another number.
    """
    known = letters()
    spaced = unicodedata.normalize("NFC", " ".join(text.split()))
    if known.issuperset(spaced):
        return spaced
    told = _RAISED.sub(_raised, " ".join(spaced.translate(_ALIKE).split()))
    return "".join(each if each in known else STAND_IN for each in told)


def _raised(run: re.Match[str]) -> str:
    return run[0] if letters().issuperset(run[0]) else "^" + unicodedata.normalize("NFKC", run[0])


def _letters_of(font: bytes) -> frozenset[str]:
    """Source: OpenType specification, "cmap", format 4 (big-endian throughout)."""
    cmap = _table(font, b"cmap")
    (count,) = struct.unpack_from(">H", cmap, 2)
    offsets = {struct.unpack_from(">HHI", cmap, 4 + 8 * n)[2] for n in range(count)}
    found: set[str] = set()
    for offset in offsets:
        if struct.unpack_from(">H", cmap, offset)[0] == _SEGMENTS:
            found |= _segments(cmap, offset)
    if not found:
        raise NoLetters
    return frozenset(found)


def _table(font: bytes, tag: bytes) -> bytes:
    (count,) = struct.unpack_from(">H", font, 4)
    for n in range(count):
        name, _, offset, length = struct.unpack_from(">4sIII", font, 12 + 16 * n)
        if name == tag:
            return font[offset : offset + length]
    raise NoLetters


def _segments(cmap: bytes, at: int) -> set[str]:
    (twice,) = struct.unpack_from(">H", cmap, at + 6)
    count = twice // 2

    def column(start: int, kind: str) -> tuple[int, ...]:
        return struct.unpack_from(f">{count}{kind}", cmap, start)

    ends, starts = column(at + 14, "H"), column(at + 16 + twice, "H")
    deltas, ranges = column(at + 16 + 2 * twice, "h"), column(at + 16 + 3 * twice, "H")
    found = set()
    for n, (start, end, delta, reach) in enumerate(zip(starts, ends, deltas, ranges, strict=True)):
        for code in range(start, min(end, 0xFFFE) + 1):
            place = at + 16 + 3 * twice + 2 * n + reach + 2 * (code - start)
            glyph = code + delta if reach == 0 else struct.unpack_from(">H", cmap, place)[0]
            if glyph & 0xFFFF:
                found.add(chr(code))
    return found
