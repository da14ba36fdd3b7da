"""How well the signals do on the labelled notes beside this file. Figures belong to these notes, not to an inbox.

Whoever writes the rules reads neither the held-out nor the fresh notes: look at the table, at no entry. Print it with
`-s`.
"""

from collections.abc import Mapping
from pathlib import Path

import pytest

from openrecord.clinical.signals.types import SignalKind
from tests.signals import measure

DATA = Path(__file__).parent / "data"
Floors = Mapping[SignalKind, tuple[float, float]]
"""(recall, precision), slightly under what was measured."""

OPEN: Floors = {
    SignalKind.THIRD_PARTY: (0.94, 0.87),
    SignalKind.SAFEGUARDING: (0.97, 0.94),
    SignalKind.DOMESTIC_ABUSE: (0.95, 0.90),
    SignalKind.SEXUAL_REPRODUCTIVE: (0.96, 0.96),
    SignalKind.SERIOUS_NEWS: (0.96, 0.85),
    SignalKind.MENTAL_HEALTH_RISK: (0.96, 0.88),
    SignalKind.CLINICIAN_OPINION: (0.90, 0.95),
    SignalKind.CONFIDENTIAL_LETTER: (0.95, 0.95),
    SignalKind.MINOR_CONFIDENTIAL: (0.95, 0.95),
}
HELD_OUT: Floors = {
    SignalKind.THIRD_PARTY: (0.88, 0.64),
    SignalKind.SAFEGUARDING: (0.91, 0.70),
    SignalKind.DOMESTIC_ABUSE: (0.70, 0.67),
    SignalKind.SEXUAL_REPRODUCTIVE: (0.90, 0.77),
    SignalKind.SERIOUS_NEWS: (0.86, 0.70),
    SignalKind.MENTAL_HEALTH_RISK: (0.86, 0.78),
    SignalKind.CLINICIAN_OPINION: (0.60, 0.53),
    SignalKind.CONFIDENTIAL_LETTER: (0.86, 0.78),
    SignalKind.MINOR_CONFIDENTIAL: (0.85, 0.91),
}
"""The tables of these were looked at while the rules were made: a little better than they would be on unread notes."""

FRESH: Floors = {
    SignalKind.THIRD_PARTY: (0.88, 0.67),
    SignalKind.SAFEGUARDING: (0.88, 0.81),
    SignalKind.DOMESTIC_ABUSE: (0.80, 0.73),
    SignalKind.SEXUAL_REPRODUCTIVE: (0.81, 0.82),
    SignalKind.SERIOUS_NEWS: (0.93, 0.74),
    SignalKind.MENTAL_HEALTH_RISK: (0.85, 0.87),
    SignalKind.CLINICIAN_OPINION: (0.76, 0.62),
    SignalKind.CONFIDENTIAL_LETTER: (0.93, 0.93),
    SignalKind.MINOR_CONFIDENTIAL: (0.88, 0.91),
}
"""Measured when the rules stood, and a few times since. The goal is 0.95 at 0.7 for third_party and safeguarding, 0.85
at 0.7 for the rest; it is reached by serious_news, mental_health_risk,
confidential_letter and minor_confidential. clinician_opinion finds
more than it did (recall 0.71 before) and is less precise for it (0.66 before)."""

ELSEWHERE: Mapping[str, Floors] = {
    "notes_elsewhere_a_unread.jsonl": {
        SignalKind.THIRD_PARTY: (0.75, 0.64),
        SignalKind.SAFEGUARDING: (0.81, 0.82),
        SignalKind.MINOR_CONFIDENTIAL: (0.75, 0.90),
    },
    "notes_elsewhere_b_unread.jsonl": {
        SignalKind.DOMESTIC_ABUSE: (0.45, 0.77),
        SignalKind.SEXUAL_REPRODUCTIVE: (0.87, 0.93),
        SignalKind.SERIOUS_NEWS: (0.81, 0.81),
        SignalKind.MENTAL_HEALTH_RISK: (0.76, 0.76),
        SignalKind.CLINICIAN_OPINION: (0.65, 0.61),
        SignalKind.CONFIDENTIAL_LETTER: (0.83, 0.90),
    },
}
"""Two writers who knew neither rules nor notes; their unread halves, and the signals that each wrote for. What a
stranger's notes would show: lower than the sets above, since every writer hints in ways of their own."""

