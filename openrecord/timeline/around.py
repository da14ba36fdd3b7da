"""What lies around one entry: those that it names, by their names."""

from collections.abc import Iterable
from datetime import datetime
from itertools import islice
from uuid import UUID

from openrecord.db import sql
from openrecord.timeline.queries import SERVED, fingerprint, proxy_pattern, reader_key, served
from openrecord.timeline.types import Reader, ServedEntry

MOST = 100
"""So many at most: a problem may name every consultation of a life."""

_THESE = SERVED + " AND t.public_id IN ({keys})"


def named(reader: Reader, entries: Iterable[UUID], *, at: datetime) -> tuple[ServedEntry, ...]:
    """Of these entries (by their outside ids), the ones the reader may see, in no order."""
    wanted = [entry.bytes for entry in islice(dict.fromkeys(entries), MOST)]
    if not wanted:
        return ()
    fingerprint(reader, at=at)
    pattern = proxy_pattern(reader)
    rows = sql.rows_in(_THESE, [*reader_key(reader, at), pattern, pattern], wanted)
    return served(reader, rows, at)
