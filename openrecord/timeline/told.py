"""Entries that somebody was told about, as far as they may see them now."""

from collections.abc import Collection
from datetime import datetime

from openrecord.db import sql
from openrecord.timeline.queries import SERVED, fingerprint, proxy_pattern, reader_key, served
from openrecord.timeline.types import Reader, ServedEntry

_THESE = SERVED.replace("SELECT ", "SELECT t.id, ", 1) + " AND t.id IN ({keys})"


def these(reader: Reader, entries: Collection[bytes], *, at: datetime) -> dict[bytes, ServedEntry]:
    """Of these entries (by their inside ids), the ones the reader may see, newest first."""
    fingerprint(reader, at=at)
    pattern = proxy_pattern(reader)
    rows = sorted(
        sql.rows_in(_THESE, [*reader_key(reader, at), pattern, pattern], entries),
        key=lambda row: (row[3], bytes(row[1])),
        reverse=True,
    )
    return dict(zip((bytes(row[0]) for row in rows), served(reader, [row[1:] for row in rows], at), strict=True))
