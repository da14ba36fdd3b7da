"""The checklist for going live (R49)."""

import pytest

from openrecord.registry.rules.readiness import Progress, ReasonMissing, UnknownItem, check, checklist, progress
from openrecord.registry.types import Readiness, ReadinessAnswer
from tests.unit.rules.facts import NOW

KEYS = [item.key for item in checklist().items]


def answer(item: str, state: Readiness) -> ReadinessAnswer:
    return ReadinessAnswer(item, 1, state, "", "", NOW, "")


def test_the_checklist_says_where_its_items_come_from_and_that_nobody_reviewed_it() -> None:
    assert len(KEYS) == len(set(KEYS)) > 10
    assert all(item.title and item.meaning and item.source for item in checklist().items)
    assert "other" in checklist().reasons
    assert checklist().status == "unreviewed"


def test_answers_that_are_taken_and_those_that_are_not() -> None:
    check(KEYS[0], Readiness.READY, "")
    check(KEYS[0], Readiness.NOT_APPLICABLE, "")
    check(KEYS[-1], Readiness.NOT_READY, "training")
    with pytest.raises(UnknownItem):
        check("weather", Readiness.READY, "")
    for reason in ("", "weather"):
        with pytest.raises(ReasonMissing):
            check(KEYS[0], Readiness.NOT_READY, reason)


def test_how_far_a_practice_is() -> None:
    assert progress({}) == Progress(0, 0, len(KEYS))
    answers = {key: answer(key, Readiness.READY) for key in KEYS}
    assert progress(answers) == Progress(len(KEYS), 0, 0)
    assert progress(answers).complete
    answers[KEYS[0]] = answer(KEYS[0], Readiness.NOT_APPLICABLE)
    assert progress(answers).complete
    answers[KEYS[1]] = answer(KEYS[1], Readiness.NOT_READY)
    assert progress(answers) == Progress(len(KEYS) - 1, 1, 0)
    assert not progress(answers).complete
    del answers[KEYS[0]], answers[KEYS[1]]
    answers["weather"] = answer("weather", Readiness.NOT_READY)
    assert progress(answers) == Progress(len(KEYS) - 2, 0, 2)
    assert not progress(answers).complete
