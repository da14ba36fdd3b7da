"""The sealer: takes every committed row up into the chain, and closes each day with a Merkle root.

Run by the worker every second and by `openrecord audit verify`. Rows are taken writer by writer in sequence, from
each writer's last seal on; as one connection commits in order, a late commit is sealed later and never lost.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Max

from openrecord.audit import journal, rules, writers
from openrecord.audit.models import Root, Seal
from openrecord.audit.sources import ID, SEQUENCE, SOURCES, WRITER, Source
from openrecord.audit.types import DailyRoot
from openrecord.kit import london

BATCH = 2000
RECENT_DAYS = 3
_SEALER_LOCK = 0x0A0D17
_INSERT_SEAL = (
    "INSERT INTO audit_seal (number, at, source, writer, sequence, row_id, hash) VALUES (%s, %s, %s, %s, %s, %s, %s)"
)


def seal(*, at: datetime, sweep: bool = False) -> int:
    """Seal what is unsealed, and close the days that ended before `at`; returns how many rows were sealed.

    Looks at the writers of the last days; at all of them with `sweep` and whenever a day ends. Safe to run at any
    time, also twice at once.
    """
    ended = _last_seal_before_today(at)
    since = UUID(int=0) if sweep or ended is not None or not Seal.objects.exists() else writers.since(RECENT_DAYS)
    pending = [place for source in SOURCES.values() for place in _unsealed(source, since)]
    sealed = 0
    while pending:
        with transaction.atomic():
            _one_sealer_at_a_time()
            sealed += _seal_batch(pending, rules.microseconds(at))
    if ended is not None:
        _close_day(ended)
    return sealed


def _one_sealer_at_a_time() -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", (_SEALER_LOCK,))


def _unsealed(source: Source, since: UUID) -> Iterator[tuple[Source, UUID]]:
    sealed = source.sealed(since)
    for writer, highest in source.highest(since).items():
        if highest > sealed.get(writer, 0):
            yield source, writer


def _seal_batch(pending: list[tuple[Source, UUID]], sealed_at: int) -> int:
    """Seal up to BATCH rows of the pending writers; takes off the list the writers that have no more."""
    last = Seal.objects.order_by("-number").first()
    number, previous = (last.number, bytes(last.hash)) if last else (0, rules.ZERO)
    seals: list[tuple[Any, ...]] = []
    while pending and len(seals) < BATCH:
        source, writer = pending[-1]
        room = BATCH - len(seals)
        rows = source.rows(writer, after=_sealed_sequence(source, writer), limit=room)
        for row in rows:
            number += 1
            previous = rules.seal_hash(number, sealed_at, source.name, row, previous)
            seals.append((number, sealed_at, source.name, row[WRITER], row[SEQUENCE], row[ID], previous))
        if len(rows) < room:
            pending.pop()
    with connection.cursor() as cursor:
        cursor.executemany(_INSERT_SEAL, seals)
    return len(seals)


def _sealed_sequence(source: Source, writer: UUID) -> int:
    sealed = Seal.objects.filter(source=source.name, writer=writer)
    return sealed.aggregate(last=Max("sequence"))["last"] or 0


def _last_seal_before_today(at: datetime) -> Seal | None:
    """The last seal of a day that has ended and has no root yet."""
    rooted = Root.objects.aggregate(last=Max("last"))["last"] or 0
    today = rules.microseconds(london.midnight(london.day_of(at)))
    unrooted = Seal.objects.filter(number__gt=rooted).order_by("number")
    oldest = unrooted.first()
    if oldest is None or oldest.at >= today:
        return None
    return unrooted.filter(at__lt=today).last()


def _close_day(last_seal: Seal) -> None:
    """Write the root up to `last_seal`, unless another sealer did so meanwhile."""
    before = Root.objects.order_by("-number").first()
    number, first = (before.number + 1, before.last + 1) if before else (1, 1)
    previous = bytes(before.chain) if before else rules.ZERO
    tree = rules.MerkleTree()
    for digest in _hashes(first, last_seal.number):
        tree.add(digest)
    day, root = london.day_of(rules.instant(last_seal.at)), tree.root()
    chain = rules.root_chain(number, day, first, last_seal.number, root, previous)
    with transaction.atomic():
        _one_sealer_at_a_time()
        if not Root.objects.filter(number=number).exists():
            Root.objects.create(number=number, day=day, first=first, last=last_seal.number, tree=root, chain=chain)
            made = DailyRoot(number, day, first, last_seal.number, root, chain)
            transaction.on_commit(lambda: journal.append([journal.of_root(made, last_seal.at)]))


def _hashes(first: int, last: int) -> Iterator[bytes]:
    while first <= last:
        numbers = Seal.objects.filter(number__gte=first, number__lte=last).order_by("number")
        chunk = list(numbers.values_list("number", "hash")[:BATCH])
        yield from (bytes(digest) for _, digest in chunk)
        first = chunk[-1][0] + 1 if chunk else last + 1
