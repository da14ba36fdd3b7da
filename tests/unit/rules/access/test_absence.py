"""Why a part of a record shows nothing: told by what is open to the viewer, never by what there is (R5)."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from openrecord.access.rules.absence import absence, absences
from openrecord.access.rules.choices import Why
from openrecord.access.rules.sight import SightContext
from openrecord.access.types import Choices, Closure, CodeFact, ReviewCode, Standing, Viewer
from openrecord.clinical.kinds import Level, Section, Slot
from openrecord.registry.types import Policy, Registration
from tests.unit.rules.facts import ME, NOW, SON, A, B, chunk, patient, people, utc

LETTERS, MEDICINES, NOTES = (
    frozenset({Slot.DOCUMENT}),
    frozenset({Slot.MEDICATION_STATEMENT, Slot.MEDICATION_REQUEST}),
    frozenset({Slot.CONSULTATION, Slot.COMMENT}),
)
SHORT = {A: Policy(level=Level.DETAILED)}
WITHOUT_LETTERS = {A: Policy(sections_off=frozenset({Section.DOCUMENTS}))}
AT_RISK = CodeFact(ReviewCode.ENHANCED_REVIEW, date(2022, 1, 1), utc("2022-01-01"), utc("2022-01-01"))
DECLINED = CodeFact(ReviewCode.DECLINED, None, utc("2024-02-01"), utc("2024-02-01"))
LEFT = (Registration(A, date(2010, 1, 1), date(2024, 1, 1)),)
BOTH = (Registration(A, date(2010, 1, 1)), Registration(B, date(2010, 1, 1)))


@pytest.mark.parametrize(
    ("changes", "slots", "why"),
    [
        pytest.param({}, LETTERS, None, id="open"),
        pytest.param({"policies": SHORT}, LETTERS, Why.LEVEL, id="above the level"),
        pytest.param({"policies": SHORT}, MEDICINES, None, id="within the level"),
        pytest.param({"policies": SHORT}, NOTES, None, id="partly within the level"),
        pytest.param({"online": Choices(lowered=Level.SUMMARY)}, LETTERS, Why.LEVEL, id="lowered on our pages"),
        pytest.param({"lowered": Level.SUMMARY}, LETTERS, Why.LEVEL, id="lowered at the practice"),
        pytest.param({"policies": WITHOUT_LETTERS}, LETTERS, Why.NOT_OFFERED, id="a section off"),
        pytest.param({"policies": WITHOUT_LETTERS}, LETTERS | MEDICINES, None, id="one of two sections off"),
        pytest.param({"policies": {A: Policy(go_live=None)}}, MEDICINES, Why.NOT_ENABLED, id="not live"),
        pytest.param({"policies": {A: Policy(level=Level.NONE)}}, MEDICINES, Why.NOT_GIVEN, id="level none"),
        pytest.param({"codes": (AT_RISK,)}, MEDICINES, Why.NOT_GIVEN, id="at risk: not given (R8)"),
        pytest.param({"codes": (DECLINED,)}, MEDICINES, Why.NOT_GIVEN, id="declined at the practice: not given"),
        pytest.param({"codes": (replace(DECLINED, online=True),)}, MEDICINES, Why.CHOSEN, id="declined on our pages"),
        pytest.param({"online": Choices(paused=True)}, MEDICINES, Why.CHOSEN, id="paused on our pages"),
        pytest.param({"born": date(2010, 1, 1)}, MEDICINES, Why.TOO_YOUNG, id="under 16"),
        pytest.param({"closures": (Closure("all", ""),)}, MEDICINES, Why.UNAVAILABLE, id="a stop"),
        pytest.param({"registrations": ()}, MEDICINES, None, id="registered nowhere"),
        pytest.param({"registrations": LEFT}, MEDICINES, None, id="registered nowhere any more"),
        pytest.param(
            {"policies": {A: Policy(level=Level.SUMMARY, sections_off=frozenset({Section.DOCUMENTS}))}},
            LETTERS | NOTES,
            Why.LEVEL,
            id="one of two off, the other above the level",
        ),
        pytest.param({"policies": SHORT, "chunks": (chunk(),)}, LETTERS, None, id="open in the history"),
        pytest.param(
            {"policies": SHORT, "chunks": (chunk(level=Level.DETAILED),)}, LETTERS, Why.LEVEL, id="history no higher"
        ),
        pytest.param({"policies": SHORT, "chunks": (chunk(org=B),)}, LETTERS, Why.LEVEL, id="history elsewhere"),
        pytest.param(
            {"registrations": BOTH, "policies": {A: Policy(go_live=None), B: Policy()}}, LETTERS, None, id="open at one"
        ),
        pytest.param(
            {"registrations": BOTH, "policies": {A: Policy(go_live=None), B: Policy(level=Level.DETAILED)}},
            LETTERS,
            Why.LEVEL,
            id="of two practices what says most",
        ),
    ],
)
def test_what_a_patient_is_told(changes: dict[str, Any], slots: frozenset[Slot], why: Why | None) -> None:
    assert absence(absences(patient(**changes), ME, NOW, "web"), slots) is why


@pytest.mark.parametrize(
    ("changes", "viewer", "why"),
    [
        pytest.param({}, SON, None, id="open"),
        pytest.param({}, replace(SON, level=Level.DETAILED), Why.LEVEL, id="narrower than the patient's"),
        pytest.param({}, replace(SON, sections=frozenset({Section.ALLERGIES})), Why.LEVEL, id="a section not theirs"),
        pytest.param({"policies": SHORT}, SON, Why.LEVEL, id="above the practice's level"),
        pytest.param({"policies": WITHOUT_LETTERS}, SON, Why.LEVEL, id="a section off"),
        pytest.param({"policies": {A: Policy(go_live=None)}}, SON, Why.LEVEL, id="not live"),
        pytest.param({"online": Choices(paused=True)}, SON, Why.LEVEL, id="the patient paused"),
        pytest.param({"codes": (AT_RISK,)}, SON, Why.LEVEL, id="at risk"),
        pytest.param({"address_flagged": True}, SON, Why.LEVEL, id="a protected address"),
        pytest.param({"closures": (Closure("all", ""),)}, SON, Why.UNAVAILABLE, id="a stop"),
    ],
)
def test_a_proxy_is_told_nothing_of_the_patients_own_access(
    changes: dict[str, Any], viewer: Viewer, why: Why | None
) -> None:
    assert absence(absences(patient(viewers=people(ME, viewer), **changes), viewer, NOW, "web"), LETTERS) is why


@pytest.mark.parametrize("level", list(Level))
def test_what_is_open_is_what_nothing_is_said_of(level: Level) -> None:
    facts = patient(policies={A: Policy(level=level, sections_off=frozenset({Section.ALLERGIES}))})
    told = absences(facts, ME, NOW, "web")
    for slot in Slot:
        assert (absence(told, {slot}) is None) == (not SightContext(facts, ME, NOW, "web").reasons(Standing(A, slot)))


def test_nobody_closes_anything_to_who_is_registered_nowhere() -> None:
    told = absences(patient(registrations=()), ME, NOW, "web")
    assert all(absence(told, {slot}) is None for slot in Slot)
