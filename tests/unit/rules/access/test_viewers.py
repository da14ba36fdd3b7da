"""What speaks about the viewer, whatever the entry (R21-R29, R43; QUESTIONS 3, 8, 13-17)."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from openrecord.access.rules.viewers import (
    is_not_carried_on,
    is_of_age,
    is_own_choice,
    is_suspended,
    needs_age_review,
    opened,
    principal,
    review_age,
    viewer_reasons,
)
from openrecord.access.types import AgeReview, Basis, CodeFact, Competence, Reason, ReviewCode, Viewer
from openrecord.clinical.kinds import Level
from openrecord.registry.types import Policy, Registration
from tests.unit.rules.facts import (
    APP,
    BORN,
    GRANTED,
    LAWYER,
    ME,
    MUM,
    NOW,
    SON,
    TICK,
    A,
    B,
    child,
    patient,
    people,
    utc,
)


def test_an_app_reads_as_the_person_it_acts_for_and_nobody_else_does() -> None:
    of_son = replace(APP, acts_for=SON.viewer_id)
    facts = patient(viewers=people(ME, SON, of_son))
    assert principal(facts, APP) is ME
    assert principal(facts, of_son) is SON
    assert principal(facts, SON) is SON
    assert principal(facts, replace(SON, acts_for=ME.viewer_id)).kind is SON.kind


def test_an_app_of_nobody_known_stays_an_app() -> None:
    for lost in (replace(APP, acts_for=None), replace(APP, acts_for=MUM.viewer_id)):
        assert principal(patient(), lost) is lost


def test_age_turns_at_midnight_london_of_the_birthday_and_is_unknown_without_a_birth_date() -> None:
    """R25, PX-01, PX-08."""
    facts = patient(born=date(2008, 7, 15))
    assert not is_of_age(facts, 16, utc("2024-07-14T23:00") - TICK)
    assert is_of_age(facts, 16, utc("2024-07-14T23:00"))
    assert not is_of_age(patient(born=None), 0, NOW)


@pytest.mark.parametrize("basis", Basis)
def test_the_patient_s_choices_reach_the_patient_and_proxies_by_consent(basis: Basis) -> None:
    """QUESTIONS 3."""
    assert is_own_choice(ME)
    assert is_own_choice(replace(SON, basis=basis)) is (basis is Basis.CONSENT)


LIVE, REGISTERED = utc("2023-11-01"), utc("2024-01-10")
AT_16 = utc("2024-02-05")
YOUNG = date(2008, 2, 5)


@pytest.mark.parametrize(
    ("changes", "viewer", "when"),
    [
        pytest.param({}, ME, LIVE, id="go-live is last"),
        pytest.param({}, SON, SON.granted, id="the grant is last"),
        pytest.param({"registrations": (Registration(A, date(2024, 1, 10)),)}, ME, REGISTERED, id="registration"),
        pytest.param({"born": YOUNG}, ME, AT_16, id="the sixteenth birthday (R40)"),
        pytest.param({"born": YOUNG}, SON, SON.granted, id="a proxy needs not wait for the birthday"),
        pytest.param(
            {"born": YOUNG, "competence": Competence(utc("2023-12-01"), Level.FULL)},
            ME,
            AT_16,
            id="at 16 it opens anew, also for whom competence had opened it (QUESTIONS 3, PX-04)",
        ),
        pytest.param(
            {"born": date(2009, 1, 1), "competence": Competence(utc("2023-12-01"), Level.FULL)},
            ME,
            utc("2023-12-01"),
            id="before 16 with competence (R29)",
        ),
        pytest.param({"born": date(2009, 1, 1)}, ME, None, id="before 16 without competence"),
        pytest.param({"born": None}, ME, None, id="no birth date"),
        pytest.param({"born": None}, SON, SON.granted, id="no birth date: a proxy's waits for no birthday"),
        pytest.param({}, replace(ME, granted=None), None, id="no account"),
        pytest.param({"policies": {}}, ME, None, id="no policy"),
        pytest.param({"policies": {A: Policy(go_live=None)}}, ME, None, id="no go-live"),
        pytest.param({"policies": {A: Policy(go_live=date(2024, 4, 1))}}, ME, None, id="go-live ahead"),
        pytest.param({"registrations": ()}, ME, None, id="not registered"),
        pytest.param(
            {"registrations": (Registration(A, date(2010, 1, 1), date(2023, 10, 1)),)},
            ME,
            None,
            id="no longer registered when the rest came together",
        ),
        pytest.param({}, replace(ME, granted=NOW + TICK), None, id="account opened later than now"),
        pytest.param({}, replace(ME, granted=NOW), NOW, id="account opened now"),
    ],
)
def test_a_grant_opens_at_an_organisation_when_the_last_condition_is_met(
    changes: dict[str, Any], viewer: Viewer, when: datetime | None
) -> None:
    """QUESTIONS 3: account opening, go-live, registration, sixteenth birthday, a proxy being granted."""
    assert opened(patient(**changes), viewer, A, NOW) == when


def test_competence_gives_way_to_the_sixteenth_birthday_at_its_midnight() -> None:
    facts = patient(born=YOUNG, competence=Competence(utc("2023-12-01"), Level.FULL))
    assert opened(facts, ME, A, AT_16 - TICK) == utc("2023-12-01")
    assert opened(facts, ME, A, AT_16) == AT_16


DECLINED = CodeFact(ReviewCode.DECLINED, None, utc("2024-02-01"), utc("2024-02-01"))
OLD_PROXY = replace(SON, listed_org=B)


@pytest.mark.parametrize(
    ("changes", "viewer", "codes"),
    [
        pytest.param({}, ME, set(), id="patient"),
        pytest.param({}, SON, set(), id="proxy by consent"),
        pytest.param({}, LAWYER, set(), id="attorney"),
        pytest.param({}, APP, set(), id="app"),
        pytest.param({"died": True}, ME, {Reason.DECEASED}, id="death: the patient (QUESTIONS 13)"),
        pytest.param({"died": True}, LAWYER, {Reason.DECEASED}, id="death: proxies too (QUESTIONS 13)"),
        pytest.param({"codes": (DECLINED,)}, ME, {Reason.DECLINED}, id="103: the patient (CD-08)"),
        pytest.param({"codes": (DECLINED,)}, APP, {Reason.DECLINED}, id="103: the patient's app (CD-08)"),
        pytest.param({"codes": (DECLINED,)}, SON, {Reason.DECLINED}, id="103: a proxy by consent (QUESTIONS 3)"),
        pytest.param({"codes": (DECLINED,)}, LAWYER, set(), id="103: not an attorney (CD-08)"),
        pytest.param({"paused": True}, ME, {Reason.PAUSED}, id="pause: the patient (R7)"),
        pytest.param({"paused": True}, SON, {Reason.PAUSED}, id="pause: a proxy by consent (CD-10)"),
        pytest.param({"paused": True}, LAWYER, set(), id="pause: not an attorney"),
        pytest.param(
            {"paused": True, "codes": (DECLINED,)}, ME, {Reason.PAUSED, Reason.DECLINED}, id="two things (CD-12)"
        ),
        pytest.param({"born": date(2010, 1, 1)}, ME, {Reason.UNDER_16}, id="under 16"),
        pytest.param({"born": date(2010, 1, 1)}, LAWYER, set(), id="under 16: not a proxy"),
        pytest.param(
            {"born": date(2010, 1, 1), "competence": Competence(utc("2024-01-01"), Level.FULL)},
            ME,
            set(),
            id="under 16 with competence (R29)",
        ),
        pytest.param({"born": None}, ME, {Reason.UNKNOWN_INPUT}, id="no birth date (QUESTIONS 17)"),
        pytest.param({"born": None}, LAWYER, {Reason.UNKNOWN_INPUT}, id="no birth date: every viewer"),
        pytest.param({}, replace(ME, granted=None), {Reason.UNKNOWN_INPUT}, id="no account yet"),
        pytest.param({}, replace(ME, granted=NOW + TICK), {Reason.UNKNOWN_INPUT}, id="account opened later"),
        pytest.param({}, replace(ME, granted=NOW), set(), id="account opened now"),
        pytest.param({}, replace(APP, acts_for=None), {Reason.UNKNOWN_INPUT}, id="app of nobody known"),
        pytest.param({}, replace(APP, revoked=True), {Reason.TOKEN_REVOKED}, id="app revoked (R71, AP-02)"),
        pytest.param({}, replace(SON, revoked=True), {Reason.PROXY_REVOKED}, id="proxy revoked (R27)"),
        pytest.param(
            {"viewers": people(ME, replace(SON, revoked=True))},
            replace(APP, acts_for=SON.viewer_id),
            {Reason.PROXY_REVOKED},
            id="app of a revoked proxy",
        ),
        pytest.param({}, replace(SON, expires=date(2024, 3, 1)), {Reason.PROXY_EXPIRED}, id="expired (R28)"),
        pytest.param({}, replace(SON, expires=date(2024, 3, 2)), set(), id="expires tomorrow"),
        pytest.param(
            {"registrations": (Registration(A, date(2010, 1, 1)), Registration(B, date(2024, 2, 1)))},
            SON,
            {Reason.PROXY_MOVED},
            id="registered elsewhere since (MV-05)",
        ),
        pytest.param(
            {"registrations": (Registration(A, date(2010, 1, 1)), Registration(B, date(2024, 2, 1)))},
            OLD_PROXY,
            set(),
            id="registered where the proxy is listed",
        ),
        pytest.param({"address_flagged": True}, LAWYER, {Reason.ADDRESS_FLAGGED}, id="flagged address: proxies"),
        pytest.param({"address_flagged": True}, ME, set(), id="flagged address: not the patient"),
        pytest.param({}, MUM, {Reason.PROXY_AGE_REVIEW}, id="a parent of an adult (R25)"),
        pytest.param(
            {"registrations": (Registration(B, date(2024, 2, 1)),)},
            replace(SON, granted=None),
            {Reason.UNKNOWN_INPUT},
            id="a proxy not granted yet has not moved",
        ),
    ],
)
def test_codes_of_the_viewer(changes: dict[str, Any], viewer: Viewer, codes: set[Reason]) -> None:
    assert viewer_reasons(patient(**changes), viewer, NOW) == codes


def test_a_proxy_expires_at_the_beginning_of_the_day() -> None:
    """QUESTIONS 16, PX-12."""
    proxy = replace(SON, expires=date(2024, 7, 15))
    assert viewer_reasons(patient(), proxy, utc("2024-07-14T23:00") - TICK) == set()
    assert viewer_reasons(patient(), proxy, utc("2024-07-14T23:00")) == {Reason.PROXY_EXPIRED}


def test_the_review_age_is_that_of_the_practice_that_lists_the_proxy() -> None:
    facts = patient(policies={A: Policy(review_age=13), B: None})
    assert review_age(facts, MUM) == 13
    assert review_age(facts, replace(MUM, listed_org=B)) == 11
    assert review_age(facts, replace(MUM, listed_org=None)) == 11
    assert review_age(patient(policies={A: Policy(review_age=13), None: Policy(review_age=12)}), ME) == 11


ELEVEN = date(2013, 2, 10)
TURNED_11 = utc("2024-02-10")
AFTER, BEFORE = utc("2024-02-20"), utc("2024-01-20")


def review(at: datetime, age: int = 11, *, carries_on: bool = True, viewer: Viewer = MUM) -> AgeReview:
    return AgeReview(viewer.viewer_id, at, age, carries_on)


@pytest.mark.parametrize(
    ("reviews", "suspended"),
    [
        pytest.param((), True, id="nobody has decided (R24, PX-07)"),
        pytest.param((review(AFTER),), False, id="decided to continue"),
        pytest.param((review(AFTER, carries_on=False),), True, id="decided to end"),
        pytest.param((review(BEFORE),), False, id="decided ahead (QUESTIONS 15)"),
        pytest.param((review(BEFORE, 13),), False, id="decided ahead for a later age"),
        pytest.param((review(BEFORE, 10),), True, id="decided for an earlier age"),
        pytest.param((review(AFTER, 10),), False, id="decided at this age, whatever age it names"),
        pytest.param((review(TURNED_11, 10),), False, id="decided at the birthday's midnight"),
        pytest.param((review(TURNED_11 - TICK, 10),), True, id="decided just before"),
        pytest.param((review(AFTER, viewer=SON),), True, id="decided about somebody else"),
        pytest.param((review(BEFORE), review(AFTER, carries_on=False)), True, id="the last decision: end"),
        pytest.param((review(BEFORE, carries_on=False), review(AFTER)), False, id="the last decision: continue"),
    ],
)
def test_a_parent_is_suspended_at_the_review_age_until_somebody_decides(
    reviews: tuple[AgeReview, ...], *, suspended: bool
) -> None:
    assert needs_age_review(child(ELEVEN, age_reviews=reviews), MUM, NOW) is suspended


@pytest.mark.parametrize(
    ("granted", "reviews", "suspended"),
    [
        pytest.param(TURNED_11, (), False, id="granted at that age"),
        pytest.param(TURNED_11 - TICK, (), True, id="granted just before"),
        pytest.param(AFTER, (review(BEFORE, carries_on=False),), False, id="granted anew after an end"),
        pytest.param(BEFORE, (review(AFTER, carries_on=False),), True, id="granted before an end"),
        pytest.param(TURNED_11, (review(AFTER, carries_on=False),), True, id="granted at that age, ended since"),
        pytest.param(TURNED_11, (review(TURNED_11, carries_on=False),), True, id="ended at the instant of the grant"),
        pytest.param(
            TURNED_11, (review(BEFORE), review(AFTER, carries_on=False)), True, id="continued ahead, ended since"
        ),
        pytest.param(TURNED_11, (review(AFTER),), False, id="granted at that age, and continued"),
        pytest.param(None, (), True, id="not granted yet"),
        pytest.param(None, (review(AFTER),), False, id="not granted yet, decided to continue"),
    ],
)
def test_a_grant_made_at_the_review_age_needs_no_review(
    granted: datetime | None, reviews: tuple[AgeReview, ...], *, suspended: bool
) -> None:
    """QUESTIONS 15: a decision or a grant made at or after that age."""
    mother = replace(MUM, granted=granted)
    facts = child(ELEVEN, viewers=people(ME, mother), age_reviews=reviews)
    assert needs_age_review(facts, mother, NOW) is suspended


def test_the_review_is_due_from_the_birthday_s_midnight_at_the_age_the_policy_says() -> None:
    facts = child(ELEVEN)
    assert not needs_age_review(facts, MUM, TURNED_11 - TICK)
    assert needs_age_review(facts, MUM, TURNED_11)
    assert not needs_age_review(child(ELEVEN, policies={A: Policy(review_age=12)}), MUM, NOW)
    assert needs_age_review(child(date(2014, 2, 10), policies={A: Policy(review_age=10)}), MUM, NOW)


def test_at_sixteen_a_parent_is_suspended_whatever_was_decided() -> None:
    """R25, QUESTIONS 15, PX-09."""
    facts = child(date(2008, 2, 29), age_reviews=(review(utc("2024-02-20"), 16),))
    assert not needs_age_review(facts, MUM, utc("2024-02-29") - TICK)
    assert needs_age_review(facts, MUM, utc("2024-02-29"))


def test_only_parents_are_reviewed_and_only_where_the_age_is_known() -> None:
    assert not needs_age_review(patient(), LAWYER, NOW)
    assert not needs_age_review(patient(), SON, NOW)
    assert not needs_age_review(patient(born=None), MUM, NOW)
    assert needs_age_review(patient(born=BORN), MUM, NOW)


@pytest.mark.parametrize(
    ("reviews", "ended"),
    [
        ((), False),
        (((1, False),), True),
        (((1, True),), False),
        (((1, False), (2, True)), False),
        (((1, True), (2, False)), True),
        (((0, False),), True),
        (((-1, False),), False),
    ],
    ids=[
        "none",
        "ended",
        "carried on",
        "carried on after all",
        "ended after all",
        "as it was granted",
        "granted since",
    ],
)
def test_a_review_ends_what_was_granted_before_it(reviews: tuple[tuple[int, bool], ...], *, ended: bool) -> None:
    """Days since the grant, and whether it was carried on; what was said of another parent counts for that one."""
    made = tuple(AgeReview(MUM.viewer_id, GRANTED + timedelta(days=day), 11, on) for day, on in reviews)
    other = AgeReview(SON.viewer_id, GRANTED + timedelta(days=9), 11, carries_on=not ended)
    facts = child(date(2012, 5, 10), age_reviews=(*made, other))
    assert is_not_carried_on(facts, MUM) is ended
    assert is_not_carried_on(facts, replace(MUM, granted=None)) is (bool(reviews) and not reviews[-1][1])


@pytest.mark.parametrize(
    ("changes", "viewer", "suspended"),
    [
        pytest.param({}, SON, False, id="nothing speaks against it"),
        pytest.param({"address_flagged": True}, SON, True, id="a protected address"),
        pytest.param({"died": True}, SON, True, id="died"),
        pytest.param({"died": True}, ME, False, id="nobody acts for themselves"),
        pytest.param({"paused": True}, SON, False, id="a pause looks like a lower level"),
    ],
)
def test_whose_access_is_suspended_has_nothing_to_see_or_to_do(
    changes: dict[str, Any], viewer: Viewer, *, suspended: bool
) -> None:
    assert is_suspended(patient(viewers=people(ME, SON), **changes), viewer, NOW) is suspended


@pytest.mark.parametrize(("born", "suspended"), [(date(2013, 1, 10), True), (date(2020, 1, 10), False)])
def test_a_parent_whose_access_waits_for_a_review_is_suspended(born: date, *, suspended: bool) -> None:
    assert is_suspended(child(born), MUM, NOW) is suspended
