"""The body of a request, taken whole before anything else and by one thread at a time.

The server waits for a body as long as the connection lives, in one of its few threads. A proxy that buffers sends each
body at once; where none does, whoever sends slowly keeps others from sending forms, but nobody from reading a record.
"""

import io
from threading import Lock
from typing import Any

MOST_BYTES = 256 * 1024
RETRY_AFTER = 1
_NOT_TAKEN = "openrecord.body_not_taken"
_taking = Lock()


def take(environ: dict[str, Any]) -> None:
    """Read the body into memory; where another is being read, leave it and note that.

    What is larger than MOST_BYTES is left as well: the doors refuse it unread.
    """
    length = length_of(environ)
    if not 0 < length <= MOST_BYTES:
        return
    if not _taking.acquire(blocking=False):
        environ[_NOT_TAKEN] = True
        return
    try:
        environ["wsgi.input"] = io.BytesIO(environ["wsgi.input"].read(length))
    finally:
        _taking.release()


def is_left(environ: dict[str, Any]) -> bool:
    """Whether the body was not taken because another was being read: the request cannot be answered now."""
    return _NOT_TAKEN in environ


def length_of(environ: dict[str, Any]) -> int:
    """How long the body says it is, in bytes; more than MOST_BYTES where it does not say that clearly."""
    text: str = environ.get("CONTENT_LENGTH") or "0"
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else MOST_BYTES + 1