NEWS: Floors = {SignalKind.SERIOUS_NEWS: (0.97, 0.94), SignalKind.SEXUAL_REPRODUCTIVE: (0.98, 0.97)}
OPINION: Floors = {SignalKind.CLINICIAN_OPINION: (0.90, 0.94), SignalKind.CONFIDENTIAL_LETTER: (0.97, 0.95)}
OWN: Mapping[str, Floors] = {
    "notes_abuse_and_risk_1.jsonl": {
        SignalKind.DOMESTIC_ABUSE: (0.93, 0.94),
        SignalKind.MENTAL_HEALTH_RISK: (0.95, 0.94),
    },
    "notes_abuse_and_risk_2.jsonl": {
        SignalKind.DOMESTIC_ABUSE: (0.84, 0.94),
        SignalKind.MENTAL_HEALTH_RISK: (0.86, 0.94),
    },
    "notes_news_1.jsonl": NEWS,
    "notes_news_2.jsonl": NEWS,
    "notes_opinion.jsonl": OPINION,
    "notes_opinion_more.jsonl": OPINION,
    "notes_people_and_children_1.jsonl": {
        SignalKind.THIRD_PARTY: (0.93, 0.73),
        SignalKind.SAFEGUARDING: (0.95, 0.87),
        SignalKind.MINOR_CONFIDENTIAL: (0.91, 0.95),
    },
    "notes_people_and_children_2.jsonl": {
        SignalKind.THIRD_PARTY: (0.90, 0.75),
        SignalKind.SAFEGUARDING: (0.92, 0.87),
        SignalKind.MINOR_CONFIDENTIAL: (0.91, 0.86),
    },
    "notes_oblique_1.jsonl": {
        SignalKind.DOMESTIC_ABUSE: (0.93, 0.88),
        SignalKind.SEXUAL_REPRODUCTIVE: (0.94, 0.94),
        SignalKind.SERIOUS_NEWS: (0.90, 0.90),
        SignalKind.MENTAL_HEALTH_RISK: (0.92, 0.86),
        SignalKind.CLINICIAN_OPINION: (0.93, 0.93),
        SignalKind.CONFIDENTIAL_LETTER: (0.90, 0.90),
    },
    "notes_oblique_2.jsonl": {
        SignalKind.DOMESTIC_ABUSE: (0.91, 0.86),
        SignalKind.SEXUAL_REPRODUCTIVE: (0.88, 0.88),
        SignalKind.SERIOUS_NEWS: (0.93, 0.93),
        SignalKind.MENTAL_HEALTH_RISK: (0.88, 0.84),
        SignalKind.CLINICIAN_OPINION: (0.65, 0.92),
        SignalKind.CONFIDENTIAL_LETTER: (0.91, 0.91),
    },
    "notes_safeguarding.jsonl": {
        SignalKind.SAFEGUARDING: (0.97, 0.96),
        SignalKind.MINOR_CONFIDENTIAL: (0.90, 0.97),
    },
    "notes_third_party.jsonl": {SignalKind.THIRD_PARTY: (0.95, 0.94)},
    "notes_third_party_later.jsonl": {SignalKind.THIRD_PARTY: (0.92, 0.90)},
}
"""Notes by the rules' authors, who have read them, and the signals that each file is for: nothing got lost."""


@pytest.mark.parametrize(
    ("name", "floors"),
    [("notes_open.jsonl", OPEN), ("notes_held_out.jsonl", HELD_OUT), ("notes_fresh.jsonl", FRESH)],
)
def test_every_signal(name: str, floors: Floors) -> None:
    measured = measure.scores(DATA / name)
    print(measure.table(name, measured))
    assert measure.below(measured, floors) == {}


@pytest.mark.parametrize("name", sorted({*OWN, *ELSEWHERE}))
def test_the_signals_that_notes_are_for(name: str) -> None:
    every = measure.scores(DATA / name)
    floors = {**OWN, **ELSEWHERE}[name]
    measured = {kind: every[kind] for kind in floors}
    print(measure.table(name, measured))
    assert measure.below(measured, floors) == {}
