"""Keeping what arrived, as it arrived: compressed, with digest and provenance, the same bytes once.

The bytes are kept in the transaction of the first thing that is done with them, so that a small message costs one
commit; nothing is acknowledged before it.
"""

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from django.db import IntegrityError, OperationalError, connection, transaction

from openrecord.audit.types import Actor
from openrecord.clinical.reading import Format
from openrecord.db import sql
from openrecord.ingest.rules.preparing import Packed
from openrecord.kit.ids import time_ordered_bytes
from openrecord.kit.instants import to_micros

_Done = TypeVar("_Done")
RACES = 3
"""How often a message is tried again when deliveries meet."""
_KNOWN = "SELECT id FROM ingest_source WHERE digest=%s ORDER BY id LIMIT 1"
_COLUMNS = ("id", "digest", "name", "format", "received", "actor", "size", "body")


def at_rest(act: Callable[[], _Done]) -> _Done:
    """Do it, again where another delivery got in the way at the same moment (the same new patient, a deadlock)."""
    for _ in range(RACES):
        try:
            return act()
        except (IntegrityError, OperationalError):
            if connection.in_atomic_block:
                raise
    return act()


class Source:
    """The bytes of one delivery."""

    def __init__(self, packed: Packed, name: str, format: Format | None, by: Actor, at: datetime) -> None:
        self._packed = packed
        self._provenance = (name, "" if format is None else format.value, to_micros(at), by.id)
        self._id: bytes | None = None

    def keep(self) -> bytes:
        """Keep the bytes within the caller's transaction; the id of the source."""
        if self._id is not None:
            return self._id
        known = sql.row(_KNOWN, [self._packed.digest])
        identity = time_ordered_bytes() if known is None else bytes(known[0])
        if known is None:
            row = (identity, self._packed.digest, *self._provenance, self._packed.size, self._packed.body)
            sql.insert("ingest_source", _COLUMNS, [row])
        transaction.on_commit(lambda: self._note(identity))
        return identity

    def _note(self, identity: bytes) -> None:
        self._id = identity

    def keep_anyhow(self) -> None:
        """Keep the bytes where nothing else has."""
        if self._id is None:
            at_rest(transaction.atomic(self.keep))
