"""The words of an entry, for searching: without capitals and accents, so that "Ŵy" is found as "wy". Pure.

Each rendering has words of its own, made of it alone: what a rendering does not say cannot be found by it. Our own
plain name of its code is among them, because the pages show it beside the record's.
"""

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

import msgspec
import orjson

from openrecord.clinical.plain_names import name_of

LONGEST_ASKED = 100
FEWEST_LETTERS = 2
"""A search for less than this finds half the record."""

_WORD = re.compile(r"\d+(?=[^\W\d_])|[^\W_](?:[^\W_]|[\u0300-\u036f]|['\u2019](?=[^\W_]))*")
"""Letters and digits; an apostrophe inside belongs to the word ("Crohn's"), any other sign parts two ("co-codamol").

A number with letters right behind it is two words, "5mg" as "5 mg": people and systems write either. "B12" is one.
"""

_SPOKEN = re.compile(
    rb'"(?:text|display|valueString|conclusion|description|title|patientInstruction|onsetString|abatementString'
    rb'|performedString|occurrenceString)"\s*:\s*"([^"\\]*(?:\\.[^"\\]*)*)"'
)
"""The elements of R4 that hold words for people; the names of others (codes, addresses, files) are not searched."""

_OFTEN = 80
"""Bytes: terms are shorter and come again and again, notes are longer and do not."""


@lru_cache(maxsize=16384)
def folded(word: str) -> str:
    """A word without capitals, accents and apostrophes."""
    plain = word.casefold().replace("'", "").replace("\u2019", "")
    if plain.isascii():
        return plain
    return "".join(sign for sign in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(sign))


def words_of(text: str) -> tuple[str, ...]:
    """The words of a text, folded, each once, in order."""
    return tuple(dict.fromkeys(folded(word) for word in _WORD.findall(text)))


def spoken(body: bytes) -> list[str]:
    """What a rendering (R4 JSON) says in words, in its order."""
    return [_text(raw) for raw in _SPOKEN.findall(body)]


def wording(body: bytes) -> str:
    """The words of a rendering as they are stored: each once, with a space on either side; empty where it has none."""
    found: dict[str, None] = {}
    for raw in _SPOKEN.findall(body):
        found |= dict.fromkeys(_term(raw) if len(raw) <= _OFTEN else words_of(_text(raw)))
    if body:
        named = _named(body)
        found |= dict.fromkeys(_plain(bytes(named.code or named.vaccine_code)))
    return f" {' '.join(found)} " if found else ""


@lru_cache(maxsize=4096)
def _term(raw: bytes) -> tuple[str, ...]:
    return words_of(_text(raw))


class _Named(msgspec.Struct, gc=False, rename="camel"):
    """What an entry is called by, not taken apart yet."""

    code: msgspec.Raw = msgspec.Raw()
    vaccine_code: msgspec.Raw = msgspec.Raw()


_named = msgspec.json.Decoder(_Named).decode


@lru_cache(maxsize=4096)
def _plain(concept: bytes) -> tuple[str, ...]:
    """The words of our own plain name for a CodeableConcept (JSON, empty where there is none)."""
    code = orjson.loads(concept) if concept else None
    return words_of(name_of(code)) if isinstance(code, dict) else ()


def _text(raw: bytes) -> str:
    """A string from inside its quotation marks."""
    text: str = orjson.loads(b'"' + raw + b'"') if b"\\" in raw else raw.decode()
    return text


def parts(asked: Sequence[str]) -> list[str]:
    """What to look for in stored words: all of these words, the last of which may be only the beginning of one."""
    return [f" {word} " for word in asked[:-1]] + [f" {asked[-1]}"]


def hits(text: str, asked: Sequence[str]) -> list[tuple[int, int]]:
    """Where the words that were asked for stand in a text: (start, end) of each."""
    whole, begun = frozenset(asked), asked[-1]
    return [
        match.span() for match in _WORD.finditer(text) if (word := folded(match[0])) in whole or word.startswith(begun)
    ]
