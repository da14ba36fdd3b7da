"""The STU3 files have the lists of GP Connect: sections by code, consultation → topic → category, problem headers."""

from collections.abc import Iterator
from typing import Any

from openrecord_demo.england.codes_used import CODES
from tests.unit.demo.england_files import Resource, messages

SECTIONS = {code.snomed for key, code in CODES.items() if key.startswith("list_")}
CONSULTATION, TOPIC, CATEGORY = (CODES[key].snomed for key in ("consultation", "topic", "category"))


def gpconnect() -> Iterator[dict[str, Resource]]:
    """Each STU3 file's resources by local reference; lists without id by their place."""
    for name, items in messages():
        if "/gpconnect/" in name:
            yield {f"{item['resourceType']}/{item.get('id', f'#{place}')}": item for place, item in enumerate(items)}


def code_of(item: Resource) -> Any:
    return item["code"]["coding"][0]["code"]


def test_there_are_such_files() -> None:
    assert sum(1 for _ in gpconnect()) > 4


def test_the_ten_sections_are_there_once_and_without_id() -> None:
    for record in gpconnect():
        found = [i for i in record.values() if i["resourceType"] == "List" and code_of(i) in SECTIONS]
        assert sorted(map(code_of, found)) == sorted(filter(None, SECTIONS))
        assert not [item for item in found if "id" in item]
        assert all(("entry" in item) != ("emptyReason" in item) for item in found)


def test_each_consultation_has_its_lists_tied_to_the_encounter() -> None:
    for record in gpconnect():
        encounters = {ref for ref, item in record.items() if item["resourceType"] == "Encounter"}
        tied: dict[str, set[str]] = {ref: set() for ref in encounters}
        for item in (i for i in record.values() if i["resourceType"] == "List" and "encounter" in i):
            tied[item["encounter"]["reference"]].add(code_of(item))
            for child in (record[e["item"]["reference"]] for e in item["entry"]):
                expected = {CONSULTATION: TOPIC, TOPIC: CATEGORY}.get(code_of(item))
                if expected is None:
                    assert child["resourceType"] != "List"
                else:
                    assert code_of(child) == expected
                    assert child["encounter"] == item["encounter"]
        assert all(codes == {CONSULTATION, TOPIC, CATEGORY} for codes in tied.values())


def test_problems_are_headers_with_their_observation_and_topics_point_back() -> None:
    topics = problems = 0
    for record in gpconnect():
        for item in record.values():
            if item["resourceType"] == "Condition":
                problems += 1
                actual = [e for e in item["extension"] if e["url"].endswith("CareConnect-ActualProblem-1")]
                assert record[actual[0]["valueReference"]["reference"]]["code"] == item["code"]
            if item["resourceType"] == "List" and item.get("id") and item.get("extension"):
                target = item["extension"][0]["extension"][0]["valueReference"]["reference"]
                assert record[target]["resourceType"] == "Condition"
                topics += 1
    assert min(topics, problems) > 10


def test_groups_and_members_point_at_each_other() -> None:
    pairs = 0
    for record in gpconnect():
        for ref, item in record.items():
            for link in item.get("related", ()):
                back = record[link["target"]["reference"]]["related"]
                assert ref in [other["target"]["reference"] for other in back]
                pairs += 1
    assert pairs > 200


def test_medicines_are_statement_plan_and_order() -> None:
    orders = 0
    for record in gpconnect():
        for item in record.values():
            if item["resourceType"] == "MedicationStatement":
                plan = record[item["basedOn"][0]["reference"]]
                assert plan["intent"] == "plan"
                assert plan["medicationReference"] == item["medicationReference"]
            if item["resourceType"] == "MedicationRequest" and item["intent"] == "order":
                assert record[item["basedOn"][0]["reference"]]["intent"] == "plan"
                orders += 1
    assert orders > 100


def test_results_say_unknown_as_gp_connect_does() -> None:
    for record in gpconnect():
        statuses = {i["status"] for i in record.values() if i["resourceType"] == "DiagnosticReport"}
        assert statuses <= {"unknown"}
