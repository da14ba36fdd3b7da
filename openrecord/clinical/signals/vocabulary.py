"""The words that the lexicons know, and a note in terms of them.

A phrase is words in order. Its syntax, as the data files use it:

    word            that word; upper and lower case, hyphens and apostrophes make no difference
    abus*           any word that begins so
    he|she|my_mum   one of these; an underscore joins several words
    (the)           may be missing
    <partner>       a member of that word class; members may be several words
    <partner>|him   a member of that word class or this word
    ..3             up to three words in between, within the clause
    ...8            up to eight words in between, within the sentence
    ?               a question mark before what is doubted; `?.` one after what is asked

Classes that no file lists: <number>, <under16> (a whole number below 16, as an age is), <over6.4> (any number above
that; a value, so no date and no 120/80) and <below75> (any number below), <year> (1900 to 2099), <phone>,
<opening_age> (8 to 15 as the first word of a note or as a sentence of its own), <apart_age> (10 to 15 between signs, as
in "rang alone, 14, about"), <capital> (a capitalised word that no lexicon knows), <initial> (a capital letter, or two
that no lexicon knows), <comma>, <verbal> (ends in -ed or -ing), <agent> (ends as occupations do, as in plasterer or
signalman, and is no word of a lexicon).
Members of the class <name> count only where they are capitalised.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise, product

from openrecord.clinical.signals.tokens import ASKED, CLAUSE_ENDS, KNOWN_WORDS, Tokens, tokens_of, word_of

GAP = ".."
_NAME = "<name>"
_AGENT = "<agent>"
_APART_AGE = "<apart_age>"
_CAPITAL = "<capital>"
_COMMA = "<comma>"
_INITIAL = "<initial>"
_OPENING_AGE = "<opening_age>"
_VERBAL = "<verbal>"
_NUMBERS = ("<number>", "<under16>", "<year>", "<phone>")
_BUILT_IN = frozenset({*_NUMBERS, _AGENT, _APART_AGE, _CAPITAL, _COMMA, _INITIAL, _OPENING_AGE, _VERBAL})
_OPENING_AGES = frozenset(str(age) for age in range(8, 16))
_APART_AGES = frozenset(f"{age}{half}" for age in range(10, 16) for half in ("", ".5"))
_NAMED_VALUES = frozenset({":", "*", "|"})
"""Signs after which a number is more often a value than an age (CRP: 12, ...)."""
_AGENT_ENDS = ("er", "or", "ist", "man", "woman", "lady")
_SHORTEST_AGENT = 5
_SHORTEST_VERB = 4
_LIMIT = re.compile(r"<(over|below)(\d+(?:\.\d+)?)>")
_VALUE = re.compile(r"\d{1,9}(?:,\d{3})?(?:\.\d{1,9})?")


class InvalidPhrase(ValueError):
    """A phrase or a word class of a lexicon is not understood."""


@dataclass(frozen=True, slots=True)
class Note:
    """A text in tokens, each with the symbols that it is known as: words of phrases and word classes.

    `compounds` holds class members of several words: by first token, the class and the token after the last.
    """

    tokens: Tokens
    symbols: list[tuple[str, ...]]
    compounds: dict[int, list[tuple[str, int]]]


class Vocabulary:
    """The words of word classes and phrases. Grows while phrases are read, then is only asked."""

    def __init__(self, classes: Mapping[str, Iterable[str]]) -> None:
        """`classes` maps names without brackets to their members; raises InvalidPhrase."""
        self._classes = {f"<{name}>": members for name, members in classes.items()}
        self._exact: dict[str, list[str]] = {}
        self._prefixes: dict[str, list[str]] = {}
        self._choices: dict[str, list[str]] = {}
        self._compound: dict[str, dict[str, list[tuple[list[str], str]]]] = {}
        self._limits: dict[str, tuple[bool, float]] = {}
        for symbol in self._classes:
            for member in self._members(symbol, ()):
                self._know(member, symbol)
        self._symbols_of = lru_cache(maxsize=KNOWN_WORDS)(self._looked_up)

    def spelt(self, phrase: str) -> Iterator[list[str]]:
        """The symbols and gaps of `phrase`, made known, once for each choice of what may be missing."""
        for variant in product(*(_variants(element) for element in phrase.split())):
            symbols = [symbol for element in variant if element for symbol in self._symbols(element)]
            if not symbols or symbols[0].startswith(GAP) or symbols[-1].startswith(GAP):
                raise InvalidPhrase(f"a phrase begins and ends with a word: {phrase!r}")
            yield symbols

    def note(self, text: str) -> Note:
        """`text` in tokens, with what the lexicons know of each."""
        tokens = tokens_of(text)
        symbols = [self._symbols_of(raw) for raw in tokens.raw]
        if ASKED in tokens.words:
            asked = tuple(self._exact.get(ASKED, ()))
            symbols = [asked if word == ASKED else each for word, each in zip(tokens.words, symbols, strict=True)]
        for first, stop in tokens.sentences:
            if tokens.raw[first] in _OPENING_AGES and (first == 0 or stop == first + 1):
                symbols[first] += (_OPENING_AGE,)
            if not _APART_AGES.isdisjoint(tokens.raw[first:stop]):
                for index in _ages_apart(tokens, first, stop):
                    symbols[index] += (_APART_AGE,)
        return Note(tokens, symbols, self._compounds(tokens.words))

    def _compounds(self, words: list[str]) -> dict[int, list[tuple[str, int]]]:
        compounds: dict[int, list[tuple[str, int]]] = {}
        for second, (word, after) in enumerate(pairwise(words), 1):
            if word in self._compound and after in self._compound[word]:
                for rest, symbol in self._compound[word][after]:
                    if words[second : second + len(rest)] == rest:
                        compounds.setdefault(second - 1, []).append((symbol, second + len(rest)))
        return compounds

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
                if (rest, symbol) not in compound:
                    compound.append((rest, symbol))
                return
            known = self._exact.setdefault(first, [])
        if symbol not in known:
            known.append(symbol)

    def _know_choice(self, member: str, element: str) -> None:
        """Make `member`, a word or a word class that `element` offers, known as `element` too."""
        if member in _BUILT_IN or member == _NAME:
            if element not in (choices := self._choices.setdefault(member, [])):
                choices.append(element)
        elif member.startswith("<"):
            for word in self._members(member, ()):
                self._know(word, element)
        else:
            self._know(member.replace("_", " "), element)

    def _symbols(self, element: str) -> list[str]:
        """The symbols of one element of a phrase, made known."""
        if element.startswith(GAP):
            if not element.strip(".").isdigit():
                raise InvalidPhrase(f"not a gap: {element!r}")
            return [element]
        if limit := _LIMIT.fullmatch(element):
            self._limits[element] = (limit[1] == "over", float(limit[2]))
            return [element]
        if "|" in element or element.endswith("*"):
            for member in element.split("|"):
                self._know_choice(member, element)
            return [element]
        if element.startswith("<") and element.endswith(">"):
            if element not in self._classes and element not in _BUILT_IN:
                raise InvalidPhrase(f"unknown word class {element}")
            return [element]
        words = [ASKED] if element == ASKED else _words(element)
        for word in words:
            if word not in (known := self._exact.setdefault(word, [])):
                known.append(word)
        return words

    def _looked_up(self, raw: str) -> tuple[str, ...]:
        word = word_of(raw)
        symbols = list(self._exact.get(word, ()))
        for length in range(1, len(word) + 1):
            symbols += (symbol for symbol in self._prefixes.get(word[:length], ()) if symbol not in symbols)
        known = bool(symbols)
        if word[0].isdigit():
            symbols += [*_number_symbols(word), *self._beyond_limits(word)]
        elif raw[0].isupper():
            symbols += _capital_symbols(raw, known=known)
        elif _NAME in symbols:
            symbols.remove(_NAME)
        if word == ",":
            symbols.append(_COMMA)
        elif len(word) > _SHORTEST_VERB and word.endswith(("ed", "ing")):
            symbols.append(_VERBAL)
        elif not known and len(word) > _SHORTEST_AGENT and word.endswith(_AGENT_ENDS):
            symbols.append(_AGENT)
        for symbol in self._choices.keys() & symbols:
            symbols += (choice for choice in self._choices[symbol] if choice not in symbols)
        return tuple(symbols)

    def _beyond_limits(self, word: str) -> Iterator[str]:
        """The limits of phrases (<over10>) that the number `word` is beyond."""
        if _VALUE.fullmatch(word):
            value = float(word.replace(",", ""))
            for symbol, (over, limit) in self._limits.items():
                if value > limit if over else value < limit:
                    yield symbol


def _ages_apart(tokens: Tokens, first: int, stop: int) -> Iterator[int]:
    """The tokens of the sentence from `first` to `stop` (exclusive) that may be an age and stand between signs."""
    words = tokens.words
    for index in range(first, stop):
        if words[index] not in _APART_AGES:
            continue
        begins = index == first or (words[index - 1] in CLAUSE_ENDS and words[index - 1] not in _NAMED_VALUES)
        if begins and (index + 1 == stop or words[index + 1] in CLAUSE_ENDS):
            yield index


def _capital_symbols(raw: str, *, known: bool) -> Iterator[str]:
    if raw.isupper():
        if len(raw) == 1 or (len(raw) == 2 and not known):
            yield _INITIAL
    elif raw[1:].islower() and not known:
        yield _CAPITAL


def _number_symbols(word: str) -> Iterator[str]:
    number, under16, year, phone = _NUMBERS
    yield number
    if word.isdecimal():
        if len(word) < 3 and int(word) < 16:
            yield under16
        elif len(word) == 4 and word.startswith(("19", "20")):
            yield year
        elif len(word) >= 5 and word.startswith("0"):
            yield phone


def _variants(element: str) -> tuple[str, ...]:
    return ("", element[1:-1]) if element.startswith("(") and element.endswith(")") else (element,)


def _words(text: str) -> list[str]:
    words = tokens_of(text).words
    if not words:
        raise InvalidPhrase(f"no word: {text!r}")
    return words
