"""The people with a story: what the manifest tells of them is what their story says."""

from datetime import date, timedelta
from typing import Any

import pytest

from openrecord.kit.london import birthday
from openrecord_demo.england.cast import STORIES
from openrecord_demo.england.population import generate
from tests.unit.demo.england_files import AS_OF, PEOPLE, SEED, manifest, messages, person, reasons, truth


def test_everybody_with_a_story_is_there_once() -> None:
    personas = [p["persona"] for p in manifest()["patients"] if p["persona"]]
    assert personas == [story.key for story in STORIES]
    assert len({story.name for story in STORIES}) == len(STORIES)


@pytest.mark.parametrize(
    ("as_of", "sixteen"),
    [
        (date(2026, 3, 10), date(2026, 3, 13)),
        (date(2027, 2, 25), date(2027, 2, 28)),
        (date(2028, 2, 26), date(2028, 2, 29)),
        (date(2028, 2, 27), date(2028, 3, 1)),
        (date(2025, 12, 30), date(2026, 1, 2)),
    ],
)
def test_birthdays_stand_right_to_the_day_of_the_demo(as_of: date, sixteen: date) -> None:
    born = {story.key: story.born(as_of) for story in STORIES}
    assert birthday(born["megan-hughes"], 16) == sixteen == as_of + timedelta(days=3)
    assert birthday(born["joshua-okafor"], 16) == as_of - timedelta(days=1)
    assert birthday(born["mateusz-nowak"], 16) == as_of
    assert birthday(born["noah-clarke"], 11) == as_of + timedelta(days=7)
    assert born["ivy-bennett"] > as_of - timedelta(days=365)


@pytest.mark.parametrize(
    ("persona", "reason"),
    [
        ("lucy-barnes", "paused"),
        ("megan-hughes", "under_16"),
        ("ivy-bennett", "under_16"),
        ("dorothy-pike", "declined"),
        ("marcus-grant", "enhanced_review"),
        ("samuel-adeyemi", "enhanced_review"),
        ("victor-lane", "deceased"),
        ("iris-fielding", "go_live_not_reached"),
    ],
)
def test_a_closed_record_shows_nothing_for_one_reason(persona: str, reason: str) -> None:
    assert all(reason in value for value in truth(persona).values())
    assert "visible" not in reasons(persona)


@pytest.mark.parametrize(
    "persona", ["amina-yusuf", "callum-reid", "joshua-okafor", "helen-marsh", "farah-siddiqui", "zara-ahmed"]
)
def test_an_open_record_shows_something(persona: str) -> None:
    assert "visible" in reasons(persona)
    assert not reasons(persona) & {"under_16", "enhanced_review", "declined"}


@pytest.mark.parametrize(
    ("persona", "expected"),
    [
        ("sarah-ellison", {"hidden_serious_harm", "container_hidden"}),
        ("freddie-cole", {"hidden_serious_harm", "container_hidden"}),
        ("nadia-rahman", {"hidden_third_party", "container_hidden"}),
        ("priya-nair", {"unfiled", "draft", "container_hidden"}),
        ("owen-price", {"not_for_patient_label", "unit_hidden", "member_hidden_text"}),
        ("daniel-whelan", {"held_contact", "container_hidden"}),
        ("beatrice-lowe", {"undecided"}),
        ("harriet-stone", {"back_record"}),
        ("amina-yusuf", {"before_window", "diary"}),
        ("zara-ahmed", {"level"}),
        ("helen-marsh", {"never_code"}),
    ],
)
def test_a_story_shows_its_reasons(persona: str, expected: set[str]) -> None:
    assert expected <= reasons(persona)


def test_the_detailed_level_hides_free_text_and_letters_only() -> None:
    hidden = {entry for entry, value in truth("patrick-doyle").items() if value == ["level"]}
    kinds = {
        item["identifier"][0]["value"]: (item["resourceType"], "note" in item)
        for _, items in messages()
        for item in items
        if item["resourceType"] not in ("Patient", "Organization", "Practitioner", "List", "Medication")
    }
    assert {kinds[entry] for entry in hidden} == {("Observation", True), ("DocumentReference", False)}


def test_a_mover_has_a_file_from_each_practice_and_loses_the_old_one() -> None:
    mover = person("leo-kovacs")
    assert [stay["practice"] for stay in mover["registrations"]] == ["Z99101", "Z99102"]
    assert mover["registrations"][0]["to"] == mover["registrations"][1]["from"]
    assert [file["practice"] for file in mover["files"]] == ["Z99101", "Z99102"]
    told = truth("leo-kovacs")
    assert all("deducted" in value for entry, value in told.items() if "-01-" in entry)
    assert any(value == "visible" for entry, value in told.items() if "-02-" in entry)


def _both_deliveries() -> list[dict[str, Any]]:
    by_name = dict(messages())
    return [
        {
            item["id"]: item
            for item in by_name[file["path"]]
            if item["resourceType"] in ("Observation", "DiagnosticReport")
        }
        for file in person("grace-mensah")["files"]
        if "at" not in file
    ]


def test_a_correction_arrives_as_a_second_version_of_the_same_entry() -> None:
    first, later = _both_deliveries()
    changed = [entry for entry, item in later.items() if item["meta"]["versionId"] == "2"]
    assert {later[entry]["status"] for entry in changed} == {"corrected"}
    potassium = next(later[e] for e in changed if later[e]["resourceType"] == "Observation")
    assert first[potassium["id"]]["valueQuantity"]["value"] == 7.1
    assert potassium["valueQuantity"]["value"] == 4.6
    assert potassium["meta"]["lastUpdated"] > first[potassium["id"]]["meta"]["lastUpdated"]


def test_parents_and_proxies_are_told() -> None:
    told = {(p["persona"], p["patient"], p["basis"]) for p in manifest()["proxies"]}
    baby, child = person("ivy-bennett")["nhs_number"], person("freddie-cole")["nhs_number"]
    assert {("rachel-bennett", baby, "parental"), ("tom-bennett", baby, "parental")} <= told
    assert {("jade-cole", child, "parental"), ("ryan-cole", child, "parental")} <= told
    assert ("karen-turner", person("elsie-turner")["nhs_number"], "lpa") in told


def test_acts_name_entries_that_exist_and_happen_after_them() -> None:
    recorded = {
        entry.id: entry.recorded
        for patient in generate(seed=SEED, patients=PEOPLE, as_of=AS_OF)
        for record in patient.records
        for entry in record.entries
    }
    named = 0
    for act in manifest()["access_acts"]:
        for entry in act.get("entries", ()):
            assert recorded[entry].isoformat() < act["at"]
            named += 1
        assert act["at"] <= manifest()["expected_at"]
    assert named > 20


def test_lengths_of_record_differ_as_the_stories_say() -> None:
    sizes = {p["persona"]: len(truth(p["persona"])) for p in manifest()["patients"] if p["persona"]}
    assert sizes["george-whitcombe"] > 2_000
    assert sizes["callum-reid"] < 20
    assert max(sizes.values()) == sizes["george-whitcombe"]
