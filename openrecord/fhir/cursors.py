"""Where a page of a search ends: opaque to the app, and made only of what the app has already seen. Pure."""

import base64
import binascii

from openrecord.fhir.types import BadRequest, Issue

NEWEST = (2**62, b"\xff" * 16)
"""Before the first entry of a list that begins with the newest."""

_LENGTH = 24


def cursor(sort: int, public_id: bytes) -> str:
    """The cursor behind an entry."""
    return base64.urlsafe_b64encode(sort.to_bytes(8, "big", signed=True) + public_id).decode()


def position(text: str) -> tuple[int, bytes]:
    """The place a cursor stands for. Raises BadRequest for a text that no cursor has."""
    try:
        raw = base64.b64decode(text.encode("ascii"), b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadRequest(Issue.INVALID, "_cursor") from error
    if len(raw) != _LENGTH:
        raise BadRequest(Issue.INVALID, "_cursor")
    return int.from_bytes(raw[:8], "big", signed=True), raw[8:]
