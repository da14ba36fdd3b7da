"""Whose record it is: several names, numbers and addresses, old code systems, references of every form."""

import pytest

from openrecord.clinical.incoming import ALIVE, IncomingPatient, JsonObject
from openrecord.clinical.r4.bundle import read_bundle, read_lines
from openrecord.clinical.r4.patients import read_patient
from tests.unit.clinical.r4_resources import PATIENT, bundle, observation

SYSTEM, OLDER = "https://fhir.nhs.uk/Id/nhs-number", "http://fhir.nhs.net/Id/nhs-number"
ENDED = {"use": "official", "family": "Before", "period": {"end": "2019"}}
ONE, TWO = "9991000003", "9991000372"


def patient(**elements: object) -> IncomingPatient:
    return read_patient({**PATIENT, **elements}, ())


@pytest.mark.parametrize(
    ("identifiers", "number"),
    [
        ([{"system": SYSTEM, "value": "999 100 0003"}], ONE),
        ([{"system": SYSTEM, "value": "999-100-0003"}], ONE),
        ({"system": SYSTEM, "value": ONE}, ONE),
        ([{"system": OLDER, "value": ONE}], ONE),
        ([{"system": "urn:oid:2.16.840.1.113883.2.1.4.1", "value": ONE}], ONE),
        (
            [
                {"system": SYSTEM, "value": ONE},
                {"system": OLDER, "value": "999 100 0003"},
            ],
            ONE,
        ),
        ([{"system": "urn:local", "value": "77"}, {"system": SYSTEM, "value": ONE, "extension": [{"url": "x"}]}], ONE),
        ([{"system": SYSTEM, "value": TWO, "use": "old"}, {"system": SYSTEM, "value": ONE}], ONE),
        ([{"system": SYSTEM, "value": TWO, "use": "temp"}, {"system": SYSTEM, "value": ONE, "use": "official"}], ONE),
        ([{"system": SYSTEM, "value": TWO, "period": {"end": "2020"}}, {"system": SYSTEM, "value": ONE}], ONE),
        ([{"system": SYSTEM, "value": ONE}, {"system": SYSTEM, "value": TWO}], f"{ONE} {TWO}"),
        ([{"system": SYSTEM, "value": 9991000003}], None),
        ([{"system": [SYSTEM], "value": ONE}, "x", None], None),
        ("x", None),
    ],
)
def test_nhs_number(identifiers: object, number: str | None) -> None:
    assert patient(identifier=identifiers).nhs_number == number


@pytest.mark.parametrize(
    ("names", "family"),
    [
        ([{"use": "old", "family": "Before"}, {"family": "Now"}], "Now"),
        ([{"use": "nickname", "family": "Nick"}, {"use": "usual", "family": "Now"}], "Now"),
        ([{"use": "maiden", "family": "Before"}, {"use": "official", "family": "Now"}], "Now"),
        (
            [{"use": "official", "family": "Before", "period": {"end": "2019"}}, {"use": "official", "family": "Now"}],
            "Now",
        ),
        (
            [{"use": "official", "family": "Before", "period": {"end": "2019"}}, {"use": "old", "family": "Old"}],
            "Before",
        ),
        ([{"use": "old", "family": "Only"}], "Only"),
        ([{"use": ["x"], "family": "Only"}, "x", None], "Only"),
        ({"family": "Only"}, "Only"),
        ([{"family": ["Older", "Form"]}], None),
        ([{"family": "F" * 201}], None),
        ([{"text": "Test Example"}], None),
        (5, None),
    ],
)
def test_family_name(names: object, family: str | None) -> None:
    assert patient(name=names).family == family


def test_what_the_registry_would_not_take_counts_as_not_given_or_is_cut() -> None:
    given = patient(gender="Female", name=[{"family": "F", "given": ["G" * 150, None, "H" * 150]}])
    assert (given.gender, given.given) == (None, "G" * 150 + " " + "H" * 49)
    assert patient(gender="female").gender == "female"


@pytest.mark.parametrize(
    "subject",
    [
        {"identifier": {"system": SYSTEM, "value": "999 100 0003"}},
        {"identifier": {"system": OLDER, "value": ONE}},
        {"reference": "https://pds.example.org/Patient/9991000003", "identifier": {"system": SYSTEM, "value": ONE}},
        {"reference": "Patient/p", "identifier": {"system": SYSTEM, "value": ONE}},
        {"reference": "Patient/p", "identifier": {"system": "urn:local", "value": "5"}},
        {"reference": "Patient?identifier=https://fhir.nhs.uk/Id/nhs-number|9991000003"},
    ],
)
def test_subject_by_number_in_every_form(subject: JsonObject) -> None:
    (message,) = read_bundle(bundle(PATIENT, observation(subject=subject)))
    assert len(message.entries) == 1


def test_a_subject_that_names_one_and_numbers_another_is_nobody() -> None:
    other = {**PATIENT, "id": "q", "identifier": [{"system": SYSTEM, "value": TWO}]}
    given = observation(subject={"reference": "Patient/p", "identifier": {"system": SYSTEM, "value": TWO}})
    assert [len(message.entries) for message in read_bundle(bundle(PATIENT, other, given))] == [0, 0, 0]


def test_a_server_that_leaves_its_own_address_out_is_known_by_whom_its_resources_are_about() -> None:
    subject = {"reference": "https://ehr.example.org/fhir/R4/Patient/p"}
    visit = {"reference": "https://ehr.example.org/fhir/R4/Encounter/e"}
    given = [
        observation(subject=subject, encounter=visit),
        {**observation(id="2"), "subject": {"reference": "Patient/p"}},
    ]
    (message,) = read_lines([(f"line {n}", each, None) for n, each in enumerate([PATIENT, *given])])
    assert len(message.entries) == 2
    assert message.entries[0].aliases == ("Observation/1", "https://ehr.example.org/fhir/R4/Observation/1")
    elsewhere = observation(subject={"reference": "https://other.example.org/Patient/q"})
    assert not read_lines([("line 1", PATIENT, None), ("line 2", elsewhere, None)])[0].entries


@pytest.mark.parametrize(
    ("said", "died"),
    [
        ({"deceasedDateTime": "2025-03-01"}, "2025-03-01"),
        ({"deceasedBoolean": True}, "true"),
        ({"deceasedBoolean": False}, ALIVE),
        ({"deceasedBoolean": "true"}, None),
        ({"deceasedDateTime": 2025}, None),
        ({}, None),
    ],
)
def test_what_is_said_of_a_death(said: dict[str, object], died: str | None) -> None:
    assert patient(**said).died == died
