"""How well the signals do on the labelled notes beside this file. Figures belong to these notes, not to an inbox.

Whoever writes the rules does not read the held-out notes: run the test, look at the table, at no entry.
"""

from pathlib import Path

from openrecord.clinical.signals.types import SignalKind
from tests.signals import measure

DATA = Path(__file__).parent / "data"

OPEN_FLOORS = {
    SignalKind.THIRD_PARTY: (0.92, 0.85),
    SignalKind.SAFEGUARDING: (0.97, 0.95),
    SignalKind.DOMESTIC_ABUSE: (0.90, 0.90),
    SignalKind.SEXUAL_REPRODUCTIVE: (0.95, 0.90),
    SignalKind.SERIOUS_NEWS: (0.95, 0.90),
    SignalKind.MENTAL_HEALTH_RISK: (0.95, 0.90),
    SignalKind.CLINICIAN_OPINION: (0.90, 0.90),
    SignalKind.CONFIDENTIAL_LETTER: (0.94, 0.90),
    SignalKind.MINOR_CONFIDENTIAL: (0.94, 0.94),
}
"""(recall, precision), slightly under what is reached; the rules' authors have read these notes."""


def test_open_notes() -> None:
    measured = measure.scores(DATA / "notes_open.jsonl")
    print(measure.table("notes_open.jsonl", measured))
    assert measure.below(measured, OPEN_FLOORS) == {}
