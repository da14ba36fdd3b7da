"""Recomputing the whole trail and naming what was altered, removed, re-ordered or inserted.

Memory is bounded: seals and rows are read in chunks; what is kept is one number per writer and one root per day.

What the database alone cannot show: rows taken off the very end together with their seals, before a root covers them;
rows not yet sealed taken off a writer's end; rows added under a new writer; and a trail rewritten as a whole,
consistently. The last two are why a day's root belongs outside (`external`).
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from openrecord.audit import rules
from openrecord.audit.models import Root
from openrecord.audit.sources import CHANGE, ID, SEQUENCE, SOURCES, WRITER, PlainRow, Source
from openrecord.audit.types import DailyRoot, Problem, ProblemKind, Verdict
from openrecord.db.sql import uuid

CHUNK = 1024
NAMED_PROBLEMS = 1000
_SEALS = (
    "SELECT number, at, source, writer, sequence, row_id, hash FROM audit_seal "
    "WHERE number > %s ORDER BY number LIMIT %s"
)
RowKey = tuple[str, str, int]


class _SealRow(NamedTuple):
    number: int
    at: int
    source: str
    writer: UUID
    sequence: int
    row_id: str
    hash: bytes


def verify(external: Sequence[DailyRoot] = ()) -> Verdict:
    """Recompute everything. `external`: daily roots kept outside, which the trail must still contain."""
    return _Verification(external).run()


class _Verification:
    def __init__(self, external: Sequence[DailyRoot]) -> None:
        self._external = external
        self._problems: list[Problem] = []
        self._problem_count = 0
        self._number = 0
        self._stored, self._computed = rules.ZERO, rules.ZERO
        self._linked = True
        self._doubted: Problem | None = None
        self._sealed: dict[tuple[str, UUID], int] = {}
        self._roots = [daily_root(root) for root in Root.objects.order_by("number")]
        self._root_index = 0
        self._tree = rules.MerkleTree()
        self._in_tree = 0

    def run(self) -> Verdict:
        self._check_root_chain()
        for seals in _chunks():
            rows = _rows_of(seals)
            for seal in seals:
                self._check_seal(seal, rows.get((seal.source, seal.writer.hex, seal.sequence)))
                self._grow_tree(seal)
        self._settle_doubt(seal_is_wrong=False)
        if self._root_index < len(self._roots):
            self._report(Problem(ProblemKind.SEAL_MISSING, self._number + 1))
        unsealed = sum(self._check_rows(source) for source in SOURCES.values())
        problems = tuple(self._problems)
        return Verdict(self._number, len(self._roots), unsealed, self._stored, problems, self._problem_count)

    def _report(self, problem: Problem) -> None:
        self._problem_count += 1
        if len(self._problems) < NAMED_PROBLEMS:
            self._problems.append(problem)

    # One seal after the other: number, writer's order, row, hash.

    def _check_seal(self, seal: _SealRow, row: PlainRow | None) -> None:
        if seal.number != self._number + 1:
            self._settle_doubt(seal_is_wrong=False)
            self._report(Problem(ProblemKind.SEAL_MISSING, self._number + 1))
            self._linked = False
        self._number = seal.number
        self._check_order(seal)
        if row is None:
            self._settle_doubt(seal_is_wrong=False)
            self._report(_about(ProblemKind.ROW_MISSING, seal))
            self._stored = self._computed = seal.hash
            self._linked = True
            return
        self._check_hash(seal, row)

    def _check_order(self, seal: _SealRow) -> None:
        writer = (seal.source, seal.writer)
        last = self._sealed.get(writer, 0)
        if seal.sequence != last + 1:
            kind = ProblemKind.SEAL_ORDER if seal.sequence <= last else ProblemKind.SEQUENCE_GAP
            self._report(_about(kind, seal))
        self._sealed[writer] = max(last, seal.sequence)

    def _check_hash(self, seal: _SealRow, row: PlainRow) -> None:
        """Compare with both candidates for the previous hash: after a doubtful seal they differ, and which of them
        fits tells whether that seal's row or the seal itself was altered.
        """
        on_stored = rules.seal_hash(seal.number, seal.at, seal.source, row, self._stored)
        fits = on_stored == seal.hash or not self._linked
        computed = on_stored
        if self._doubted is not None:
            on_computed = rules.seal_hash(seal.number, seal.at, seal.source, row, self._computed)
            seal_was_wrong = on_computed == seal.hash
            self._settle_doubt(seal_is_wrong=seal_was_wrong)
            if seal_was_wrong:
                fits, computed = True, on_computed
        if not fits:
            self._doubted = _about(ProblemKind.ROW_ALTERED, seal)
        if row[ID] != seal.row_id:
            self._report(_about(ProblemKind.SEAL_ALTERED, seal))
        self._linked = True
        self._stored = seal.hash
        self._computed = seal.hash if fits else computed

    def _settle_doubt(self, *, seal_is_wrong: bool) -> None:
        doubted, self._doubted = self._doubted, None
        if doubted is not None:
            kind = ProblemKind.SEAL_ALTERED if seal_is_wrong else doubted.kind
            self._report(Problem(kind, doubted.number, doubted.source, doubted.writer, doubted.sequence))

    # Roots: their own chain first, then each against the seals it covers.

    def _check_root_chain(self) -> None:
        previous, first = rules.ZERO, 1
        for number, root in enumerate(self._roots, 1):
            chain = rules.root_chain(root.number, root.day, root.first, root.last, root.tree, previous)
            if root.number != number or root.first != first:
                self._report(Problem(ProblemKind.ROOT_MISSING, number))
            if chain != root.chain:
                self._report(Problem(ProblemKind.ROOT_ALTERED, root.number))
            previous, first = root.chain, root.last + 1
        held = {root.number: root for root in self._roots}
        for kept in self._external:
            if held.get(kept.number) != kept:
                self._report(Problem(ProblemKind.ROOT_EXTERNAL, kept.number))

    def _grow_tree(self, seal: _SealRow) -> None:
        while self._root_index < len(self._roots) and self._roots[self._root_index].last < seal.number:
            self._close_tree()
        if self._root_index == len(self._roots):
            return
        root = self._roots[self._root_index]
        if seal.number >= root.first:
            self._tree.add(seal.hash)
            self._in_tree += 1
        if seal.number == root.last:
            self._close_tree()

    def _close_tree(self) -> None:
        root = self._roots[self._root_index]
        if self._tree.root() != root.tree or self._in_tree != root.last - root.first + 1:
            self._report(Problem(ProblemKind.ROOT_ALTERED, root.number))
        self._tree, self._in_tree = rules.MerkleTree(), 0
        self._root_index += 1

    # The rows themselves: no gaps, no repeats; what follows the last seal is the unsealed tail.

    def _check_rows(self, source: Source) -> int:
        """Returns how many rows of this table are not sealed yet."""
        unsealed = 0
        for writer in source.highest(UUID(int=0)):
            totals = source.totals(writer)
            sealed = self._sealed.get((source.name, writer), 0)
            if (totals.rows, totals.distinct, totals.lowest) != (totals.highest, totals.highest, 1):
                self._name_gaps(source, writer, sealed)
            unsealed += max(0, totals.highest - sealed)
        return unsealed

    def _name_gaps(self, source: Source, writer: UUID, sealed: int) -> None:
        """A missing row below the last seal has been named by its seal already."""
        last, expected = -(2**62), 1
        while found := source.sequences(writer, after=last, limit=CHUNK):
            for sequence, rows in found:
                if sequence < 1 or rows > 1:
                    self._report(Problem(ProblemKind.ROW_INSERTED, 0, source.name, writer, sequence))
                for missing in range(max(expected, sealed + 1), min(sequence, expected + CHUNK)):
                    self._report(Problem(ProblemKind.SEQUENCE_GAP, 0, source.name, writer, missing))
                expected = max(expected, sequence + 1)
            last = found[-1][0]


def _about(kind: ProblemKind, seal: _SealRow) -> Problem:
    return Problem(kind, seal.number, seal.source, seal.writer, seal.sequence)


def daily_root(root: Root) -> DailyRoot:
    """A stored root as a value."""
    return DailyRoot(root.number, root.day, root.first, root.last, bytes(root.tree), bytes(root.chain))


def _chunks() -> Iterator[list[_SealRow]]:
    number = -(2**62)
    while rows := CHANGE.fetch(_SEALS, (number, CHUNK)):
        chunk = [_seal_row(row) for row in rows]
        yield chunk
        number = chunk[-1].number


def _seal_row(row: tuple[Any, ...]) -> _SealRow:
    number, at, source, writer, sequence, row_id, digest = row
    return _SealRow(number, at, source, uuid(writer), sequence, uuid(row_id).hex, bytes(digest))


def _rows_of(seals: Sequence[_SealRow]) -> Mapping[RowKey, PlainRow]:
    """The rows that a chunk of seals speaks of."""
    wanted: dict[str, list[tuple[UUID, int]]] = {}
    for seal in seals:
        wanted.setdefault(seal.source, []).append((seal.writer, seal.sequence))
    return {
        (name, str(row[WRITER]), int(row[SEQUENCE] or 0)): row
        for name, places in wanted.items()
        if name in SOURCES
        for row in SOURCES[name].rows_at(places)
    }
