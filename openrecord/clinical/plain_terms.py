"""Plain words for the terms of conditions, vaccinations and operations. Pure; they lie in data/plain_terms.

A file there holds terms:

    [[term]]
    plain = "High blood pressure"   the plain words: the same and no more, never a judgement or advice
    snomed = ["..."]                codes under which the term was seen in example records; none is made up
    names = ["..."]                 the words that sources use for it, in small letters

A term is found by a code that the entry carries, else by the exact words of the entry. Terms are unreviewed until a
clinician has signed the file ([review]).
"""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from openrecord.clinical.codes import SNOMED_SYSTEMS
from openrecord.clinical.explanations import normalised

_FILE_KEYS = frozenset({"review", "term"})
_TERM_KEYS = frozenset({"plain", "snomed", "names"})


class InvalidPlainTerms(ValueError):
    """A file in data/plain_terms is not understood; the message names the file."""


@dataclass(frozen=True, slots=True)
class PlainTerm:
    """Plain words for a term. `review`: the review status of the file that it stands in."""

    plain: str
    review: str


@dataclass(frozen=True, slots=True)
class PlainTerms:
    """All terms, by SNOMED CT code and by words."""

    by_code: Mapping[str, PlainTerm]
    by_words: Mapping[str, PlainTerm]

    @property
    def all(self) -> frozenset[PlainTerm]:
        """Every term once."""
        return frozenset((*self.by_code.values(), *self.by_words.values()))


def plain_term(codings: Iterable[tuple[str | None, str]], words: Iterable[str]) -> PlainTerm | None:
    """Plain words for one of these codes (system, code), the first that is known; else for one of these names."""
    known = plain_terms()
    for system, code in codings:
        if system in SNOMED_SYSTEMS and code in known.by_code:
            return known.by_code[code]
    names = (normalised(each) for each in words)
    return next((found for name in names if (found := known.by_words.get(name)) is not None), None)


@cache
def plain_terms() -> PlainTerms:
    """The files, read once at first use; raises InvalidPlainTerms."""
    by_code: dict[str, PlainTerm] = {}
    by_words: dict[str, PlainTerm] = {}
    folder = files("openrecord.clinical").joinpath("data", "plain_terms")
    for file in sorted((each for each in folder.iterdir() if each.name.endswith(".toml")), key=lambda each: each.name):
        try:
            _read(tomllib.loads(file.read_text(encoding="utf-8")), by_code, by_words)
        except (KeyError, TypeError, ValueError) as error:
            raise InvalidPlainTerms(f"{file.name}: {error}") from error
    return PlainTerms(by_code, by_words)


def _read(listed: Mapping[str, Any], by_code: dict[str, PlainTerm], by_words: dict[str, PlainTerm]) -> None:
    _refuse_unknown(listed, _FILE_KEYS)
    review = _said(listed["review"]["status"])
    for term in listed["term"]:
        _refuse_unknown(term, _TERM_KEYS)
        made = PlainTerm(_said(term["plain"]), review)
        codes, names = ([_said(each) for each in term.get(key, ())] for key in ("snomed", "names"))
        if not codes and not names:
            raise InvalidPlainTerms(f"{made.plain} is found by nothing")
        if any(name != normalised(name) for name in names):
            raise InvalidPlainTerms(f"names of {made.plain} are not in small letters")
        for known, keys in ((by_code, codes), (by_words, names)):
            for key in keys:
                if key in known:
                    raise InvalidPlainTerms(f"{made.plain}: {key} stands twice")
                known[key] = made


def _refuse_unknown(listed: Mapping[str, Any], known: frozenset[str]) -> None:
    if unknown := listed.keys() - known:
        raise InvalidPlainTerms(f"unknown: {', '.join(sorted(unknown))}")


def _said(text: object) -> str:
    if not isinstance(text, str) or not text.strip():
        raise InvalidPlainTerms("a text is missing")
    return text
