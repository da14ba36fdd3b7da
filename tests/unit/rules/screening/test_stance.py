"""What people decide about one entry, folded in the order they did (R30-R33, R41; QUESTIONS 5, 6)."""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openrecord.access.types import ProxyRule, ViewerId
from openrecord.screening import events
from openrecord.screening.rules.stance import after, fold, standing
from openrecord.screening.types import HideReason, Hold, Stance

DAY = date(2024, 2, 3)
MUM = UUID(int=4)
AT = datetime(2024, 1, 5, 9, tzinfo=UTC)
HIDDEN = events.Hidden(reason="third_party")
CONTACT = events.Held(until=None)


def folded(acts: Iterable[events.AnyAct]) -> Stance:
    """All of them done at once."""
    return fold((AT, act) for act in acts)


@pytest.mark.parametrize(
    ("acts", "stance"),
    [
        pytest.param((), Stance(), id="nobody has decided anything"),
        pytest.param((HIDDEN,), Stance(hides=frozenset({HideReason.THIRD_PARTY})), id="hidden"),
        pytest.param(
            (HIDDEN, events.Hidden(reason="serious_harm", responsible="a clinician")),
            Stance(hides=frozenset({HideReason.THIRD_PARTY, HideReason.SERIOUS_HARM})),
            id="several hides add up",
        ),
        pytest.param((HIDDEN, events.Hidden(reason="other"), events.Unhidden()), Stance(), id="un-hiding lifts all"),
        pytest.param((events.Unhidden(), HIDDEN), Stance(hides=frozenset({HideReason.THIRD_PARTY})), id="hidden since"),
        pytest.param((events.Held(until=DAY),), Stance(hold=Hold(DAY, AT)), id="held until a day"),
        pytest.param((CONTACT,), Stance(hold=Hold(None, AT)), id="held until contact"),
        pytest.param(
            (events.Held(until=DAY), CONTACT), Stance(hold=Hold(None, AT)), id="a second hold replaces the first"
        ),
        pytest.param(
            (CONTACT, events.Contacted()), Stance(hold=Hold(None, AT, contacted=True)), id="contacted (HP-02)"
        ),
        pytest.param(
            (events.Held(until=DAY), events.Contacted()), Stance(hold=Hold(DAY, AT, contacted=True)), id="the day stays"
        ),
        pytest.param((events.Contacted(),), Stance(), id="contacted without a hold"),
        pytest.param((events.Released(),), Stance(released=True), id="released"),
        pytest.param((CONTACT, events.Released()), Stance(released=True), id="a release ends a hold (QUESTIONS 5)"),
        pytest.param(
            (events.Released(), CONTACT), Stance(hold=Hold(None, AT), released=True), id="held again after a release"
        ),
        pytest.param(
            (HIDDEN, events.Released()),
            Stance(hides=frozenset({HideReason.THIRD_PARTY}), released=True),
            id="a release lifts no hide (QUESTIONS 5)",
        ),
        pytest.param(
            (HIDDEN, CONTACT, events.Unhidden()), Stance(hold=Hold(None, AT)), id="un-hiding ends no hold (QUESTIONS 6)"
        ),
        pytest.param(
            (events.ProxyRuleSet(everyone=True),), Stance(proxy_rule=ProxyRule(everyone=True)), id="kept from proxies"
        ),
        pytest.param(
            (events.ProxyRuleSet(everyone=True), events.ProxyRuleSet(everyone=False, excluded=(MUM,))),
            Stance(proxy_rule=ProxyRule(excluded=frozenset({ViewerId(MUM)}))),
            id="the last rule about proxies",
        ),
        pytest.param(
            (events.ProxyRuleSet(everyone=True), HIDDEN, CONTACT),
            Stance(frozenset({HideReason.THIRD_PARTY}), Hold(None, AT), proxy_rule=ProxyRule(everyone=True)),
            id="decisions of different kinds stand beside each other",
        ),
    ],
)
def test_decisions_make_a_stance(acts: tuple[events.AnyAct, ...], stance: Stance) -> None:
    assert folded(acts) == stance


ACTS = st.sampled_from(
    [HIDDEN, events.Unhidden(), CONTACT, events.Held(until=DAY), events.Contacted(), events.Released()]
)


@given(st.lists(ACTS, min_size=1, max_size=8), st.data())
def test_an_act_taken_back_counts_as_if_it_had_never_been(acts: list[events.AnyAct], data: st.DataObject) -> None:
    number = data.draw(st.integers(1, len(acts)))
    later = data.draw(st.lists(ACTS, max_size=4))
    without = [act for place, act in enumerate(acts, 1) if place != number]
    assert folded([*acts, events.Undone(number=number), *later]) == folded([*without, *later])


def test_taking_back_is_no_act_that_stands() -> None:
    assert standing([HIDDEN, events.Undone(number=1), CONTACT]) == (3,)
    assert after(Stance(hold=Hold(None, AT)), events.Undone(number=1), AT) == Stance(hold=Hold(None, AT))
