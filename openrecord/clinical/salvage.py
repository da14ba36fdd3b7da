"""A text of which a part is no storable JSON: where the bad part stands, and what can be read all the same. Pure.

A Bundle is taken apart at its entries, so that a bad one costs only itself. For that its brackets and quotes must pair
up: of a text that ends too early nobody can say what it lacks, and it stays unreadable as a whole.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import orjson

from openrecord.clinical import wire
from openrecord.clinical.codes import CONTROL_CODES, NOT_FOR_PATIENT
from openrecord.clinical.incoming import JsonObject

_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")
_NEVER_STORED = re.compile("[\0\ud800-\udfff]")
_TOKEN = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"|["\[\]{},]', re.DOTALL)
_OPENED_BY = {b"]": b"[", b"}": b"{"}
_CUTS = frozenset({(b"{", b"["), (b"{[", b","), (b"{", b"]")})
"""What begins, parts and ends a list in the outermost object, each with the brackets open around it."""

_RESTRICTING = re.compile(
    rb'"security|"hasMember"|"related"|"(?:List|Composition|Bundle|DiagnosticReport|QuestionnaireResponse)"|'
    + "|".join((NOT_FOR_PATIENT, *CONTROL_CODES)).encode()
)


class Unfit(ValueError):
    """The text is no JSON that can be stored. Line and column count from 1; the message never repeats the text."""

    def __init__(self, message: str, line: int, column: int) -> None:
        super().__init__(f"line {line} column {column}: {message}")
        self.message = message
        self.line = line
        self.column = column


@dataclass(frozen=True, slots=True)
class Salvaged:
    """What can be read of a document: all of it, or of a Bundle of which a part was bad what is left.

    `damage`: what is wrong with which entries, by their number. In `document` stands of such an entry what can be read
    at all: it is not to be stored, but what it says of others counts. `restricts`: of an entry that may have restricted
    others nothing can be read.
    """

    document: Any
    damage: Mapping[int, str] = field(default_factory=dict)
    restricts: bool = False


def parsed(text: bytes) -> Any:
    """The JSON value in `text`; raises Unfit. FHIR allows no NUL character, and databases choke on it."""
    if b"\\u0000" in text and (found := _NUL.search(text)):
        raise _unfit("a NUL character is not allowed", text, found.end() - len(rb"\u0000"))
    try:
        return wire.loads(text)
    except wire.NotJson:
        raise _why(text) from None


def taken_apart(text: bytes) -> Salvaged | None:
    """The Bundle in `text`, entry by entry; None where it cannot be taken apart."""
    spans = _entries(text)
    if not spans:
        return None
    try:
        document = parsed(text[: spans[0][0]] + text[spans[-1][1] :])
    except Unfit:
        return None
    if type(document) is not dict or document.get("resourceType") != "Bundle":
        return None
    damage: dict[int, str] = {}
    entries: list[Any] = []
    restricts = False
    for number, (start, end) in enumerate(spans):
        part = text[start:end]
        try:
            entries.append(parsed(part))
        except Unfit as error:
            damage[number] = str(_within(text, start, error))
            entries.append(leniently(part))
            restricts = restricts or (entries[-1] is None and may_restrict(part))
    return Salvaged({**document, "entry": entries}, damage, restricts)


def leniently(text: bytes) -> JsonObject | None:
    """The object in `text` with a replacement for each character that cannot be stored; None where it is none."""
    try:
        value = _storable(json.loads(text.decode(errors="replace"), strict=False, parse_constant=lambda _: None))
    except (ValueError, RecursionError):
        return None
    return value if type(value) is dict else None


def may_restrict(text: bytes) -> bool:
    """Whether a part of which nothing can be read may have restricted others: by labels, members, access codes."""
    return _RESTRICTING.search(text) is not None


def _storable(value: Any) -> Any:
    if type(value) is str:
        return _NEVER_STORED.sub("\ufffd", value)
    if type(value) is list:
        return [_storable(item) for item in value]
    if type(value) is dict:
        return {_storable(key): _storable(item) for key, item in value.items()}
    return None if value in (float("inf"), float("-inf")) else value


def _entries(text: bytes) -> list[tuple[int, int]]:
    """Where the elements of the outermost object's `entry` stand; none unless there is exactly one such list."""
    cuts: list[int] = []
    name, lists = b"", 0
    try:
        for mark, around, place in _marks(text):
            if around == b"{" and mark.startswith(b'"'):
                name = mark
            elif name == b'"entry"' and (around, mark) in _CUTS:
                lists += mark == b"["
                cuts.append(place)
    except ValueError:
        return []
    return [(start + 1, end) for start, end in pairwise(cuts)] if lists == 1 else []


def _marks(text: bytes) -> Iterator[tuple[bytes, bytes, int]]:
    """Each quoted text, bracket and comma, with the outermost brackets open around it, and its place.

    Raises ValueError where brackets or quotes do not pair up.
    """
    opened = bytearray()
    for token in _TOKEN.finditer(text):
        mark = token[0]
        if mark in _OPENED_BY:
            if opened[-1:] != _OPENED_BY[mark]:
                raise ValueError("brackets do not pair up")
            del opened[-1:]
        yield mark, bytes(opened[:3]), token.start()
        if mark in (b"[", b"{"):
            opened += mark
        elif mark == b'"':
            raise ValueError("a quoted text does not end")
    if opened:
        raise ValueError("brackets do not pair up")


def _within(text: bytes, start: int, error: Unfit) -> Unfit:
    """The error of a part of `text`, seen from its beginning."""
    column = error.column + (start - text.rfind(b"\n", 0, start) - 1 if error.line == 1 else 0)
    return Unfit(error.message, error.line + text.count(b"\n", 0, start), column)


def _why(text: bytes) -> Unfit:
    """What is wrong with a text that is no JSON, by a parser that says where."""
    try:
        text.decode()
        orjson.loads(text)
    except orjson.JSONDecodeError as error:
        return Unfit(error.msg, error.lineno, error.colno)
    except UnicodeDecodeError as error:
        return _unfit("not valid UTF-8", text, error.start)
    return Unfit("nested too deeply, or a number beyond all bounds", 1, 1)


def _unfit(message: str, text: bytes, place: int) -> Unfit:
    return Unfit(message, text.count(b"\n", 0, place) + 1, place - text.rfind(b"\n", 0, place))
