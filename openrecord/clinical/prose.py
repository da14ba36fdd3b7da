"""What a stored entry says in words: its free text, its codes with their terms, and who wrote it. Pure.

For people at the practice and for what ranks their work; never for deciding what may be seen.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import orjson

from openrecord.clinical.signals.types import Coding

_WRITERS = ("performer", "participant", "asserter", "recorder", "author", "requester", "informationSource")
"""Elements that name whoever made an entry, the likeliest first (R4)."""


@dataclass(frozen=True, slots=True)
class Prose:
    """`paragraphs`: free text, each as the source wrote it; `author`: a name or empty."""

    paragraphs: tuple[str, ...]
    codings: tuple[Coding, ...]
    author: str


def prose_of(coded: bytes, full: bytes | None) -> Prose:
    """Of an entry's two renderings (`full` None: it has no free text). Free text is what only the full one has."""
    whole: dict[str, Any] = orjson.loads(coded if full is None else full)
    kept = set() if full is None else set(_strings(orjson.loads(coded)))
    words = () if full is None else dict.fromkeys(text for text in _strings(whole) if text not in kept)
    return Prose(tuple(words), tuple(_codings(whole)), _author(whole))


def _strings(value: Any) -> Iterator[str]:
    """Every string but the names of people and things that are referred to."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, part in value.items():
            if name != "display":
                yield from _strings(part)
    elif isinstance(value, list):
        for part in value:
            yield from _strings(part)


def _codings(value: Any) -> Iterator[Coding]:
    if isinstance(value, list):
        for part in value:
            yield from _codings(part)
    if not isinstance(value, dict):
        return
    for name, part in value.items():
        if name == "coding" and isinstance(part, list):
            for coding in part:
                if isinstance(coding, dict) and isinstance(code := coding.get("code"), str):
                    yield Coding(_text(coding.get("system")), code, _text(coding.get("display")))
        else:
            yield from _codings(part)


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _author(body: dict[str, Any]) -> str:
    for element in _WRITERS:
        found = body.get(element)
        for part in found if isinstance(found, list) else [found]:
            if isinstance(part, dict):
                name = part.get("display") or _individual(part)
                if isinstance(name, str) and name:
                    return name
    return ""


def _individual(part: dict[str, Any]) -> object:
    for inner in ("individual", "actor"):
        if isinstance(part.get(inner), dict):
            return part[inner].get("display")
    return None
