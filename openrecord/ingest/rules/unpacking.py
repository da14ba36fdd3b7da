"""Unpacking what came compressed. Pure; a small file that would fill the memory is refused, not unpacked."""

import zlib

from openrecord.clinical.reading import Unreadable

MOST_BYTES = 1 << 30
"""The largest content taken in one file: 1 GiB."""

_GZIP = b"\x1f\x8b"
_EITHER_HEADER = 16 + zlib.MAX_WBITS
_PORTION = 1 << 22


def unpacked(data: bytes, *, most: int = MOST_BYTES) -> bytes:
    """The content of gzip data (one member or several), other data as it is; `most`: bytes of content allowed.

    Raises Unreadable (too_large, bad_gzip).
    """
    if not data.startswith(_GZIP):
        if len(data) > most:
            raise Unreadable("too_large", _advice(most))
        return data
    content = bytearray()
    rest = data
    try:
        while rest.startswith(_GZIP):
            member = zlib.decompressobj(_EITHER_HEADER)
            while not member.eof:
                portion = member.decompress(rest, _PORTION)
                content += portion
                if len(content) > most:
                    raise Unreadable("too_large", _advice(most))
                rest = member.unused_data if member.eof else member.unconsumed_tail
                if not (member.eof or rest or portion):
                    raise Unreadable("bad_gzip", f"the compressed data ends too early, after {len(content)} bytes")
    except zlib.error:
        raise Unreadable("bad_gzip", f"the compressed data is damaged after {len(content)} bytes") from None
    if rest.strip(b"\0"):
        raise Unreadable("bad_gzip", "something else follows the compressed data")
    return bytes(content)


def _advice(most: int) -> str:
    return f"more than {most} bytes of content; split it into smaller files"
