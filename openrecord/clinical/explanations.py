"""What a test is, in plain words: general information that never speaks of a value. Pure; the texts lie in
data/explanations.

A file there holds tests:

    [[test]]
    name = "Sodium"             the plain name
    text = "..."                what it is, for a reader of 11 to 14; never what a value means, never what to do
    snomed, loinc = ["..."]     codes under which it was seen in example records; none is made up
    names = ["..."]             where no code is known: the words that sources use for it, in small letters

A test is found by a code that the entry carries, else by the exact words of the entry. Texts are unreviewed until a
clinician has signed the file ([review]).
"""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final, TypeVar

from openrecord.clinical.codes import SNOMED, SNOMED_SYSTEMS

LOINC: Final = "http://loinc.org"
_FILE_KEYS = frozenset({"review", "scope", "test"})
_TEST_KEYS = frozenset({"name", "text", "snomed", "loinc", "names"})
_SCOPE = "general"
_SYSTEMS = ((SNOMED, "snomed"), (LOINC, "loinc"))
Key = TypeVar("Key", str, tuple[str, str])


class InvalidExplanations(ValueError):
    """A file in data/explanations is not understood; the message names the file."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """What a test is. `review`: the review status of the file that it stands in."""

    name: str
    text: str
    review: str


@dataclass(frozen=True, slots=True)
class Explanations:
    """All texts, by (system, code) and by words."""

    by_code: Mapping[tuple[str, str], Explanation]
    by_words: Mapping[str, Explanation]

    @property
    def all(self) -> frozenset[Explanation]:
        """Every text once."""
        return frozenset((*self.by_code.values(), *self.by_words.values()))


def explanation(codings: Iterable[tuple[str | None, str]], words: Iterable[str]) -> Explanation | None:
    """What the test is that has one of these codes (system, code), the first that is known; else one of these names."""
    known = explanations()
    for system, code in codings:
        found = known.by_code.get((SNOMED if system in SNOMED_SYSTEMS else system or "", code))
        if found is not None:
            return found
    names = (normalised(each) for each in words)
    return next((found for name in names if (found := known.by_words.get(name)) is not None), None)


def normalised(words: str) -> str:
    """Words as they are compared: small letters, single spaces."""
    return " ".join(words.casefold().split())


@cache
def explanations() -> Explanations:
    """The files, read once at first use; raises InvalidExplanations."""
    by_code: dict[tuple[str, str], Explanation] = {}
    by_words: dict[str, Explanation] = {}
    folder = files("openrecord.clinical").joinpath("data", "explanations")
    for file in sorted((each for each in folder.iterdir() if each.name.endswith(".toml")), key=lambda each: each.name):
        try:
            _read(tomllib.loads(file.read_text(encoding="utf-8")), by_code, by_words)
        except (KeyError, TypeError, ValueError) as error:
            raise InvalidExplanations(f"{file.name}: {error}") from error
    return Explanations(by_code, by_words)


def _read(
    listed: Mapping[str, Any], by_code: dict[tuple[str, str], Explanation], by_words: dict[str, Explanation]
) -> None:
    _refuse_unknown(listed, _FILE_KEYS)
    if listed["scope"] != _SCOPE:
        raise InvalidExplanations("only general texts are known")
    review = _said(listed["review"]["status"])
    for test in listed["test"]:
        _refuse_unknown(test, _TEST_KEYS)
        made = Explanation(_said(test["name"]), " ".join(_said(test["text"]).split()), review)
        codes = [(system, code) for system, key in _SYSTEMS for code in test.get(key, ())]
        names = [_said(name) for name in test.get("names", ())]
        if not codes and not names:
            raise InvalidExplanations(f"{made.name} is found by nothing")
        if any(name != normalised(name) for name in names):
            raise InvalidExplanations(f"names of {made.name} are not in small letters")
        _put(by_code, codes, made)
        _put(by_words, names, made)


def _put(known: dict[Key, Explanation], keys: Iterable[Key], made: Explanation) -> None:
    for key in keys:
        if key in known:
            raise InvalidExplanations(f"{made.name}: {key} stands twice")
        known[key] = made


def _refuse_unknown(listed: Mapping[str, Any], known: frozenset[str]) -> None:
    if unknown := listed.keys() - known:
        raise InvalidExplanations(f"unknown: {', '.join(sorted(unknown))}")


def _said(text: object) -> str:
    if not isinstance(text, str) or not text.strip():
        raise InvalidExplanations("a text is missing")
    return text
