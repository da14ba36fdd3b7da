"""What is or was news for somebody, as far as they may see it now."""

from collections.abc import Collection, Iterable
from datetime import datetime

from openrecord.db import sql
from openrecord.timeline.queries import SERVED, fingerprint, proxy_pattern, reader_key, served
from openrecord.timeline.types import Reader, ServedEntry

_SEEN = f"SELECT t.id FROM {SERVED.partition('FROM ')[2]} AND t.id IN ({{keys}})"
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


def visible(reader: Reader, entries: Iterable[bytes], *, at: datetime) -> frozenset[bytes]:
    """Of these entries (by their inside ids), the ones the reader may see."""
    fingerprint(reader, at=at)
    pattern = proxy_pattern(reader)
    rows = sql.rows_in(_SEEN, [*reader_key(reader, at), pattern, pattern], entries)
    return frozenset(bytes(row[0]) for row in rows)
