"""Phrases of the lexicons, compiled to one tree, and where they occur in a note.

A phrase is words in order. Its syntax, as the data files use it:

    word            that word; upper and lower case, hyphens and apostrophes make no difference
    abus*           any word that begins so
    he|she          one of these words
    (the)           may be missing
    <partner>       a member of that word class; members may be several words
    ..3             up to three words in between, within the clause
    ...8            up to eight words in between, within the sentence
    ?               a question mark before what is doubted; `?.` one after what is asked

Classes that no file lists: <number>, <under16> (a number below 16), <over10> (a number above 10), <year> (1900 to 2099),
<phone>, <opening_age> (8 to 15 as a note's first word or a sentence of its own), <capital> (a capitalised word that no lexicon knows), <initial>
(a capital letter, or two that no lexicon knows) <comma> and <verbal> (ends in
-ed or -ing). Members of the class <name> count only where they are capitalised.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise, product
from typing import Generic, NamedTuple, TypeVar

from openrecord.clinical.signals.tokens import ASKED, CLAUSE_ENDS, Tokens, tokens_of, word_of

_KNOWN_WORDS = 16_384
_NAME = "<name>"
_CAPITAL = "<capital>"
_COMMA = "<comma>"
_VERBAL = "<verbal>"
_INITIAL = "<initial>"
_OPENING_AGE = "<opening_age>"
_OPENING_AGES = frozenset(str(age) for age in range(8, 16))
_BUILT_IN = frozenset(
    {"<number>", "<under16>", "<over10>", "<year>", "<phone>", _CAPITAL, _COMMA, _INITIAL, _VERBAL, _OPENING_AGE}
)

_SHORTEST_VERB = 4

Meaning = TypeVar("Meaning")


class InvalidPhrase(ValueError):
    """A phrase or a word class of a lexicon is not understood."""


@dataclass(slots=True, eq=False)
class _Node(Generic[Meaning]):
    """A place in the tree while it is built; `gaps` lead on after words in between."""

    edges: "dict[str, _Node[Meaning]]" = field(default_factory=dict)
    gaps: "dict[str, _Node[Meaning]]" = field(default_factory=dict)
    meanings: list[Meaning] = field(default_factory=list)

    def state(self) -> "_State[Meaning]":
        """The finished place, with what follows laid out by distance."""
        clause: _Gaps[Meaning] = []
        sentence: _Gaps[Meaning] = []
        for gap, node in self.gaps.items():
            after = {symbol: (inner.state(),) for symbol, inner in node.edges.items()}
            (sentence if gap.startswith("...") else clause).append((int(gap.strip(".")), after))
        edges = {symbol: node.state() for symbol, node in self.edges.items()}
        return _State(tuple(self.meanings), edges, _by_distance(clause), _by_distance(sentence))


class _State(Generic[Meaning]):
    """A place in the tree: what a phrase that ends here means, and where others go on with the next word or after words
    in between. The latter are kept by distance: one look-up a word, however many gaps begin here."""

    __slots__ = ("gaps", "in_clause", "in_sentence", "meanings", "next")

    def __init__(
        self,
        meanings: tuple[Meaning, ...],
        following: "dict[str, _State[Meaning]]",
        in_clause: "_Tables[Meaning]",
        in_sentence: "_Tables[Meaning]",
    ) -> None:
        self.meanings = meanings
        self.next = following
        self.in_clause = in_clause
        self.in_sentence = in_sentence
        self.gaps = bool(in_clause or in_sentence)


_Table = dict[str, tuple[_State[Meaning], ...]]
_Tables = tuple[_Table[Meaning], ...]
_Gaps = list[tuple[int, _Table[Meaning]]]


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


class Found(NamedTuple, Generic[Meaning]):
    """A phrase found: what it stands for, its first token and the token after its last."""

    meaning: Meaning
    first: int
    stop: int


@dataclass(frozen=True, slots=True)
class Note:
    """A text in tokens, each with what the phrases know it as. `compounds` holds class members of several words:
    by first token, the class and the token after the last."""

    tokens: Tokens
    symbols: list[tuple[str, ...]]
    compounds: dict[int, list[tuple[str, int]]]


class Phrases(Generic[Meaning]):
    """A tree of phrases, each with a meaning. Built once, then only read."""

    def __init__(self, classes: Mapping[str, Iterable[str]], phrases: Iterable[tuple[str, Meaning]]) -> None:
        """`classes` maps names without brackets to their members; raises InvalidPhrase."""
        self._classes = {f"<{name}>": members for name, members in classes.items()}
        self._exact: dict[str, list[str]] = {}
        self._prefixes: dict[str, list[str]] = {}
        self._compound: dict[str, dict[str, list[tuple[list[str], str]]]] = {}
        for symbol in self._classes:
            for member in self._members(symbol, ()):
                self._know(member, symbol)
        root: _Node[Meaning] = _Node()
        for phrase, meaning in phrases:
            self._add(root, phrase, meaning)
        self._first = root.state().next
        self._lengths = sorted({len(each) for each in self._prefixes})
        self._symbols_of = lru_cache(maxsize=_KNOWN_WORDS)(self._looked_up)

    def note(self, text: str) -> Note:
        """`text` in tokens, with what the phrases know of each."""
        tokens = tokens_of(text)
        symbols = [self._symbols_of(raw) for raw in tokens.raw]
        if ASKED in tokens.words:
            asked = tuple(self._exact.get(ASKED, ()))
            symbols = [asked if word == ASKED else each for word, each in zip(tokens.words, symbols, strict=True)]
        for first, stop in tokens.sentences:
            if tokens.raw[first] in _OPENING_AGES and (first == 0 or stop == first + 1):
                symbols[first] += (_OPENING_AGE,)
        compounds: dict[int, list[tuple[str, int]]] = {}
        for index, (word, after) in enumerate(pairwise(tokens.words), 1):
            if word in self._compound and after in self._compound[word]:
                for rest, symbol in self._compound[word][after]:
                    if tokens.words[index : index + len(rest)] == rest:
                        compounds.setdefault(index - 1, []).append((symbol, index + len(rest)))
        return Note(tokens, symbols, compounds)

    def found(self, note: Note) -> list[Found[Meaning]]:
        """Every phrase in `note`, in the order of their first words; phrases stay within a sentence."""
        results: list[Found[Meaning]] = []
        symbols, compounds, table = note.symbols, note.compounds, self._first
        for begin, end in note.tokens.sentences:
            for first in range(begin, end):
                states = [(table[symbol], first + 1) for symbol in symbols[first] if symbol in table]
                if first in compounds:
                    states += [(table[symbol], stop) for symbol, stop in compounds[first] if symbol in table]
                for state, at in states:  # grows while it is walked
                    for meaning in state.meanings:
                        results.append(Found(meaning, first, at))
                    if at == end:
                        continue
                    following = state.next
                    for symbol in symbols[at]:
                        if symbol in following:
                            states.append((following[symbol], at + 1))
                    if at in compounds:
                        states += [(following[symbol], to) for symbol, to in compounds[at] if symbol in following]
                    if state.gaps:
                        _skip(state.in_clause, note, at, end, states, in_clause=True)
                        _skip(state.in_sentence, note, at, end, states, in_clause=False)
        return results

    def _members(self, symbol: str, within: tuple[str, ...]) -> Iterator[str]:
        if symbol in within or symbol not in self._classes:
            raise InvalidPhrase(f"word class {symbol} is unknown or contains itself")
        for member in self._classes[symbol]:
            if member.startswith("<"):
                yield from self._members(member, (*within, symbol))
            else:
                yield member

    def _know(self, member: str, symbol: str) -> None:
        """Make `symbol` one of the things that the word or words `member` may be."""
        if member.endswith("*"):
            known = self._prefixes.setdefault(word_of(member[:-1]), [])
        else:
            first, *rest = _words(member)
            if rest:
                compound = self._compound.setdefault(first, {}).setdefault(rest[0], [])
                if (entry := (rest, symbol)) not in compound:
                    compound.append(entry)
                return
            known = self._exact.setdefault(first, [])
        if symbol not in known:
            known.append(symbol)

    def _add(self, root: _Node[Meaning], phrase: str, meaning: Meaning) -> None:
        for variant in product(*(_variants(element) for element in phrase.split())):
            node = root
            elements = [part for element in variant if element for part in self._parts(element)]
            if not elements or elements[0].startswith("..") or elements[-1].startswith(".."):
                raise InvalidPhrase(f"a phrase begins and ends with a word: {phrase!r}")
            for element in elements:
                branch = node.gaps if element.startswith("..") else node.edges
                node = branch.setdefault(element, _Node())
            if meaning not in node.meanings:
                node.meanings.append(meaning)

    def _parts(self, element: str) -> list[str]:
        """The symbols of one element of a phrase, made known."""
        if element.startswith(".."):
            if not element.strip(".").isdigit():
                raise InvalidPhrase(f"not a gap: {element!r}")
            return [element]
        if element.startswith("<") and element.endswith(">"):
            if element not in self._classes and element not in _BUILT_IN:
                raise InvalidPhrase(f"unknown word class {element}")
            return [element]
        if "|" in element or element.endswith("*"):
            for member in element.split("|"):
                self._know(member, element)
            return [element]
        words = [ASKED] if element == ASKED else _words(element)
        for word in words:
            if word not in (known := self._exact.setdefault(word, [])):
                known.append(word)
        return words

    def _looked_up(self, raw: str) -> tuple[str, ...]:
        word = word_of(raw)
        symbols = list(self._exact.get(word, ()))
        for length in self._lengths:
            if length > len(word):
                break
            symbols += (symbol for symbol in self._prefixes.get(word[:length], ()) if symbol not in symbols)
        if word.endswith(("ed", "ing")) and len(word) > _SHORTEST_VERB:
            symbols.append(_VERBAL)
        if word == ",":
            symbols.append(_COMMA)
        elif word[0].isdigit():
            symbols += _number_symbols(word)
        elif raw.isupper() and (len(raw) == 1 or (len(raw) == 2 and not symbols)):
            symbols.append(_INITIAL)
        elif raw[0].isupper() and raw[1:].islower():
            if not symbols:
                symbols.append(_CAPITAL)
        elif _NAME in symbols:
            symbols.remove(_NAME)
        return tuple(symbols)


def _skip(
    tables: _Tables[Meaning],
    note: Note,
    at: int,
    end: int,
    states: list[tuple[_State[Meaning], int]],
    *,
    in_clause: bool,
) -> None:
    """Add to `states` where a phrase goes on after words in between, from the token `at`."""
    symbols, compounds, words = note.symbols, note.compounds, note.tokens.words
    for table in tables:
        for symbol in symbols[at]:
            if symbol in table:
                states += [(state, at + 1) for state in table[symbol]]
        if at in compounds:
            for symbol, stop in compounds[at]:
                if symbol in table:
                    states += [(state, stop) for state in table[symbol]]
        if in_clause and words[at] in CLAUSE_ENDS:
            return
        at += 1
        if at == end:
            return


def _variants(element: str) -> tuple[str, ...]:
    return ("", element[1:-1]) if element.startswith("(") and element.endswith(")") else (element,)


def _words(text: str) -> list[str]:
    words = tokens_of(text).words
    if not words:
        raise InvalidPhrase(f"no word: {text!r}")
    return words


def _number_symbols(word: str) -> list[str]:
    symbols = ["<number>"]
    if len(whole := word.split(".")[0]) < 9 and whole.isdecimal() and int(whole) > 10:
        symbols.append("<over10>")
    if word.isdecimal():
        if len(word) < 3 and int(word) < 16:
            symbols.append("<under16>")
        elif len(word) == 4 and word.startswith(("19", "20")):
            symbols.append("<year>")
        elif len(word) >= 5 and word.startswith("0"):
            symbols.append("<phone>")
    return symbols
