"""How well the signals do on the labelled sentences beside the repository. The rules' author has read them."""

from pathlib import Path

import pytest

from openrecord.clinical.signals.types import SignalKind
from tests.signals import measure

DATA = Path(__file__).parents[3] / "shared" / "data"
pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not DATA.is_dir(), reason="the example records (../shared/data) are not here"),
]

FLOORS = {
    SignalKind.THIRD_PARTY: (0.97, 0.92),
    SignalKind.SAFEGUARDING: (0.96, 0.95),
    SignalKind.DOMESTIC_ABUSE: (0.95, 0.90),
    SignalKind.SEXUAL_REPRODUCTIVE: (0.96, 0.96),
    SignalKind.SERIOUS_NEWS: (0.95, 0.90),
    SignalKind.MENTAL_HEALTH_RISK: (0.95, 0.95),
    SignalKind.CLINICIAN_OPINION: (0.95, 0.90),
    SignalKind.CONFIDENTIAL_LETTER: (0.94, 0.88),
    SignalKind.MINOR_CONFIDENTIAL: (0.93, 0.93),
}
"""(recall, precision), slightly under what is reached."""


def test_shared_sentences() -> None:
    measured = measure.scores(DATA / "screening-sentences" / "open.jsonl")
    print(measure.table("screening-sentences/open.jsonl", measured))
    assert measure.below(measured, FLOORS) == {}
