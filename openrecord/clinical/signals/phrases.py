"""Phrases compiled to a tree, and where they occur in a note. The syntax of phrases: vocabulary.py."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Generic, NamedTuple, TypeVar

from openrecord.clinical.signals.vocabulary import GAP, Note, Vocabulary

Meaning = TypeVar("Meaning")

_IN_SENTENCE = "..."


class Found(NamedTuple, Generic[Meaning]):
    """A phrase found: what it stands for, its first token and the token after its last."""

    meaning: Meaning
    first: int
    stop: int


@dataclass(slots=True, eq=False)
class _Node(Generic[Meaning]):
    """A place in the tree while it is built; `gaps` lead on after words in between."""

    edges: "dict[str, _Node[Meaning]]" = field(default_factory=dict)
    gaps: "dict[str, _Node[Meaning]]" = field(default_factory=dict)
    meanings: list[Meaning] = field(default_factory=list)

    def state(self, known: "dict[object, _State[Meaning]]") -> "_State[Meaning]":
        """The finished place, with what follows laid out by distance. Places that go on alike are one and the same
        (`known`): endings are shared, which keeps the tree small enough for the processor's cache."""
        clause: _Gaps[Meaning] = []
        sentence: _Gaps[Meaning] = []
        key: list[object] = [tuple(self.meanings)]
        for gap, node in self.gaps.items():
            after: _Table[Meaning] = {symbol: (inner.state(known),) for symbol, inner in node.edges.items()}
            (sentence if gap.startswith(_IN_SENTENCE) else clause).append((int(gap.strip(".")), after))
            key.append((gap, *after.items()))
        following = {symbol: node.state(known) for symbol, node in self.edges.items()}
        key += following.items()
        return known.setdefault(
            tuple(key), _State(tuple(self.meanings), following, _by_distance(clause), _by_distance(sentence))
        )


class _State(Generic[Meaning]):
    """A place in the tree: what a phrase that ends here means, and where others go on with the next word or after words
    in between. The latter are kept by distance: one look-up a word, however many gaps begin here."""

    __slots__ = ("following", "in_clause", "in_sentence", "meanings")

    def __init__(
        self,
        meanings: tuple[Meaning, ...],
        following: "dict[str, _State[Meaning]]",
        in_clause: "_Tables[Meaning]",
        in_sentence: "_Tables[Meaning]",
    ) -> None:
        self.meanings = meanings
        self.following = following
        self.in_clause = in_clause
        self.in_sentence = in_sentence


_Table = dict[str, tuple[_State[Meaning], ...]]
_Tables = tuple[_Table[Meaning], ...]
_Gaps = list[tuple[int, _Table[Meaning]]]
_Reached = list[tuple[_State[Meaning], int]]


class Phrases(Generic[Meaning]):
    """A tree of phrases, each with a meaning. Built once, then only read."""

    def __init__(self, vocabulary: Vocabulary, phrases: Iterable[tuple[str, Meaning]]) -> None:
        """Raises InvalidPhrase."""
        root: _Node[Meaning] = _Node()
        for phrase, meaning in phrases:
            for symbols in vocabulary.spelt(phrase):
                node = root
                for symbol in symbols:
                    branch = node.gaps if symbol.startswith(GAP) else node.edges
                    node = branch.setdefault(symbol, _Node())
                if meaning not in node.meanings:
                    node.meanings.append(meaning)
        self._first = root.state({}).following

    def found(self, note: Note, sentences: Iterable[tuple[int, int]]) -> list[Found[Meaning]]:
        """Every phrase in `sentences` of `note`, in the order of their first words."""
        results: list[Found[Meaning]] = []
        symbols, compounds, table = note.symbols, note.compounds, self._first
        for begin, end in sentences:
            for first in range(begin, end):
                reached = [(table[symbol], first + 1) for symbol in symbols[first] if symbol in table]
                if first in compounds:
                    reached += [(table[symbol], stop) for symbol, stop in compounds[first] if symbol in table]
                for state, at in reached:  # grows while it is walked
                    if state.meanings:
                        results += [Found(meaning, first, at) for meaning in state.meanings]
                    if at < end:
                        _go_on(state, note, at, end, reached)
        return results


def _by_distance(gaps: "_Gaps[Meaning]") -> "_Tables[Meaning]":
    """For each number of words in between, what may follow then; each gap allows up to its number."""
    tables = []
    for distance in range(max((limit for limit, _ in gaps), default=-1) + 1):
        table: _Table[Meaning] = {}
        for limit, following in gaps:
            if limit >= distance:
                for symbol, states in following.items():
                    table[symbol] = table.get(symbol, ()) + states
        tables.append(table)
    return tuple(tables)


def _go_on(state: _State[Meaning], note: Note, at: int, end: int, reached: _Reached[Meaning]) -> None:
    """Add to `reached` where a phrase that has come to `state` goes on from the token `at`."""
    following = state.following
    for symbol in note.symbols[at]:
        if symbol in following:
            reached.append((following[symbol], at + 1))
    if at in note.compounds:
        reached += [(following[symbol], stop) for symbol, stop in note.compounds[at] if symbol in following]
    if state.in_clause:
        _skip(state.in_clause, note, at, min(end, note.tokens.clause_end(at, len(state.in_clause))), reached)
    if state.in_sentence:
        _skip(state.in_sentence, note, at, end, reached)


def _skip(tables: _Tables[Meaning], note: Note, at: int, end: int, reached: _Reached[Meaning]) -> None:
    """Add to `reached` where a phrase goes on with one of the tokens from `at` to `end` (exclusive)."""
    symbols, compounds = note.symbols, note.compounds
    for table in tables:
        if at == end:
            return
        for symbol in symbols[at]:
            if symbol in table:
                reached += [(state, at + 1) for state in table[symbol]]
        if at in compounds:
            for symbol, stop in compounds[at]:
                if symbol in table:
                    reached += [(state, stop) for state in table[symbol]]
        at += 1
