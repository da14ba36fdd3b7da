"""What each level opens, in plain words (domain 1.4): the same for whoever gives it and for whatever reason."""

from collections.abc import Mapping
from dataclasses import dataclass

from openrecord.clinical.kinds import Level
from openrecord.web.text import gettext as _
from openrecord.web.text import gettext_noop


@dataclass(frozen=True, slots=True)
class LevelWords:
    """A level as people read it; `hint` says what is in it."""

    value: int
    title: str
    hint: str


_WORDS: Mapping[Level, tuple[str, str]] = {
    Level.NONE: (gettext_noop("Nothing"), gettext_noop("No part of the record is shown.")),
    Level.SUMMARY: (gettext_noop("Medicines and allergies"), gettext_noop("Nothing else is shown.")),
    Level.DETAILED: (
        gettext_noop("The record in short form"),
        gettext_noop("Medicines, allergies, test results, vaccinations, conditions and visits. No letters, no notes."),
    ),
    Level.DOCUMENTS: (
        gettext_noop("The record in short form, and letters"),
        gettext_noop("The short form, and documents such as hospital letters. No notes."),
    ),
    Level.FULL: (
        gettext_noop("The record with letters and notes"),
        gettext_noop("What the surgery shares, with what staff wrote in their own words."),
    ),
}


def level_words(level: Level) -> LevelWords:
    """The level in the language of the request."""
    title, hint = _WORDS[level]
    return LevelWords(int(level), _(title), _(hint))
