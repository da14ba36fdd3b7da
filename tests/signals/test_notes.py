"""How well the signals do on the labelled notes beside this file. Figures belong to these notes, not to an inbox.

Whoever writes the rules does not read the held-out notes: look at the table, at no entry. Print it with `-s`.
"""

from pathlib import Path

import pytest

from openrecord.clinical.signals.types import SignalKind
from tests.signals import measure

DATA = Path(__file__).parent / "data"

OPEN_FLOORS = {
    SignalKind.THIRD_PARTY: (0.96, 0.91),
    SignalKind.SAFEGUARDING: (0.97, 0.94),
    SignalKind.DOMESTIC_ABUSE: (0.95, 0.90),
    SignalKind.SEXUAL_REPRODUCTIVE: (0.96, 0.96),
    SignalKind.SERIOUS_NEWS: (0.96, 0.85),
    SignalKind.MENTAL_HEALTH_RISK: (0.96, 0.88),
    SignalKind.CLINICIAN_OPINION: (0.90, 0.95),
    SignalKind.CONFIDENTIAL_LETTER: (0.95, 0.95),
    SignalKind.MINOR_CONFIDENTIAL: (0.95, 0.95),
}
"""(recall, precision), slightly under what is reached. The rules' author has read these notes: this shows that nothing
got lost, not how well the rules do."""

HELD_OUT_FLOORS = {
    SignalKind.THIRD_PARTY: (0.89, 0.65),
    SignalKind.SAFEGUARDING: (0.83, 0.68),
    SignalKind.DOMESTIC_ABUSE: (0.57, 0.72),
    SignalKind.SEXUAL_REPRODUCTIVE: (0.82, 0.64),
    SignalKind.SERIOUS_NEWS: (0.76, 0.64),
    SignalKind.MENTAL_HEALTH_RISK: (0.64, 0.66),
    SignalKind.CLINICIAN_OPINION: (0.46, 0.46),
    SignalKind.CONFIDENTIAL_LETTER: (0.62, 0.75),
    SignalKind.MINOR_CONFIDENTIAL: (0.47, 0.68),
}
"""(recall, precision), slightly under what was measured on notes that the rules' author has not read. The goal is 0.95
at 0.7 for third_party and safeguarding, 0.85 at 0.7 for the rest; it is not reached."""

THIRD_PARTY_FLOORS = {SignalKind.THIRD_PARTY: (0.95, 0.92)}
"""(recall, precision) on notes that the rules' author wrote, read and fitted the rules to. As each batch was first
met, before that, recall was 0.67 to 0.90 and precision 0.41 to 1."""


def test_open_notes() -> None:
    measured = measure.scores(DATA / "notes_open.jsonl")
    print(measure.table("notes_open.jsonl", measured))
    assert measure.below(measured, OPEN_FLOORS) == {}


def test_held_out_notes() -> None:
    measured = measure.scores(DATA / "notes_held_out.jsonl")
    print(measure.table("notes_held_out.jsonl", measured))
    assert measure.below(measured, HELD_OUT_FLOORS) == {}


@pytest.mark.parametrize("name", ["notes_third_party.jsonl", "notes_third_party_later.jsonl"])
def test_notes_about_third_parties(name: str) -> None:
    measured = measure.scores(DATA / name)
    print(measure.table(name, measured))
    third_party = {kind: score for kind, score in measured.items() if kind in THIRD_PARTY_FLOORS}
    assert measure.below(third_party, THIRD_PARTY_FLOORS) == {}
