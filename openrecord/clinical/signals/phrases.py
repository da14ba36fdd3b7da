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
<phone>, <opening_age> (8 to 15 as a note's first word), <capital> (a capitalised word that no lexicon knows), <initial>
(one capital letter) and <comma>. Members of the class <name> count only where they are capitalised.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import product
from typing import Generic, NamedTuple, TypeVar

from openrecord.clinical.signals.tokens import ASKED, Tokens, ends_clause, tokens_of, word_of

_KNOWN_WORDS = 16_384
_NAME = "<name>"
_CAPITAL = "<capital>"
_COMMA = "<comma>"
_INITIAL = "<initial>"
_OPENING_AGE = "<opening_age>"
_OPENING_AGES = frozenset(str(age) for age in range(8, 16))
_BUILT_IN = frozenset(
    {"<number>", "<under16>", "<over10>", "<year>", "<phone>", _CAPITAL, _COMMA, _INITIAL, _OPENING_AGE}
)

Meaning = TypeVar("Meaning")


class InvalidPhrase(ValueError):
    """A phrase or a word class of a lexicon is not understood."""


@dataclass(slots=True)
class _Node(Generic[Meaning]):
    edges: "dict[str, _Node[Meaning]]" = field(default_factory=dict)
    gaps: "dict[str, _Node[Meaning]]" = field(default_factory=dict)
    meanings: list[Meaning] = field(default_factory=list)


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
        self._compound: dict[str, list[tuple[tuple[str, ...], str]]] = {}
        self._root: _Node[Meaning] = _Node()
        for symbol in self._classes:
            for member in self._members(symbol, ()):
                self._know(member, symbol)
        for phrase, meaning in phrases:
            self._add(phrase, meaning)
        self._lengths = sorted({len(each) for each in self._prefixes})
        self._symbols_of = lru_cache(maxsize=_KNOWN_WORDS)(self._looked_up)

    def note(self, text: str) -> Note:
        """`text` in tokens, with what the phrases know of each."""
        tokens = tokens_of(text)
        symbols = [self._symbols_of(raw) for raw in tokens.raw]
        if tokens.raw and tokens.raw[0] in _OPENING_AGES:
            symbols[0] += (_OPENING_AGE,)
        compounds: dict[int, list[tuple[str, int]]] = {}
        for index, word in enumerate(tokens.words):
            if word == ASKED:
                symbols[index] = tuple(self._exact.get(ASKED, ()))
            for rest, symbol in self._compound.get(word, ()):
                stop = index + 1 + len(rest)
                if tuple(tokens.words[index + 1 : stop]) == rest:
                    compounds.setdefault(index, []).append((symbol, stop))
        return Note(tokens, symbols, compounds)

    def found(self, note: Note) -> list[Found[Meaning]]:
        """Every phrase in `note`, in the order of their first words; phrases stay within a sentence."""
        results: list[Found[Meaning]] = []
        edges = self._root.edges
        for begin, end in note.tokens.sentences:
            for first in range(begin, end):
                nodes = [(edges[symbol], first + 1) for symbol in note.symbols[first] if symbol in edges]
                if first in note.compounds:
                    nodes += [(edges[symbol], stop) for symbol, stop in note.compounds[first] if symbol in edges]
                while nodes:
                    node, at = nodes.pop()
                    results += [Found(meaning, first, at) for meaning in node.meanings]
                    if at < end:
                        nodes += _next(node, note, at, end)
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
                compound = self._compound.setdefault(first, [])
                if (entry := (tuple(rest), symbol)) not in compound:
                    compound.append(entry)
                return
            known = self._exact.setdefault(first, [])
        if symbol not in known:
            known.append(symbol)

    def _add(self, phrase: str, meaning: Meaning) -> None:
        for variant in product(*(_variants(element) for element in phrase.split())):
            node = self._root
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
        if word == ",":
            symbols.append(_COMMA)
        elif word[0].isdigit():
            symbols += _number_symbols(word)
        elif raw.isupper() and len(raw) == 1:
            symbols.append(_INITIAL)
        elif raw[0].isupper() and raw[1:].islower():
            if not symbols:
                symbols.append(_CAPITAL)
        elif _NAME in symbols:
            symbols.remove(_NAME)
        return tuple(symbols)


def _next(node: _Node[Meaning], note: Note, at: int, end: int) -> list[tuple[_Node[Meaning], int]]:
    """Where a phrase that has come to `node` goes on from the token `at`."""
    steps = _steps(node, note, at)
    for gap, inner in node.gaps.items():
        in_clause = not gap.startswith("...")
        last = min(end, at + int(gap.strip(".")) + 1)
        for skipped in range(at, last):
            steps += _steps(inner, note, skipped)
            if in_clause and ends_clause(note.tokens.words[skipped]):
                break
    return steps


def _steps(node: _Node[Meaning], note: Note, at: int) -> list[tuple[_Node[Meaning], int]]:
    edges = node.edges
    steps = [(edges[symbol], at + 1) for symbol in note.symbols[at] if symbol in edges]
    if at in note.compounds:
        steps += [(edges[symbol], stop) for symbol, stop in note.compounds[at] if symbol in edges]
    return steps


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
