"""Where codes and live settings disagree (R38, R39)."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from openrecord.access.matters import Matter
from openrecord.access.rules.drift import drift
from openrecord.access.types import CodeFact, EnhancedReviewDecision, ReviewCode
from openrecord.registry.types import Registration
from tests.unit.rules.facts import APP, ME, NOW, SON, A, B, patient, people, utc


def code(number: str, day: str, recorded: str | None = None) -> CodeFact:
    known = utc(recorded or day)
    return CodeFact(ReviewCode(number), date.fromisoformat(day[:10]), known, known)


REMOVED = EnhancedReviewDecision(utc("2024-02-11"), keep=False)
KEPT = EnhancedReviewDecision(utc("2024-02-11"), keep=True)
LIVE_104 = code("104", "2024-02-10")
NOTHING: set[Matter] = set()


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        pytest.param({}, NOTHING, id="nothing was done"),
        pytest.param({"paused": True}, {Matter.PAUSED_WITHOUT_CODE}, id="paused here, no 103 arrived"),
        pytest.param({"paused": True, "codes": (code("103", "2024-02-01"),)}, NOTHING, id="paused, and 103 arrived"),
        pytest.param(
            {"paused": True, "codes": (code("103", "2024-02-01"),), "undeclined": (utc("2024-02-02"),)},
            {Matter.PAUSED_WITHOUT_CODE},
            id="paused after the 103 was taken back",
        ),
        pytest.param({"codes": (code("103", "2024-02-01"),)}, NOTHING, id="declined"),
        pytest.param(
            {"codes": (code("103", "2024-02-01"),), "undeclined": (utc("2024-02-02"),)}, NOTHING, id="taken back"
        ),
        pytest.param(
            {"codes": (code("103", "2024-02-01", "2024-02-05"),), "undeclined": (utc("2024-02-02"),)},
            {Matter.DECLINED_AGAIN},
            id="a 103 recorded after the reversal speaks of before",
        ),
        pytest.param(
            {"codes": (code("103", "2024-02-02", "2024-02-05"),), "undeclined": (utc("2024-02-02T12:00"),)},
            {Matter.DECLINED_AGAIN},
            id="or of its day",
        ),
        pytest.param(
            {"codes": (code("103", "2024-02-03"),), "undeclined": (utc("2024-02-02"),)}, NOTHING, id="declined again"
        ),
        pytest.param(
            {
                "codes": (code("103", "2024-02-01", "2024-02-05"), code("103", "2024-02-06")),
                "undeclined": (utc("2024-02-02"),),
            },
            NOTHING,
            id="declined again, whatever else is recorded",
        ),
        pytest.param(
            {
                "codes": (replace(code("103", "2024-02-01", "2024-02-05"), effective=None),),
                "undeclined": (utc("2024-02-02"),),
            },
            NOTHING,
            id="a 103 without a day speaks of when it was recorded",
        ),
        pytest.param(
            {
                "codes": (replace(code("103", "2024-02-01", "2024-02-05"), recorded=None), code("103", "2024-01-01")),
                "undeclined": (utc("2024-01-01"), utc("2024-02-02")),
            },
            {Matter.DECLINED_AGAIN},
            id="the latest reversal counts, and arrival where nothing was recorded",
        ),
        pytest.param(
            {
                "codes": (code("103", "2024-02-01", "2024-02-05"), replace(LIVE_104, recorded=utc("2024-02-06"))),
                "undeclined": (utc("2024-02-02"),),
            },
            {Matter.DECLINED_AGAIN},
            id="another code is no decline",
        ),
        pytest.param(
            {
                "codes": (code("103", "2024-02-01", "2024-02-05"), code("103", "2024-02-04", "2024-02-02")),
                "undeclined": (utc("2024-02-02"),),
            },
            {Matter.DECLINED_AGAIN},
            id="what was recorded with the reversal is taken back by it",
        ),
        pytest.param(
            {
                "codes": (
                    code("103", "2024-02-01", "2024-02-05"),
                    replace(code("103", "2024-02-04", "2024-02-01"), known=utc("2024-02-06")),
                ),
                "undeclined": (utc("2024-02-02"),),
            },
            {Matter.DECLINED_AGAIN},
            id="and what was recorded before it, whenever it arrived",
        ),
        pytest.param({"codes": (LIVE_104,), "review_decisions": (KEPT,)}, NOTHING, id="104, kept"),
        pytest.param({"codes": (LIVE_104,), "review_decisions": (REMOVED,)}, NOTHING, id="104, removed"),
        pytest.param({"review_decisions": (REMOVED,)}, {Matter.CLOSED_WITHOUT_CODE}, id="removed, and 104 is gone"),
        pytest.param(
            {"codes": (code("106", "2024-02-01"),), "review_decisions": (REMOVED,)},
            {Matter.CLOSED_WITHOUT_CODE},
            id="removed after the 106",
        ),
        pytest.param(
            {"codes": (LIVE_104, code("106", "2024-02-12")), "review_decisions": (REMOVED,)},
            NOTHING,
            id="a 106 after the removal asks by itself",
        ),
        pytest.param(
            {"review_decisions": (REMOVED,), "viewers": people(replace(ME, granted=utc("2024-02-12")))},
            NOTHING,
            id="an account opened since",
        ),
        pytest.param({"review_decisions": (REMOVED,), "viewers": people(APP)}, NOTHING, id="an app"),
        pytest.param(
            {"review_decisions": (REMOVED,), "viewers": people(replace(SON, revoked=True))}, NOTHING, id="a proxy ended"
        ),
        pytest.param(
            {"review_decisions": (REMOVED,), "viewers": people(SON)}, {Matter.CLOSED_WITHOUT_CODE}, id="a proxy"
        ),
        pytest.param({"paused": True, "died": True}, NOTHING, id="died"),
        pytest.param(
            {"paused": True, "registrations": (Registration(A, date(2010, 1, 1), date(2024, 2, 1)),)},
            NOTHING,
            id="not registered any more",
        ),
        pytest.param(
            {"paused": True, "review_decisions": (REMOVED,)},
            {Matter.PAUSED_WITHOUT_CODE, Matter.CLOSED_WITHOUT_CODE},
            id="two at once",
        ),
    ],
)
def test_codes_and_settings(changes: dict[str, Any], found: set[Matter]) -> None:
    facts = patient(**changes)
    assert drift(facts, A, NOW) == found
    assert drift(facts, B, NOW) == NOTHING
