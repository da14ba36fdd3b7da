"""SMART v2 scopes: what an app may read (R60, AP-01). Whatever is not understood opens nothing (R68)."""

import pytest

from openrecord.access.rules.scopes import readable_slots, reads_patient
from openrecord.clinical.kinds import Slot

OBSERVATIONS = {
    Slot.VITAL_SIGNS, Slot.SOCIAL_HISTORY, Slot.EXAM, Slot.SURVEY, Slot.IMAGING, Slot.OBSERVATION_PROCEDURE,
    Slot.THERAPY, Slot.ACTIVITY, Slot.OBSERVATION_OTHER, Slot.OBSERVATION_LABORATORY, Slot.LABORATORY, Slot.COMMENT,
}  # fmt: skip
EVERYTHING = set(Slot) - {Slot.NEVER}


@pytest.mark.parametrize(
    ("scope", "slots"),
    [
        ("patient/Observation.rs", OBSERVATIONS),
        ("patient/MedicationStatement.rs", {Slot.MEDICATION_STATEMENT}),
        ("patient/MedicationRequest.rs", {Slot.MEDICATION_REQUEST}),
        ("patient/AllergyIntolerance.rs", {Slot.ALLERGY}),
        ("patient/Encounter.rs", {Slot.CONSULTATION}),
        ("patient/Condition.rs", {Slot.PROBLEM, Slot.DIAGNOSIS}),
        ("patient/DiagnosticReport.rs", {Slot.REPORT}),
        ("patient/DocumentReference.rs", {Slot.DOCUMENT}),
        ("patient/Immunization.rs", {Slot.IMMUNISATION}),
        ("patient/ServiceRequest.rs", {Slot.REFERRAL}),
        ("patient/Specimen.rs", {Slot.SPECIMEN}),
        ("patient/Procedure.rs", {Slot.PROCEDURE}),
        ("patient/QuestionnaireResponse.rs", {Slot.QUESTIONNAIRE}),
        ("patient/*.rs", EVERYTHING),
        ("patient/Task.rs", set()),
        ("patient/Patient.rs", set()),
        ("patient/Flag.rs", set()),
    ],
)
def test_a_scope_opens_the_slots_of_its_type(scope: str, slots: set[Slot]) -> None:
    assert readable_slots([scope]) == slots


@pytest.mark.parametrize("acts", ["r", "rs", "cruds", "read", "*"])
def test_reading_must_be_among_the_acts(acts: str) -> None:
    assert readable_slots([f"patient/Procedure.{acts}"]) == {Slot.PROCEDURE}


@pytest.mark.parametrize("acts", ["s", "cuds", "write", "rx", "reads", "R", ""])
def test_other_acts_open_nothing(acts: str) -> None:
    assert readable_slots([f"patient/Procedure.{acts}"]) == set()


@pytest.mark.parametrize(
    ("type_and_category", "slots"),
    [
        ("Observation.rs?category=laboratory", {Slot.LABORATORY, Slot.OBSERVATION_LABORATORY}),
        ("Observation.rs?category=vital-signs", {Slot.VITAL_SIGNS}),
        ("Observation.rs?category=social-history", {Slot.SOCIAL_HISTORY}),
        ("Observation.rs?category=exam", {Slot.EXAM}),
        ("Observation.rs?category=survey", {Slot.SURVEY}),
        ("Observation.rs?category=imaging", {Slot.IMAGING}),
        ("Observation.rs?category=procedure", {Slot.OBSERVATION_PROCEDURE}),
        ("Observation.rs?category=therapy", {Slot.THERAPY}),
        ("Observation.rs?category=activity", {Slot.ACTIVITY}),
        ("Observation.rs?category=http://terminology.example/category|exam", {Slot.EXAM}),
        ("Observation.rs?category=http://terminology.example/?of=category|exam", {Slot.EXAM}),
        ("Condition.rs?category=problem-list-item", {Slot.PROBLEM}),
        ("Condition.rs?category=encounter-diagnosis", {Slot.DIAGNOSIS}),
        ("Condition.rs?category=laboratory", set()),
        ("Observation.rs?category=", set()),
        ("Observation.rs?category=unheard-of", set()),
        ("Observation.rs?category=exam&status=final", set()),
        ("Observation.rs?status=exam", set()),
        ("Observation.rs?", set()),
        ("*.rs?category=laboratory", set()),
        ("Observation.s?category=laboratory", set()),
    ],
)
def test_a_scope_may_name_one_category(type_and_category: str, slots: set[Slot]) -> None:
    assert readable_slots([f"patient/{type_and_category}"]) == slots


@pytest.mark.parametrize(
    "scope",
    [
        "openid", "offline_access", "launch/patient", "patient/Procedure", "Procedure.rs", "user/Procedure.rs",
        "system/*.rs", "patient/Procedure.rs more", "patient/Procedure.rs!", "an patient/Procedure.rs", "",
    ],
)  # fmt: skip
def test_anything_but_the_patient_s_own_context_opens_nothing(scope: str) -> None:
    assert readable_slots([scope]) == set()
    assert not reads_patient([scope])


def test_scopes_add_up() -> None:
    assert readable_slots([]) == set()
    assert readable_slots(["openid", "patient/Specimen.rs", "patient/Procedure.s", "patient/Procedure.rs"]) == {
        Slot.SPECIMEN,
        Slot.PROCEDURE,
    }


@pytest.mark.parametrize(
    ("scopes", "open_to_it"),
    [
        (["patient/Patient.rs"], True),
        (["patient/Patient.read"], True),
        (["patient/*.rs"], True),
        (["openid", "patient/Procedure.rs", "patient/Patient.r"], True),
        (["patient/Patient.s"], False),
        (["patient/Patient.rs?name=x"], False),
        (["patient/*.rs?category=laboratory"], False),
        (["patient/Procedure.rs"], False),
        (["patient/Patient.rs and more"], False),
        ([], False),
    ],
)
def test_demographics_need_a_scope_for_patient_without_conditions(scopes: list[str], *, open_to_it: bool) -> None:
    assert reads_patient(scopes) is open_to_it
