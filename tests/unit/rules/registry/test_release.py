"""Since when each release rule of a policy holds."""

from hypothesis import given
from hypothesis import strategies as st

from openrecord.registry.rules.release import dated
from openrecord.registry.types import ON_FILING, Policy, ReleaseMode, ReleaseRule
from tests.unit.rules.facts import LONG_AGO, NOW

BY_HAND, WEEK = ReleaseRule(ReleaseMode.BY_HAND), ReleaseRule(ReleaseMode.AFTER_DAYS, 7)
RULES = st.dictionaries(
    st.sampled_from(["document", "result", "consultation"]), st.sampled_from([BY_HAND, WEEK, ON_FILING])
)


def since(policy: Policy) -> dict[str, object]:
    return {kind: rule.since for kind, rule in policy.release.items()}


def test_the_first_policy_has_always_held() -> None:
    assert since(dated(Policy(release={"document": BY_HAND}), None, NOW)) == {"document": None}


def test_a_rule_in_the_place_of_another_begins_now_and_one_that_stays_goes_on() -> None:
    first = dated(Policy(release={"document": ON_FILING, "result": ON_FILING}), None, LONG_AGO)
    second = dated(Policy(release={"document": BY_HAND, "result": ON_FILING}), first, LONG_AGO)
    third = dated(Policy(release={"document": BY_HAND, "result": WEEK}), second, NOW)
    assert since(second) == {"document": LONG_AGO, "result": None}
    assert since(third) == {"document": LONG_AGO, "result": NOW}


def test_what_a_kind_without_a_rule_had_is_its_default() -> None:
    changed = dated(Policy(release={"document": ON_FILING, "consultation": BY_HAND}), Policy(release={}), NOW)
    assert since(changed) == {"document": None, "consultation": NOW}


@given(RULES, RULES)
def test_nothing_else_of_the_policy_changes(before: dict[str, ReleaseRule], after: dict[str, ReleaseRule]) -> None:
    policy = Policy(release=after, screening_days=3)
    assert dated(policy, Policy(release=before), NOW) == policy
