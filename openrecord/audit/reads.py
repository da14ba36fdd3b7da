"""Recording reads and refusals: durable before the answer leaves. It may over-count, never under-count.

A page calls `record_read` outside any transaction and answers only when it returned. The FHIR hot path on PostgreSQL
puts `reads_table.read_insert_sql` into the statement that reads, with the writer of its lean connection.
"""

from collections.abc import Iterable
from dataclasses import replace
from uuid import UUID

from django.db import DatabaseError, connection, transaction

from openrecord.audit import group_commit, writers
from openrecord.audit.reads_table import (
    EVERY_READ_INSERT_SQL,
    READ_INSERT_SQL,
    every_read_parameters,
    read_parameters,
)
from openrecord.audit.types import NotRecorded, Read
from openrecord.db import sql
from openrecord.kit import ids


def record_read(read: Read) -> UUID:
    """Record one read; returns the id of its row once that is durable.

    Raises NotRecorded where the trail could not be written (the answer must not leave), and RuntimeError on
    PostgreSQL inside a transaction, whose commit could still fail.
    """
    if connection.vendor == "sqlite":
        return group_commit.flusher().record(read)
    try:
        if not connection.in_atomic_block:
            return _insert(read)
        with transaction.atomic(durable=True):  # refused by Django
            return _insert(read)
    except DatabaseError as error:
        raise NotRecorded("the trail of reads could not be written") from error


def record_every(reads: Iterable[Read]) -> None:
    """Record reads of several patients in one answer: all of them durable, or NotRecorded.

    They differ in patient and entries alone: one person reads one list.
    """
    if connection.vendor == "sqlite":
        for read in reads:
            group_commit.flusher().record(read)
        return
    every = tuple(reads)
    if not every:
        return
    try:
        with transaction.atomic(durable=True):
            writer = writers.writer_of(connection.connection)
            sql.run(EVERY_READ_INSERT_SQL, every_read_parameters(every, writer))
    except DatabaseError as error:
        raise NotRecorded("the trail of reads could not be written") from error


def record_refusal(read: Read, *, reason: str) -> UUID:
    """Record that `read` was refused, with the code of the reason; nothing of it counts as served."""
    if not reason:
        raise ValueError("a refusal has a reason")
    return record_read(replace(read, refused=reason, served=b""))


def _insert(read: Read) -> UUID:
    row_id = ids.time_ordered_id()
    sql.run(READ_INSERT_SQL, read_parameters(read, row_id, writers.writer_of(connection.connection)))
    return row_id
