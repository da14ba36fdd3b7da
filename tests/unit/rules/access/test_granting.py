"""Whether terms can stand, against a list of plain sentences; and codes as people type them."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openrecord.access.events import Evidence
from openrecord.access.rules.granting import (
    Fault,
    Scope,
    as_typed,
    bars,
    basis_faults,
    in_groups,
    last_day,
    own_bars,
    own_levels,
    scope_faults,
)
from openrecord.access.types import Basis, Competence
from openrecord.clinical.kinds import Level, Section
from openrecord.kit.ids import TYPEABLE, random_code
from openrecord.kit.london import age_on, day_of
from openrecord.registry.types import Policy
from tests.unit.rules.facts import NOW, A, B, child, patient, utc

TODAY = day_of(NOW)
DAYS = st.dates(TODAY - timedelta(days=9), TODAY + timedelta(days=9))
SHOWS = {
    Evidence.BIRTH_CERTIFICATE: Basis.PARENTAL,
    Evidence.PARENTAL_ORDER: Basis.PARENTAL,
    Evidence.WRITTEN_CONSENT: Basis.CONSENT,
    Evidence.SPOKEN_CONSENT: Basis.CONSENT,
    Evidence.LPA_REGISTERED: Basis.LPA,
    Evidence.DEPUTY_ORDER: Basis.DEPUTY,
    Evidence.BEST_INTERESTS_NOTE: Basis.BEST_INTERESTS,
}


@given(st.dates(date(2004, 1, 1), TODAY), st.sampled_from(Basis), st.sampled_from(Evidence), DAYS)
def test_the_ground(born: date, basis: Basis, evidence: Evidence, seen: date) -> None:
    expected = set()
    if basis is Basis.PARENTAL and age_on(born, TODAY) >= 16:
        expected.add(Fault.GROWN)
    if basis is Basis.CONSENT and age_on(born, TODAY) < 11:
        expected.add(Fault.TOO_YOUNG)
    if SHOWS[evidence] is not basis:
        expected.add(Fault.EVIDENCE)
    if seen > TODAY:
        expected.add(Fault.SEEN_LATER)
    assert basis_faults(child(born), basis, evidence, seen, NOW) == expected


@given(
    st.sampled_from(Level),
    st.sampled_from(Level),
    st.none() | st.frozensets(st.sampled_from(Section), max_size=3),
    st.frozensets(st.sampled_from(Section), max_size=3),
    st.none() | DAYS,
    st.sampled_from(Basis),
    st.sampled_from((16, 40)).flatmap(lambda age: DAYS.map(lambda day: day.replace(year=day.year - age))),
)
def test_the_scope(
    wanted: Level,
    given_level: Level,
    sections: frozenset[Section] | None,
    off: frozenset[Section],
    expires: date | None,
    basis: Basis,
    born: date,
) -> None:
    """R22, R25, R28."""
    expected = set()
    if wanted is Level.NONE or wanted > given_level:
        expected.add(Fault.LEVEL)
    if sections is not None and (not sections or sections & off):
        expected.add(Fault.SECTIONS)
    if basis is not Basis.PARENTAL and expires is None:
        expected.add(Fault.NO_END)
    if expires is not None and expires <= TODAY:
        expected.add(Fault.ENDED)
    sixteen = born.replace(year=born.year + 16)
    if expires is not None and TODAY < sixteen < expires:
        expected.add(Fault.PAST_SIXTEEN)
    facts = patient(policies={A: Policy(level=given_level, sections_off=off)}, born=born)
    assert scope_faults(facts, A, basis, Scope(wanted, sections, expires), NOW) == expected


def test_a_practice_without_a_policy_gives_nothing() -> None:
    whole = Scope(Level.SUMMARY, None, None)
    assert scope_faults(patient(), B, Basis.PARENTAL, whole, NOW) == {Fault.LEVEL}


@pytest.mark.parametrize("flagged", [False, True])
@pytest.mark.parametrize("died", [False, True])
def test_nobody_acts_for_who_died_or_must_not_be_found(*, flagged: bool, died: bool) -> None:
    found = bars(patient(address_flagged=flagged, died=died))
    assert (Fault.ADDRESS_FLAGGED in found, Fault.DECEASED in found) == (flagged, died)


@given(st.text(alphabet=TYPEABLE, min_size=12, max_size=12), st.sampled_from([str.lower, str.upper]))
def test_a_code_is_read_however_it_is_typed(code: str, case: type[str]) -> None:
    assert as_typed(case(in_groups(code))) == code
    assert as_typed(f" {code[:5]}  {code[5:]}.") == code
    assert as_typed(code.replace("0", "o").replace("1", "l")) == code


def test_codes_differ_and_can_be_read() -> None:
    made = {random_code() for _ in range(200)}
    assert len(made) == 200
    assert {len(code) for code in made} == {12}
    assert set("".join(made)) == set(TYPEABLE)


def test_a_code_links_for_fourteen_whole_days() -> None:
    assert last_day(utc("2024-03-31T23:30")) == date(2024, 4, 15), "it is 1 April in London already"


@given(st.dates(date(2004, 1, 1), TODAY))
def test_own_access_is_decided_from_eleven_to_fifteen(born: date) -> None:
    """R29."""
    age = age_on(born, TODAY)
    expected = {Fault.TOO_YOUNG} if age < 11 else {Fault.GROWN} if age >= 16 else set()
    assert own_bars(child(born), NOW) == expected


def test_nobodys_own_access_is_decided_who_died_or_whose_age_is_not_known() -> None:
    assert own_bars(patient(born=date(2012, 1, 1), died=True), NOW) == {Fault.DECEASED}
    assert own_bars(patient(born=None), NOW) == {Fault.TOO_YOUNG}


@pytest.mark.parametrize("most", Level)
def test_own_access_is_never_more_than_the_practice_gives_and_ends_only_where_it_began(most: Level) -> None:
    facts = patient(policies={A: Policy(level=most)})
    assert own_levels(facts, A) == tuple(level for level in Level if Level.NONE < level <= most)
    begun = patient(policies={A: Policy(level=most)}, competence=Competence(NOW, Level.FULL))
    assert own_levels(begun, A) == tuple(level for level in Level if level <= most)
    assert own_levels(begun, B) == (Level.NONE,)
