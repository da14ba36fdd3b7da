"""What is taken along stands in the order in which pages show it."""

from itertools import permutations
from typing import Any

import pytest

from openrecord.taking.contents.rows import years
from openrecord.web.records.values import Shown
from tests.unit.web.entries import shown_of


def entry(name: str, kind: str = "Observation", **body: Any) -> Shown:
    reference = f"{kind}/{name}"
    what = {"type" if kind == "Specimen" else "code": {"text": name}}
    return shown_of("", reference, "3 March 2024", {"resourceType": kind, "id": name, **what, **body})


PARTS = (entry("Blood", "Specimen"), entry("Urea"), entry("Albumin"))
REPORT = entry(
    "Report",
    "DiagnosticReport",
    result=[{"reference": "Observation/Urea"}, {"reference": "Observation/Albumin"}],
    specimen=[{"reference": "Specimen/Blood"}],
)


@pytest.mark.parametrize("parts", list(permutations(PARTS)))
def test_a_report_is_followed_by_its_results_by_name_and_its_samples(parts: tuple[Shown, ...]) -> None:
    (year,) = years((REPORT, *parts), "test-results", {})
    assert [(row.what, row.is_part) for row in year.rows] == [
        ("Report", False),
        ("Albumin", True),
        ("Urea", True),
        ("Sample: Blood", True),
    ]


NOTES = tuple(
    entry(name, encounter={"reference": "Encounter/visit"}, category=[{"coding": [{"code": "exam"}]}], valueString=name)
    for name in ("History", "Plan")
)
VISIT = shown_of("", "Encounter/visit", "3 March 2024", {"resourceType": "Encounter", "id": "visit"})
OTHER = entry("Elsewhere", encounter={"reference": "Encounter/not-here"}, valueString="Elsewhere")


@pytest.mark.parametrize("listed", list(permutations((VISIT, *NOTES, OTHER))))
def test_a_consultation_is_followed_by_its_notes(listed: tuple[Shown, ...]) -> None:
    """On its page they are read under it; beside it nobody knows which visit a note is of."""
    (year,) = years(listed, "consultations", {})
    told = [(row.what, row.words, row.is_part) for row in year.rows]
    visit = next(place for place, row in enumerate(told) if row[0] == "Consultation")
    assert sorted(words for _what, words, is_part in told[visit + 1 : visit + 3] if is_part) == [
        ("History: History",),
        ("Plan: Plan",),
    ]
    assert [is_part for *_told, is_part in told].count(True) == 2
