"""What a summary picks: no result falls under another's name, and a heading is no result."""

from typing import Any

from openrecord.clinical.codes import DATA_ABSENT_REASON
from openrecord.taking.contents.summary import newest_of_each
from openrecord.web.records.values import Shown
from tests.unit.web.entries import shown_of

DAY, BEFORE = "3 March 2024", "1 March 2024"
UNKNOWN = {"coding": [{"system": DATA_ABSENT_REASON, "code": "unknown"}]}


def result(name: str, code: Any, date: str = DAY, **body: Any) -> Shown:
    told = body or {"valueQuantity": {"value": 7}}
    return shown_of("", f"Observation/{name}", date, {"resourceType": "Observation", "id": name, "code": code, **told})


def picked(*entries: Shown) -> list[str]:
    return [one.parts.id for one in newest_of_each(entries)]


def test_results_of_which_nobody_knows_the_test_are_all_there() -> None:
    """Where the reader's level lacks the words of a test, one of them stood for every other."""
    assert picked(result("acr", UNKNOWN), result("egfr", UNKNOWN), result("old", UNKNOWN, BEFORE)) == [
        "acr",
        "egfr",
        "old",
    ]


def test_of_a_test_that_is_known_the_newest_stands() -> None:
    named = {"text": "Sodium"}
    assert picked(result("new", named), result("old", named, BEFORE)) == ["new"]


def test_the_heading_of_a_panel_is_no_result() -> None:
    panel = result("panel", {"text": "Electrolytes"}, hasMember=[{"reference": "Observation/sodium"}], issued="2024")
    assert picked(result("sodium", {"text": "Sodium"}), panel) == ["sodium"]
    remark = result("remark", {"text": "Film"}, note=[{"text": "Nothing seen."}])
    absent = result("absent", {"text": "Iron"}, dataAbsentReason=UNKNOWN)
    assert picked(absent, remark) == ["remark", "absent"]


def test_the_results_of_a_day_stand_by_name() -> None:
    listed = [result(name, {"text": name}) for name in ("urea", "sodium")]
    assert picked(*listed, result("albumin", {"text": "albumin"}, BEFORE)) == ["sodium", "urea", "albumin"]
