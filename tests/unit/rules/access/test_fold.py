"""The state of access is its acts, folded in the order they happened; nothing is overwritten."""

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from msgspec import structs

from openrecord.access import events
from openrecord.access.rules.fold import fold
from openrecord.access.types import (
    AgeReview,
    Basis,
    Chunk,
    ChunkId,
    CodeFact,
    Competence,
    EnhancedReviewDecision,
    KeepReason,
    Kept,
    Method,
    ProxyRule,
    ReviewCode,
    Service,
    Silence,
    Viewer,
    ViewerId,
    ViewerKind,
    WindowOverride,
)
from openrecord.clinical.kinds import Level, Section
from tests.unit.rules.facts import A, B, patient, utc

ONE, TWO, THREE = UUID(int=21), UUID(int=22), UUID(int=23)
FIRST, SECOND, THIRD = utc("2024-01-01T09:00"), utc("2024-01-02T09:00"), utc("2024-01-03T09:00")
DAY = date(2024, 2, 3)
BARE = patient(viewers={}, died=True, address_flagged=True)

PROXY = events.ProxyGranted(
    viewer=ONE, basis="lpa", listed_org="B", level=2, sections=("results", "documents"), expires=DAY
)
PROXY_VIEWER = Viewer(
    ViewerId(ONE),
    ViewerKind.PROXY,
    FIRST,
    basis=Basis.LPA,
    level=Level.DETAILED,
    sections=frozenset({Section.RESULTS, Section.DOCUMENTS}),
    expires=DAY,
    listed_org=B,
)
APP = events.AppAuthorised(viewer=TWO, acts_for=ONE, scopes=("patient/*.rs", "openid"))
APP_VIEWER = Viewer(ViewerId(TWO), ViewerKind.APP, FIRST, acts_for=ViewerId(ONE), scopes=("patient/*.rs", "openid"))
CODE = events.CodeArrived(entry=ONE, code="104", effective=DAY, recorded=utc("2023-12-01"))
CODE_FACT = CodeFact(ReviewCode.ENHANCED_REVIEW, DAY, utc("2023-12-01"), FIRST)
HISTORY = events.HistoryGranted(
    chunk=ONE, org="A", level=3, named=(TWO, THREE), first=DAY, last=date(2024, 2, 9), sections=("problems",)
)
KEPT = events.PartKept(
    keep=ONE,
    everyone=False,
    excluded=(TWO,),
    sections=("results",),
    first=DAY,
    last=date(2024, 2, 9),
    reason=KeepReason.SAFEGUARDING,
)
KEPT_PART = Kept(
    ONE,
    FIRST,
    ProxyRule(excluded=frozenset({ViewerId(TWO)})),
    sections=frozenset({Section.RESULTS}),
    first=DAY,
    last=date(2024, 2, 9),
    reason=KeepReason.SAFEGUARDING,
)
CHUNK = Chunk(
    ChunkId(ONE),
    A,
    DAY,
    date(2024, 2, 9),
    frozenset({Section.PROBLEMS}),
    Level.DOCUMENTS,
    frozenset({ViewerId(TWO), ViewerId(THREE)}),
    FIRST,
)


def viewers(*known: Viewer) -> dict[str, Any]:
    return {"viewers": {viewer.viewer_id: viewer for viewer in known}}


