"""Allergies, conditions and vaccinations: what counts now, what is past, and how sure the record is."""

import pytest

from openrecord.web.records import background
from openrecord.web.records.sections import Groups
from openrecord.web.records.values import Shown
from tests.unit.web.entries import shown_of


def shown(kind: str, clinical: str = "active", verification: str = "confirmed") -> Shown:
    """An entry with these statuses."""
    body = {
        "resourceType": kind,
        "code": {"text": verification},
        "clinicalStatus": {"coding": [{"code": clinical}]},
        "verificationStatus": {"coding": [{"code": verification}]},
    }
    return shown_of(f"/{verification}", f"{kind}/{verification}", "1 March 2024", body)


def test_an_allergy_from_a_practice_is_not_said_to_be_unconfirmed() -> None:
    """GP Connect fixes this status: it must not be taken to mean anything."""
    allergy = shown("AllergyIntolerance", verification="unconfirmed")
    assert background.allergy_line(allergy).tag == ""
    status = {fact.label: fact.value for fact in background.allergy_detail(allergy, ()).facts}["Status"]
    assert status == "Active"


def test_a_condition_that_waits_to_be_confirmed_says_so() -> None:
    assert background.condition_line(shown("Condition", verification="unconfirmed")).tag == "Not confirmed"


@pytest.mark.parametrize(
    ("kind", "groups"),
    [("AllergyIntolerance", background.allergy_groups), ("Condition", background.condition_groups)],
)
def test_what_was_ruled_out_is_neither_current_nor_past(kind: str, groups: Groups) -> None:
    """A source may leave its clinical status as it was."""
    entries = [
        shown(kind, verification="refuted"),
        shown(kind),
        shown(kind, "resolved", "provisional"),
    ]
    found = [(group.heading, [line.title for line in group.lines]) for group in groups(entries)]
    assert found == [("Current", ["confirmed"]), ("Past", ["provisional"]), ("Ruled out", ["refuted"])]


def test_one_strength_of_several_reactions_is_said_once() -> None:
    reactions = [{"manifestation": [{"text": each}], "severity": "severe"} for each in ("Rash", "Swelling")]
    body = {"resourceType": "AllergyIntolerance", "code": {"text": "Nuts"}, "reaction": reactions}
    facts = background.allergy_detail(shown_of("/a", "AllergyIntolerance/a", "1 March 2024", body), ()).facts
    assert [(fact.label, fact.value) for fact in facts] == [("Reaction", "Rash, Swelling"), ("How strong", "Severe")]


def test_a_vaccination_says_which_dose_how_much_and_by_whom_it_was_made() -> None:
    body = {
        "resourceType": "Immunization",
        "status": "completed",
        "vaccineCode": {"text": "MMR"},
        "manufacturer": {"display": "Example Labs"},
        "doseQuantity": {"value": 1, "unit": "mL"},
        "protocolApplied": [
            {"doseNumberPositiveInt": 1, "seriesDosesPositiveInt": 2},
            {"doseNumberString": "booster"},
            {"seriesDosesPositiveInt": 3},
        ],
    }
    entry = shown_of("/i", "Immunization/i", "1 March 2024", body)
    facts = {fact.label: fact.value for fact in background.vaccination_detail(entry, ()).facts}
    assert facts == {"Dose number": "1 of 2, booster", "Amount given": "1 mL", "Made by": "Example Labs"}


def test_a_referral_in_a_list_says_what_it_is_for() -> None:
    whom = [{"display": "Example Hospital"}]
    body = {"resourceType": "ServiceRequest", "performer": whom, "reasonCode": [{"text": "Chest pain"}]}
    line = background.referral_line(shown_of("/r", "ServiceRequest/r", "1 March 2024", body))
    assert (line.title, line.value, line.aside) == ("Referral", "Chest pain", "Example Hospital")
    del body["reasonCode"]
    line = background.referral_line(shown_of("/r", "ServiceRequest/r", "1 March 2024", body))
    assert (line.value, line.aside) == ("Example Hospital", "")
