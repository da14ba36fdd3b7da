"""Consultations, sections and labels: what Lists say about the resources they name."""

import pytest

from openrecord.clinical.dates import earliest
from openrecord.clinical.incoming import IncomingLink, Label, LinkKind
from tests.unit.clinical.stu3.records import (
    CARE_CONNECT,
    HEADING,
    NOPAT,
    TOPIC,
    Resource,
    consultation,
    encounter,
    entry_of,
    listing,
    observation,
    read,
    read_one,
    ref,
    resource,
    snomed,
)

IN_ENCOUNTER = IncomingLink(LinkKind.ENCOUNTER, "Encounter/enc")
UNCATEGORISED = "826501000000100"


def issue(key: str = "mr") -> Resource:
    medicine = snomed("317291008")
    return resource("MedicationRequest", key, status="active", intent="order", medicationCodeableConcept=medicine)


def test_what_a_heading_names_is_part_of_the_consultation() -> None:
    entry = read_one(observation("o"), encounter(), *consultation("enc", "Observation/o"))
    assert entry.containers == ("Encounter/enc",)
    assert entry.links == (IN_ENCOUNTER,)


def test_heading_without_encounter_takes_that_of_the_list_above() -> None:
    outer = listing(TOPIC, "List/h", id="t", encounter=ref("Encounter/enc"))
    inner = listing(HEADING, "Observation/o", id="h")
    assert read_one(observation("o"), encounter(), outer, inner).containers == ("Encounter/enc",)


@pytest.mark.parametrize(
    "shared",
    [
        resource("Condition", "x", code=snomed("22298006"), context=ref("Encounter/enc")),
        resource("AllergyIntolerance", "x", code=snomed("91935009")),
        resource("MedicationStatement", "x", status="active", medicationCodeableConcept=snomed("317291008")),
    ],
    ids=lambda each: str(each["resourceType"]),
)
def test_shared_items_are_linked_to_the_consultation_but_no_part_of_it(shared: Resource) -> None:
    entry = read_one(shared, encounter(), *consultation("enc", f"{shared['resourceType']}/x"))
    assert entry.containers == ()
    assert entry.links == (IN_ENCOUNTER,)


def test_prescription_is_part_of_its_only_consultation() -> None:
    assert read_one(issue(), encounter(), *consultation("enc", "MedicationRequest/mr")).containers == ("Encounter/enc",)


def test_prescription_of_several_consultations_is_part_of_none() -> None:
    lists = [*consultation("enc", "MedicationRequest/mr"), *consultation("e2", "MedicationRequest/mr", key="d")]
    entry = read_one(issue(), encounter(), encounter("e2"), *lists)
    assert entry.containers == ()
    assert entry.links == (IN_ENCOUNTER, IncomingLink(LinkKind.ENCOUNTER, "Encounter/e2"))


def test_observation_of_several_consultations_is_part_of_each() -> None:
    lists = [*consultation("enc", "Observation/o"), *consultation("e2", "Observation/o", key="d")]
    entry = read_one(observation("o"), encounter(), encounter("e2"), *lists)
    assert entry.containers == ("Encounter/enc", "Encounter/e2")


def test_consultation_that_is_not_in_the_record_stays_a_container_but_no_link() -> None:
    entry = read_one(observation("o", context=ref("Encounter/absent")))
    assert entry.containers == ("Encounter/absent",)
    assert entry.links == ()


def test_problem_of_a_topic_becomes_a_diagnosis_of_the_consultation() -> None:
    problem = resource("Condition", "p", code=snomed("22298006"))
    header = {
        "url": f"{CARE_CONNECT}RelatedProblemHeader-1",
        "extension": [{"url": "target", "valueReference": ref("Condition/p")}],
    }
    lists = consultation("enc")
    lists[1]["extension"] = [header]
    entry = entry_of(read(encounter(), problem, *lists), "Encounter/enc")
    assert entry.links == (IncomingLink(LinkKind.DIAGNOSIS, "Condition/p"),)


def test_label_of_a_resource_counts() -> None:
    assert read_one(observation("o", meta=NOPAT)).label is Label.NOT_FOR_PATIENT
    assert read_one(observation("o")).label is Label.NONE


def test_label_of_a_consultation_list_reaches_the_encounter_and_all_in_it() -> None:
    message = read(observation("o"), encounter(), *consultation("enc", "Observation/o", meta=NOPAT))
    assert {entry.label for entry in message.entries} == {Label.NOT_FOR_PATIENT}


def test_label_of_a_heading_reaches_only_what_it_names() -> None:
    lists = consultation("enc", "Observation/o")
    lists[2]["meta"] = NOPAT
    message = read(observation("o"), encounter(), *lists)
    assert entry_of(message, "Observation/o").label is Label.NOT_FOR_PATIENT
    assert entry_of(message, "Encounter/enc").label is Label.NONE


def test_label_that_nobody_understands_is_unknown() -> None:
    odd = {"security": [{"system": "https://example.org/labels", "code": "MAYBE"}]}
    section = listing(UNCATEGORISED, "Observation/o", meta=odd)
    assert read_one(observation("o"), section).label is Label.UNKNOWN


def test_version_time_is_the_date_of_the_section_else_of_the_newest() -> None:
    older = listing(UNCATEGORISED, "Observation/o", date="2021-06-01T08:00:00+00:00")
    newer = listing("717711000000103", date="2021-06-02T08:00:00+00:00")
    message = read(observation("o"), observation("loose"), older, newer)
    assert entry_of(message, "Observation/o").version_time == earliest("2021-06-01T08:00:00+00:00")
    assert entry_of(message, "Observation/loose").version_time == earliest("2021-06-02T08:00:00+00:00")


def test_a_hash_in_place_of_a_version_number_says_nothing_about_order() -> None:
    entry = read_one(observation("o", meta={"versionId": "8195225890269808535", "lastUpdated": "2021-06-02T08:00:00Z"}))
    assert entry.version_id is None
    assert entry.version_time == earliest("2021-06-02T08:00:00Z")


def test_a_version_counter_orders() -> None:
    assert read_one(observation("o", meta={"versionId": "9"})).version_id == 9


def test_what_was_removed_from_a_list_is_no_part() -> None:
    lists = consultation("enc", "Observation/o")
    lists[2]["entry"][0]["deleted"] = True
    assert read_one(observation("o"), encounter(), *lists).containers == ()


def test_an_episode_of_care_is_no_consultation() -> None:
    assert read_one(observation("o", context=ref("EpisodeOfCare/e"))).containers == ()


def test_transfer_warning_of_a_section_does_not_mark_its_entries() -> None:
    warning = {"url": f"{CARE_CONNECT}ListWarningCode-1", "valueCode": "data-in-transit"}
    section = listing(UNCATEGORISED, "Observation/o", extension=[warning])
    assert read_one(observation("o"), section).transferred is False


def test_lists_that_name_each_other_do_no_harm() -> None:
    first = listing(TOPIC, "List/b", id="a", encounter=ref("Encounter/enc"))
    second = listing(TOPIC, "List/a", "Observation/o", id="b")
    assert read_one(observation("o"), encounter(), first, second).containers == ("Encounter/enc",)


def test_absolute_and_versioned_references_mean_the_same() -> None:
    context = ref("https://gp.example/STU3/Encounter/enc/_history/3")
    assert read_one(observation("o", context=context), encounter()).containers == ("Encounter/enc",)
