"""Links from one entry to others, with their names."""

from openrecord.web.records import events
from openrecord.web.records.related import related, with_names
from openrecord.web.records.values import Shown
from tests.unit.web.entries import shown_of

ONE, OTHER = "0b6c64de-9d3c-4f0e-8a51-2f6a7f2c9e40", "1b6c64de-9d3c-4f0e-8a51-2f6a7f2c9e41"


def shown(reference: str, **body: object) -> Shown:
    kind, _, key = reference.partition("/")
    return shown_of(f"/record/x/{key}", reference, "3 March 2024", {"resourceType": kind, "id": key, **body})


def test_an_entry_is_told_by_its_sort_and_its_name() -> None:
    entry = shown(
        "MedicationRequest/m",
        basedOn=[{"reference": f"MedicationRequest/{ONE}"}],
        encounter={"reference": f"Encounter/{OTHER}"},
    )
    plan = shown(f"MedicationRequest/{ONE}", medicationCodeableConcept={"text": "Aspirin 75mg tablets"})
    told = [
        (line.title, line.value, line.date)
        for line in with_names(related(entry, ()), [plan, shown(f"Encounter/{OTHER}")], lambda e: events.any_line(e)[1])
    ]
    assert told == [("Consultation", "", "3 March 2024"), ("Prescription", "Aspirin 75mg tablets", "3 March 2024")]


def test_what_cannot_be_had_keeps_the_words_for_its_sort() -> None:
    (link,) = with_names(
        related(shown("Condition/c", encounter={"reference": f"Encounter/{ONE}"}), ()), (), events.line
    )
    assert (link.title, link.value, link.date) == ("Consultation", "", "")


def test_answers_that_are_entries_stand_on_the_page_of_a_questionnaire() -> None:
    """GP Connect sends them so."""
    page = events.questionnaire_detail(
        shown("QuestionnaireResponse/q"),
        [
            shown("Observation/a", code={"text": "Cigarettes"}, valueQuantity={"value": 12, "unit": "/d"}),
            shown("Observation/n", valueString="Means to stop."),
        ],
    )
    (group,) = page.groups
    assert [(line.title, line.value) for line in group.lines] == [("Cigarettes", "12 per day")]
    assert page.paragraphs == ("Means to stop.",)
