"""What a test is, in plain words: enough of them, easy to read, never about a value; files read strictly."""

import re
from operator import attrgetter
from typing import Any

import pytest

from openrecord.clinical import explanations as module
from openrecord.clinical.codes import SNOMED, SNOMED_SYSTEMS
from openrecord.clinical.explanations import LOINC, InvalidExplanations, explanation, explanations
from openrecord_demo.england.codes_used import CODES
from openrecord_demo.england.panels import CULTURES, PANELS
from tests.unit.reading import age

HARDEST = 13.0
"""The reading age of each text, names and all; of all of them it is:"""
USUAL = 11.0
JUDGING = re.compile(
    r"\b(good|bad|normal|abnormal|healthy|unhealthy|dangerous|worry about|too (?:high|low|much|little)|"
    r"should|must|ask your|see your|treat\w*|cancer)\b",
    re.IGNORECASE,
)


def file(**more: Any) -> dict[str, Any]:
    """A file with one test."""
    test = {"name": "Sodium", "text": "A salt.", "snomed": ["1000661000000107"], **more}
    return {"scope": "general", "review": {"status": "unreviewed"}, "test": [test]}


def test_there_are_enough_and_nobody_has_reviewed_them() -> None:
    assert len(explanations().all) >= 80
    assert {each.review for each in explanations().all} == {"unreviewed"}


@pytest.mark.parametrize("each", sorted(explanations().all, key=attrgetter("name")), ids=str)
def test_a_text_is_easy_to_read_and_says_nothing_of_a_value(each: module.Explanation) -> None:
    assert age([each.text]) <= HARDEST
    assert JUDGING.search(each.text) is None
    assert each.text.endswith(".")
    assert len(each.text) <= 300


def test_most_texts_are_easier_still() -> None:
    ages = [age([each.text]) for each in explanations().all]
    assert sum(ages) / len(ages) <= USUAL


def test_every_test_of_the_demonstration_is_explained() -> None:
    keys = {key for panel in PANELS.values() for key in (panel.group, *(test.code for test in panel.tests)) if key}
    missing = []
    for key in sorted(keys | CULTURES.keys()):
        code = CODES[key]
        if explanation([(SNOMED, code.snomed)] if code.snomed else [], [code.term]) is None:
            missing.append(key)
    assert missing == []


def test_a_code_is_found_in_its_own_system_and_before_the_words() -> None:
    sodium = explanation([(SNOMED, "1000661000000107")], [])
    assert sodium is not None
    assert sodium.name == "Sodium"
    for system in SNOMED_SYSTEMS:
        assert explanation([(system, "1000661000000107")], ["HbA1c"]) is sodium
    assert explanation([(LOINC, "2951-2")], []) is sodium
    assert explanation([(LOINC, "1000661000000107"), (None, "1000661000000107"), ("urn:x", "2951-2")], []) is None


def test_words_count_only_whole() -> None:
    found = explanation([], ["  Prostate  SPECIFIC antigen "])
    assert found is not None
    assert found.name.startswith("Prostate specific antigen")
    assert explanation([], ["prostate specific antigen density", "antigen", ""]) is None


@pytest.mark.parametrize(
    "listed",
    [
        {**file(), "surprise": 1},
        {**file(), "scope": "personal"},
        {**file(), "review": {}},
        {**file(), "review": {"status": " "}},
        file(colour="red"),
        file(text=" "),
        file(snomed=[]),
        file(names=["Sodium"]),
        file(snomed=["1", "1"]),
        file(names=["sodium", "sodium"]),
    ],
)
def test_a_file_that_is_not_understood_is_refused(listed: dict[str, Any]) -> None:
    with pytest.raises((InvalidExplanations, KeyError)):
        module._read(listed, {}, {})
