"""Every answer that can be given has a draft."""

from datetime import date

from openrecord.caseload.rules.letters import draft
from openrecord.caseload.rules.steps import outcomes
from openrecord.caseload.types import Kind, Outcome, Proof, Wish
from openrecord.clinical.kinds import Level
from tests.unit.rules.caseload.facts import made

BORN = date(1980, 1, 1)
ALL = frozenset(Level)


def test_there_is_a_draft_for_every_answer_that_can_be_given() -> None:
    for kind in Kind:
        for proof in (None, Proof.DOCUMENTS):
            for outcome in outcomes(made(kind, wish=Wish(level=Level.FULL), proof=proof), born=BORN, openable=ALL):
                assert draft(kind, outcome, "").strip(), (kind, outcome)
    assert "Test results" in draft(Kind.HISTORY, Outcome.PARTLY, "Test results")
    assert "{" not in draft(Kind.HISTORY, Outcome.PARTLY, "Test results")


def test_an_answer_that_is_never_given_has_none() -> None:
    assert draft(Kind.OPT_IN, Outcome.PARTLY, "") == ""
