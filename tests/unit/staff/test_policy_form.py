"""The form of a policy holds all of it: what is not changed in the form is not changed by it."""

from dataclasses import fields
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from openrecord.clinical.kinds import Level, Section
from openrecord.registry.types import Policy, ReleaseMode, ReleaseRule
from openrecord.staff.presenters.policy import MODES, RELEASES, differences
from openrecord.staff.views.policy_form import MOST_DAYS, REVIEW_AGES, from_policy, read

RULES = st.sampled_from(sorted(set(MODES) - {ReleaseMode.AFTER_DAYS}, key=str)).map(ReleaseRule) | st.integers(
    1, MOST_DAYS
).map(lambda days: ReleaseRule(ReleaseMode.AFTER_DAYS, days))
PARTS = {
    "go_live": st.none() | st.dates(date(1900, 1, 1), date(2100, 1, 1)),
    "system_on": st.booleans(),
    "level": st.sampled_from(Level),
    "at_risk_level": st.sampled_from(Level),
    "back_record_days": st.integers(0, MOST_DAYS),
    "review_age": st.sampled_from(REVIEW_AGES),
    "sections_off": st.frozensets(st.sampled_from(Section)),
    "screening_days": st.integers(1, MOST_DAYS),
    "release": st.fixed_dictionaries(dict.fromkeys(RELEASES, RULES)),
    "notice_days": st.integers(1, MOST_DAYS),
    "sixteen_notice_days": st.integers(1, MOST_DAYS),
    "expiry_notice_days": st.integers(1, MOST_DAYS),
    "new_level": st.sampled_from(Level),
    "lookers_offered": st.booleans(),
}
POLICIES = st.builds(Policy, **PARTS).filter(lambda policy: max(policy.at_risk_level, policy.new_level) <= policy.level)  # type: ignore[arg-type]


def test_every_setting_is_tried() -> None:
    assert {field.name for field in fields(Policy)} == PARTS.keys()


@given(POLICIES, POLICIES)
def test_what_the_form_shows_is_the_policy(policy: Policy, other: Policy) -> None:
    assert read(from_policy(policy), other) == (policy, ())


@given(POLICIES, POLICIES)
def test_every_change_is_told(policy: Policy, other: Policy) -> None:
    assert bool(differences(policy, other)) is (policy != other)
