"""The lexicons in data/signals, read and compiled once. Reviewers read those files; nothing here knows a word.

A file holds word classes, groups of phrases that give a signal, and cues: phrases that put what is around them into a
context (negated, family history, staff training …). A group says in which contexts it does not count, or only counts.
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any

from openrecord.clinical.signals.phrases import Phrases
from openrecord.clinical.signals.types import SignalKind
from openrecord.clinical.signals.vocabulary import Vocabulary

_FARTHEST = 12
_GROUP_KEYS = frozenset({"why", "strength", "phrases", "only", "unless", "lends", "begins"})
_CUE_KEYS = frozenset({"context", "reach", "within", "undoes", "phrases"})


class InvalidLexicon(ValueError):
    """A file in data/signals is not understood; the message names the file."""


class Reach(StrEnum):
    """How far a cue puts words into its context."""

    ITSELF = "itself"
    """The words of the cue only."""
    FORWARD = "forward"
    """What follows, until the sentence takes a turn."""
    CLAUSE_FORWARD = "clause_forward"
    """What follows within the clause."""
    BACK = "back"
    """What goes before, until the sentence takes a turn."""
    CLAUSE = "clause"
    SENTENCE = "sentence"
    NOTE = "note"


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """Phrases that give one signal for one reason.

    Counts in all of the contexts `only` and in none of `unless`; with `begins` only the first word must stand outside
    `unless` (a brother who has not told his wife keeps a secret of his own). What it finds puts its own sentence into
    the context `lends`. The name of a signal is a context too: that of a note which has this signal.
    """

    kind: SignalKind
    why: str
    strength: int
    only: frozenset[str]
    unless: frozenset[str]
    lends: str | None
    begins: bool


@dataclass(frozen=True, slots=True, eq=False)
class Cue:
    """Phrases that put what they reach, at most `within` words, into `context`.

    `undoes`: a cue of that context that lies within the words of this one does not count (no change in …).
    """

    context: str
    reach: Reach
    within: int
    undoes: str | None


@dataclass(frozen=True, slots=True)
class Lexicon:
    """All lexicons. Cues that reach a whole note are kept apart, since the others matter only in their own sentence."""

    vocabulary: Vocabulary
    groups: Phrases[Group]
    cues: Phrases[Cue]
    cues_of_the_note: Phrases[Cue]


@cache
def lexicon() -> Lexicon:
    """The lexicons, compiled at first use; raises InvalidLexicon."""
    classes: dict[str, list[str]] = {}
    groups: list[tuple[str, Group]] = []
    cues: list[tuple[str, Cue]] = []
    for name, listed in _files():
        try:
            for word_class, members in listed.get("classes", {}).items():
                if word_class in classes:
                    raise InvalidLexicon(f"word class {word_class} stands in another file too")
                classes[word_class] = _items(members)
            for table in listed.get("cue", ()):
                cue = _cue(table)
                cues += [(phrase, cue) for phrase in _items(table["phrases"])]
            for table in listed.get("group", ()):
                group = _group(table, listed)
                groups += [(phrase, group) for phrase in _items(table["phrases"])]
        except (KeyError, TypeError, ValueError) as error:
            raise InvalidLexicon(f"{name}: {error}") from error
    vocabulary = Vocabulary(classes)
    return Lexicon(
        vocabulary,
        Phrases(vocabulary, groups),
        Phrases(vocabulary, [each for each in cues if each[1].reach is not Reach.NOTE]),
        Phrases(vocabulary, [each for each in cues if each[1].reach is Reach.NOTE]),
    )


def _files() -> Iterator[tuple[str, Mapping[str, Any]]]:
    folder = files("openrecord.clinical").joinpath("data", "signals")
    for file in sorted((each for each in folder.iterdir() if each.name.endswith(".toml")), key=lambda each: each.name):
        listed = tomllib.loads(file.read_text(encoding="utf-8"))
        if not listed.get("review", {}).get("status"):
            raise InvalidLexicon(f"{file.name}: no review status")
        yield file.name, listed


def _items(text: str) -> list[str]:
    """Phrases or words, parted by commas or line ends."""
    return [item for line in text.splitlines() for part in line.split(",") if (item := part.strip())]


def _group(listed: Mapping[str, Any], file: Mapping[str, Any]) -> Group:
    if unknown := listed.keys() - _GROUP_KEYS:
        raise InvalidLexicon(f"unknown: {', '.join(sorted(unknown))}")
    strength = listed["strength"]
    if strength not in (1, 2, 3):
        raise InvalidLexicon("strength is 1, 2 or 3")
    return Group(
        SignalKind(file["signal"]),
        listed["why"],
        strength,
        frozenset(listed.get("only", ())),
        frozenset(listed.get("unless", file.get("unless", ()))),
        listed.get("lends"),
        listed.get("begins", False),
    )


def _cue(listed: Mapping[str, Any]) -> Cue:
    if unknown := listed.keys() - _CUE_KEYS:
        raise InvalidLexicon(f"unknown: {', '.join(sorted(unknown))}")
    reach = Reach(listed["reach"])
    return Cue(listed["context"], reach, listed.get("within", _FARTHEST), listed.get("undoes"))
