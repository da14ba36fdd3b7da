"""What lies on the desks of the demonstration's practices."""

from datetime import UTC, datetime

from openrecord_demo import workload
from openrecord_demo.deeds import Town
from openrecord_demo.england.cast import STORIES
from openrecord_demo.england.practices import PRACTICES
from tests.unit.demo.england_files import manifest

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)


def test_everybody_named_is_in_the_synthetic_england() -> None:
    cast = {story.key: story.ods for story in STORIES}
    assert {letter.about for letter in workload.LETTERS} <= cast.keys()
    assert {asked.who for asked in workload.REQUESTS} <= cast.keys()
    assert {cast[letter.about] for letter in workload.LETTERS} == {workload.WHARFSIDE}
    assert PRACTICES[workload.NOT_LIVE].go_live is None
    assert workload.RELEASE.keys() <= PRACTICES.keys()


def test_all_of_it_happened_before_now_and_some_is_late() -> None:
    town = Town("", {told["nhs_number"]: told for told in manifest()["patients"]})
    found = workload.happened(town, NOW)
    assert len(found) == len(workload.LETTERS) + len(workload.REQUESTS) + 1
    assert all(at <= NOW for at, _ in found)
    days = [letter.days for letter in workload.LETTERS]
    assert min(days) < 7 < max(days) < workload.LETTERS_WAIT, "one overdue, none released by itself"


def test_of_a_few_people_only_they_are_concerned() -> None:
    assert len(workload.happened(Town("", {}), NOW)) == 1
