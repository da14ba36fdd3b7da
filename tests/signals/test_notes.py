"""How well the signals do on the labelled notes beside this file. Figures belong to these notes, not to an inbox.

Whoever writes the rules does not read the held-out notes: look at the table, at no entry. Print it with `-s`.
"""

from pathlib import Path

from openrecord.clinical.signals.types import SignalKind
from tests.signals import measure

DATA = Path(__file__).parent / "data"

OPEN_FLOORS = {
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
"""(recall, precision), slightly under what is reached. The rules' author has read these notes: this shows that nothing
got lost, not how well the rules do."""

HELD_OUT_FLOORS = {
    SignalKind.THIRD_PARTY: (0.70, 0.60),
    SignalKind.SAFEGUARDING: (0.91, 0.70),
    SignalKind.DOMESTIC_ABUSE: (0.57, 0.72),
    SignalKind.SEXUAL_REPRODUCTIVE: (0.82, 0.64),
    SignalKind.SERIOUS_NEWS: (0.76, 0.64),
    SignalKind.MENTAL_HEALTH_RISK: (0.64, 0.66),
    SignalKind.CLINICIAN_OPINION: (0.46, 0.46),
    SignalKind.CONFIDENTIAL_LETTER: (0.62, 0.75),
    SignalKind.MINOR_CONFIDENTIAL: (0.76, 0.87),
}
"""(recall, precision), slightly under what was measured on notes that the rules' author has not read. The goal is 0.95
at 0.7 for third_party and safeguarding, 0.85 at 0.7 for the rest; it is not reached."""

SAFEGUARDING_FLOORS = {
    SignalKind.SAFEGUARDING: (0.97, 0.96),
    SignalKind.MINOR_CONFIDENTIAL: (0.90, 0.96),
}
"""(recall, precision) on `notes_safeguarding.jsonl`, slightly under what is reached. The rules' author wrote and
has read these notes."""


def test_open_notes() -> None:
    measured = measure.scores(DATA / "notes_open.jsonl")
    print(measure.table("notes_open.jsonl", measured))
    assert measure.below(measured, OPEN_FLOORS) == {}


def test_held_out_notes() -> None:
    measured = measure.scores(DATA / "notes_held_out.jsonl")
    print(measure.table("notes_held_out.jsonl", measured))
    assert measure.below(measured, HELD_OUT_FLOORS) == {}


def test_safeguarding_notes() -> None:
    measured = measure.scores(DATA / "notes_safeguarding.jsonl")
    concerned = {kind: measured[kind] for kind in SAFEGUARDING_FLOORS}
    print(measure.table("notes_safeguarding.jsonl", concerned))
    assert measure.below(concerned, SAFEGUARDING_FLOORS) == {}
