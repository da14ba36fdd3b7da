"""Plain words for terms: found by code or by the exact words, never a judgement; files read strictly."""

import re
from operator import attrgetter
from typing import Any

import pytest

from openrecord.clinical import plain_terms as module
from openrecord.clinical.codes import SNOMED, SNOMED_SYSTEMS
from openrecord.clinical.plain_terms import InvalidPlainTerms, PlainTerm, plain_term, plain_terms

JUDGING = re.compile(
    r"\b(normal|abnormal|dangerous|serious|mild|severe|should|must|ask|see your|treat\w*)\b", re.IGNORECASE
)


def file(**more: Any) -> dict[str, Any]:
    """A file with one term."""
    term = {"plain": "Heart attack", "snomed": ["22298006"], **more}
    return {"review": {"status": "unreviewed"}, "term": [term]}


def test_there_are_many_and_nobody_has_reviewed_them() -> None:
    assert len(plain_terms().all) >= 120
    assert {each.review for each in plain_terms().all} == {"unreviewed"}


@pytest.mark.parametrize("each", sorted(plain_terms().all, key=attrgetter("plain")), ids=str)
def test_a_term_says_no_more_than_what_it_is(each: PlainTerm) -> None:
    assert JUDGING.search(each.plain) is None
    assert not each.plain.endswith(".")
    assert len(each.plain) <= 60


def test_a_code_is_found_in_its_own_system_and_before_the_words() -> None:
    for system in SNOMED_SYSTEMS:
        found = plain_term([(system, "22298006")], ["chickenpox"])
        assert found is not None
        assert found.plain == "Heart attack"
    assert plain_term([(None, "22298006"), ("urn:x", "22298006")], []) is None
    assert plain_term([(SNOMED, "1")], []) is None


def test_words_count_only_whole() -> None:
    found = plain_term([], ["  Otitis  MEDIA "])
    assert found is not None
    assert found.plain == "Middle ear infection"
    assert plain_term([], ["suspected otitis media", "otitis", ""]) is None


@pytest.mark.parametrize(
    "listed",
    [
        {**file(), "surprise": 1},
        {**file(), "review": {}},
        {**file(), "review": {"status": " "}},
        file(colour="red"),
        file(plain=" "),
        file(snomed=[]),
        file(snomed=[1]),
        file(names=["Heart attack"]),
        file(snomed=["1", "1"]),
        file(names=["heart attack", "heart attack"]),
    ],
)
def test_a_file_that_is_not_understood_is_refused(listed: dict[str, Any]) -> None:
    with pytest.raises((InvalidPlainTerms, KeyError)):
        module._read(listed, {}, {})
