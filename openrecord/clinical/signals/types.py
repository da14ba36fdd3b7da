"""What a signal is. Signals order a screening queue and say why (R36); no rule may release or hide on one."""

from dataclasses import dataclass
from enum import StrEnum


class SignalKind(StrEnum):
    """The nine things that a person at the practice should look at before the patient sees an entry."""

    THIRD_PARTY = "third_party"
    """Information about, or from, an identifiable other person."""
    SAFEGUARDING = "safeguarding"
    """A child or adult at risk, or the machinery that protects them."""
    DOMESTIC_ABUSE = "domestic_abuse"
    """Abuse by a partner, ex or family member, now or before, the patient as victim or perpetrator."""
    SEXUAL_REPRODUCTIVE = "sexual_reproductive"
    """Sexually transmitted infection, termination, emergency contraception, fertility, paternity, sexual assault."""
    SERIOUS_NEWS = "serious_news"
    """Suspected cancer or another grave finding that the patient may not have been told."""
    MENTAL_HEALTH_RISK = "mental_health_risk"
    """Suicidality, self-harm, overdose, detention, psychosis, mania, means restriction."""
    CLINICIAN_OPINION = "clinician_opinion"
    """Candid, pejorative or unshared remarks of the writer."""
    CONFIDENTIAL_LETTER = "confidential_letter"
    """A letter or document that is marked confidential, or that somebody else supplied."""
    MINOR_CONFIDENTIAL = "minor_confidential"
    """A patient under 16 seen alone, or who asks that parents do not know."""


@dataclass(frozen=True, slots=True)
class Coding:
    """A code of the entry, with its term where the source gives one."""

    system: str | None
    code: str
    display: str | None = None


@dataclass(frozen=True, slots=True)
class Span:
    """Characters `start` to `end` (exclusive) of the entry's text."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Signal:
    """One passage or code that a person should look at, and why.

    `words` are exactly the characters of `span`, or the term (else the code) of a coding, for which `span` is None.
    `strength` is 1 to 3 and orders a queue; it is no probability.
    """

    kind: SignalKind
    words: str
    span: Span | None
    why: str
    strength: int
