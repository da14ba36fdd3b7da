"""Death and a protected address, in words for staff: what stands and what may have changed."""

from collections.abc import Iterable, Mapping
from enum import Enum

from openrecord.registry.types import Patient
from openrecord.web.text import gettext as _
from openrecord.web.text import gettext_noop


class Change(Enum):
    """What staff may say has changed about a person."""

    DIED = "died"
    LIVES = "lives"
    PROTECTED = "protected"
    FOUND = "found"


_WORDS: Mapping[Change, tuple[str, str]] = {
    Change.DIED: (
        gettext_noop("The patient has died"),
        gettext_noop("Nobody sees the record online any more: nobody who acts for them, no app. At once."),
    ),
    Change.LIVES: (
        gettext_noop("The death was recorded by mistake"),
        gettext_noop("Access stands again as it stood before. Nobody has to be let in anew."),
    ),
    Change.PROTECTED: (
        gettext_noop("Nobody may learn where they live"),
        gettext_noop("For example an S-flag in PDS. Nobody acts for them any more, and nobody is told why. At once."),
    ),
    Change.FOUND: (
        gettext_noop("Their address need not be protected any more"),
        gettext_noop("Who was let in before acts for them again. Look first who that is."),
    ),
}


def changes(people: Iterable[Patient]) -> tuple[Change, ...]:
    """What may have changed. `people`: one person's records."""
    known = tuple(people)
    return (
        Change.LIVES if any(one.died for one in known) else Change.DIED,
        Change.FOUND if any(one.address_flagged for one in known) else Change.PROTECTED,
    )


def words_of(change: Change) -> tuple[str, str]:
    """What it is called, and what follows from it."""
    words, hint = _WORDS[change]
    return _(words), _(hint)


def left() -> str:
    """What is said where the patient is registered elsewhere, or nowhere."""
    return _("The patient is not registered here any more, so your practice opens nothing to them.")


def standing(people: Iterable[Patient]) -> tuple[str, ...]:
    """What stands now, a sentence each; empty where nothing does."""
    known = tuple(people)
    sentences = []
    if any(one.died for one in known):
        sentences.append(_("The patient has died. Nobody sees the record online."))
    if any(one.address_flagged for one in known):
        sentences.append(_("The patient's address is protected. Nobody acts for them."))
    return tuple(sentences)