@pytest.mark.parametrize(
    ("acts", "changes"),
    [
        pytest.param((), {}, id="nothing happened"),
        pytest.param(
            (events.AccountOpened(viewer=ONE),),
            viewers(Viewer(ViewerId(ONE), ViewerKind.SELF, FIRST)),
            id="an account is the patient's own grant",
        ),
        pytest.param(
            (events.AccountOpened(viewer=ONE), events.AccountOpened(viewer=ONE)),
            viewers(Viewer(ViewerId(ONE), ViewerKind.SELF, FIRST)),
            id="an account opens once",
        ),
        pytest.param((PROXY,), viewers(PROXY_VIEWER), id="a proxy"),
        pytest.param(
            (events.ProxyGranted(viewer=ONE, basis="consent", listed_org="A", level=4),),
            viewers(Viewer(ViewerId(ONE), ViewerKind.PROXY, FIRST, basis=Basis.CONSENT, listed_org=A)),
            id="a proxy for all sections without end",
        ),
        pytest.param(
            (PROXY, events.ProxyRevoked(viewer=ONE)), viewers(replace(PROXY_VIEWER, revoked=True)), id="revoked (R27)"
        ),
        pytest.param(
            (PROXY, events.ProxyRevoked(viewer=ONE), PROXY),
            viewers(replace(PROXY_VIEWER, granted=THIRD)),
            id="granted anew",
        ),
        pytest.param((events.ProxyRevoked(viewer=ONE),), {}, id="revoking nobody"),
        pytest.param(
            (PROXY, events.ProxyChanged(viewer=ONE, level=4)),
            viewers(replace(PROXY_VIEWER, level=Level.FULL, sections=None, expires=None)),
            id="another scope begins nothing anew",
        ),
        pytest.param(
            (PROXY, events.ProxyChanged(viewer=ONE, level=4, services=(Service.CARDS,))),
            viewers(
                replace(
                    PROXY_VIEWER, level=Level.FULL, sections=None, expires=None, services=frozenset({Service.CARDS})
                )
            ),
            id="what else they may do (each service apart)",
        ),
        pytest.param(
            (PROXY, structs.replace(PROXY, services=())),
            viewers(replace(PROXY_VIEWER, granted=SECOND, services=frozenset())),
            id="only reading",
        ),
        pytest.param(
            (PROXY, events.ProxyRevoked(viewer=ONE), events.ProxyChanged(viewer=ONE, level=1, sections=("results",))),
            viewers(
                replace(
                    PROXY_VIEWER,
                    level=Level.SUMMARY,
                    sections=frozenset({Section.RESULTS}),
                    expires=None,
                    revoked=True,
                )
            ),
            id="another scope lets nobody in again",
        ),
        pytest.param((events.ProxyChanged(viewer=ONE, level=4),), {}, id="another scope for nobody"),
        pytest.param(
            (events.NoticesSilenced(proxies=True, patient=True), events.NoticesSilenced(proxies=True, patient=False)),
            {"silence": Silence(proxies=True)},
            id="who is told ahead",
        ),
        pytest.param(
            (KEPT, events.PartKept(keep=TWO, everyone=True, entry=THREE, method=Method.ONLINE)),
            {
                "kept": (
                    KEPT_PART,
                    Kept(TWO, SECOND, ProxyRule(everyone=True), entry=THREE, method=Method.ONLINE),
                )
            },
            id="parts kept from proxies",
        ),
        pytest.param(
            (KEPT, events.PartShared(keep=ONE), events.PartShared(keep=TWO)),
            {"kept": (replace(KEPT_PART, over=True),)},
            id="shared again",
        ),
        pytest.param((APP,), viewers(APP_VIEWER), id="an app"),
        pytest.param(
            (APP, events.AppRevoked(viewer=TWO)), viewers(replace(APP_VIEWER, revoked=True)), id="an app revoked (R71)"
        ),
        pytest.param((CODE,), {"codes": (CODE_FACT,)}, id="a code"),
        pytest.param(
            (CODE, events.CodeArrived(entry=ONE, code="106", effective=None, recorded=None)),
            {"codes": (CodeFact(ReviewCode.NO_ENHANCED_REVIEW, None, None, FIRST),)},
            id="a new version of a code entry has been known since the first",
        ),
        pytest.param((CODE, events.CodeWithdrawn(entry=ONE)), {}, id="a code withdrawn at its source"),
        pytest.param((CODE, events.CodeWithdrawn(entry=TWO)), {"codes": (CODE_FACT,)}, id="another one withdrawn"),
        pytest.param(
            (CODE, events.CodeArrived(entry=TWO, code="103", effective=None, recorded=None)),
            {"codes": (CODE_FACT, CodeFact(ReviewCode.DECLINED, None, None, SECOND))},
            id="two codes",
        ),
        pytest.param(
            (events.DeclineReversed(recorded=THIRD), events.DeclineReversed(recorded=FIRST)),
            {"undeclined": (THIRD, FIRST)},
            id="reversals count from when the patient said so",
        ),
        pytest.param(
            (events.EnhancedReviewDecided(keep=True), events.EnhancedReviewDecided(keep=False)),
            {"review_decisions": (EnhancedReviewDecision(FIRST, True), EnhancedReviewDecision(SECOND, False))},  # noqa: FBT003
            id="decisions on a 104",
        ),
        pytest.param((events.Paused(),), {"paused": True}, id="paused (R7)"),
        pytest.param((events.Paused(), events.Resumed()), {}, id="resumed"),
        pytest.param((events.Lowered(level=1),), {"lowered": Level.SUMMARY}, id="lowered (CD-11)"),
        pytest.param((events.Lowered(level=1), events.Raised()), {}, id="raised"),
        pytest.param(
            (events.CompetenceRecorded(level=2),), {"competence": Competence(FIRST, Level.DETAILED)}, id="competence"
        ),
        pytest.param(
            (events.CompetenceRecorded(level=2), events.CompetenceRecorded(level=4)),
            {"competence": Competence(FIRST, Level.FULL)},
            id="another level of competence opens nothing anew (R29)",
        ),
        pytest.param(
            (
                events.AgeReviewed(viewer=ONE, age=11, carries_on=True),
                events.AgeReviewed(viewer=ONE, age=13, carries_on=False),
            ),
            {
                "age_reviews": (
                    AgeReview(ViewerId(ONE), FIRST, 11, carries_on=True),
                    AgeReview(ViewerId(ONE), SECOND, 13, carries_on=False),
                )
            },
            id="age reviews (R24)",
        ),
        pytest.param((HISTORY,), {"chunks": (CHUNK,)}, id="history granted (R47)"),
        pytest.param(
            (events.HistoryGranted(chunk=ONE, org="A", level=4, named=()),),
            {"chunks": (Chunk(ChunkId(ONE), A, None, None, None, Level.FULL, frozenset(), FIRST),)},
            id="history without bounds",
        ),
        pytest.param(
            (HISTORY, events.HistoryWithdrawn(chunk=ONE)), {"chunks": (replace(CHUNK, withdrawn=True),)}, id="withdrawn"
        ),
        pytest.param((HISTORY, events.HistoryWithdrawn(chunk=TWO)), {"chunks": (CHUNK,)}, id="another one withdrawn"),
        pytest.param(
            (
                events.WindowSet(org="A", start=DAY),
                events.WindowSet(org="B", start=DAY),
                events.WindowSet(org="A", start=date(2024, 3, 1)),
            ),
            {"window_starts": {A: WindowOverride(date(2024, 3, 1), THIRD), B: WindowOverride(DAY, SECOND)}},
            id="the window, by organisation, as set last (R45)",
        ),
    ],
)
def test_acts_make_facts(acts: tuple[events.AnyAct, ...], changes: dict[str, Any]) -> None:
    told = zip((FIRST, SECOND, THIRD), acts, strict=False)
    assert fold(BARE, told) == replace(BARE, **{"window_starts": {}, **changes})
