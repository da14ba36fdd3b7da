"""What a source's word about a death does, step by step, against a plain account of who said what."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from openrecord.ingest.rules.deaths import heard

START = datetime(2025, 1, 1, tzinfo=UTC)
STEPS = st.lists(st.sampled_from(["died", "died another day", "alive", "people: died", "people: lives"]), max_size=12)


@given(STEPS)
def test_a_word_acts_once_and_a_source_takes_back_only_what_it_told(steps: list[str]) -> None:
    told: dict[str, datetime] = {}
    taken_back: dict[str, datetime] = {}
    died, by_source, ignored = False, False, set[str]()
    for number, step in enumerate(steps):
        at = START + timedelta(days=number)
        if step.startswith("people"):
            if died is not (step == "people: died"):
                died, by_source = not died, False
                (told if died else taken_back)[""] = at
            continue
        found = heard(died=died, alive=step == "alive", word=step, told=told, taken_back=taken_back)
        if step == "alive":
            expected = False if died and by_source else None
        else:
            expected = True if not died and step not in ignored else None
        assert found is expected, (steps, number)
        if found is True:
            died, by_source = True, True
            told[step] = at
            ignored.add(step)
        elif found is False:
            died, by_source = False, False
            taken_back[step] = at
            ignored.clear()


def test_who_died_without_anybodys_word_is_not_alive_by_a_sources() -> None:
    """As after a restore: nobody knows who said it, so nobody's word takes it back."""
    assert heard(died=True, alive=True, word="w", told={}, taken_back={}) is None


def test_what_was_taken_back_at_the_same_instant_came_first() -> None:
    at = datetime(2025, 3, 3, 9, tzinfo=UTC)
    assert heard(died=False, alive=False, word="w", told={"w": at}, taken_back={"v": at}) is None
