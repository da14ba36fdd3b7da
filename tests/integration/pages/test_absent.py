"""An empty page says why (R5): not offered, not in the access, or just nothing; and never that something is hidden."""

import re
from datetime import date

import pytest

from openrecord.access.rules.choices import Why
from openrecord.clinical.kinds import Level, Section
from openrecord.registry.types import Policy
from openrecord.screening import queries as screening
from openrecord.screening.actions import acts
from openrecord.screening.types import HideReason
from openrecord.web.records.absent import WORDS
from tests.integration.fhir.world import AT, BY, Record, made_record, observation
from tests.integration.pages import world

NOTHING, LINK = "There is nothing to show here.", 'href="/access"'
RANDOM = re.compile(r'name="csrfmiddlewaretoken" value="\w+"')
NOT_INCLUDED = "Your access does not include this part of the record."


def told(record: Record, path: str) -> str:
    """What stands in the place of a list."""
    html = world.patient(record).get(f"/record/{path}").content.decode()
    found = re.search(r'<div class="nhsuk-inset-text">.*?</span><p>(.*?)</p>(.*?)</div>', html)
    assert found is not None
    assert (LINK in found[2]) == (found[1] != NOTHING)
    return found[1]


def test_every_reason_has_words() -> None:
    assert set(WORDS) == {why.value for why in Why}


@pytest.mark.parametrize(
    ("policy", "path", "words"),
    [
        (Policy(), "documents", NOTHING),
        (Policy(), "timeline", NOTHING),
        (Policy(level=Level.DETAILED), "documents", NOT_INCLUDED),
        (Policy(level=Level.DETAILED), "medicines", NOTHING),
        (Policy(level=Level.SUMMARY), "test-results", NOT_INCLUDED),
        (Policy(level=Level.SUMMARY), "timeline?kind=documents", NOT_INCLUDED),
        (Policy(level=Level.SUMMARY), "timeline", NOTHING),
        (Policy(), "on-its-way", NOTHING),
        (Policy(level=Level.SUMMARY), "on-its-way", NOT_INCLUDED),
        (Policy(go_live=None), "on-its-way", "does not offer its records online"),
        (Policy(sections_off=frozenset({Section.DOCUMENTS})), "documents", "does not show this part"),
        (Policy(level=Level.NONE), "medicines", "has not opened your record online"),
        (Policy(go_live=None), "medicines", "does not offer its records online"),
        (Policy(go_live=date(2030, 1, 1)), "timeline", "does not offer its records online"),
    ],
)
def test_an_empty_page_says_why(record: Record, policy: Policy, path: str, words: str) -> None:  # noqa: ARG001
    assert words in told(world.moved(policy), path)


@pytest.mark.parametrize("path", ["/messages", "/covid"])
@pytest.mark.parametrize(
    ("policy", "words"),
    [
        (Policy(go_live=None), "does not offer its records online"),
        (Policy(level=Level.NONE), "has not opened your record online"),
    ],
)
def test_pages_beside_the_record_say_why_too(record: Record, path: str, policy: Policy, words: str) -> None:  # noqa: ARG001
    html = world.patient(world.moved(policy)).get(path).text
    assert words in html
    assert LINK in html
    assert "Nothing new in the last" not in html
    assert NOTHING not in html


@pytest.mark.parametrize("level", [Level.FULL, Level.SUMMARY])
def test_what_is_hidden_makes_no_difference_to_an_empty_page(record: Record, level: Level) -> None:
    """Byte for byte, whether the section is open or above the level."""
    bare = made_record(record.patient.family, record.patient.given)
    for hidden in screening.states(record.patient.patient_id):
        acts.hide(
            patient_id=record.patient.patient_id,
            entry_id=hidden,
            reason=HideReason.THIRD_PARTY,
            responsible=None,
            by=BY,
            at=AT,
        )
    for one in (record, bare):
        one.lower(level)
    for path in ("measurements", "timeline", "search"):
        pages = [RANDOM.sub("", world.patient(one).get(f"/record/{path}").content.decode()) for one in (record, bare)]
        assert pages[0] == pages[1]


def test_a_page_with_something_on_it_explains_nothing(record: Record) -> None:
    record.deliver(observation("d", "2025-02-04"))
    html = world.patient(record).get("/record/measurements").content.decode()
    assert "nhsuk-inset-text" not in html


def test_a_search_where_nothing_is_open_says_so(record: Record) -> None:  # noqa: ARG001
    browser = world.patient(world.moved(Policy(level=Level.NONE)))
    answer = browser.post("/record/search", {"words": "weight"})
    found = browser.get(answer.headers["Location"]).content.decode()
    assert "has not opened your record online" in found
    assert "No entry was found" not in found


WHY = re.compile(r'<div class="or-not-printed">.*?</details>', re.DOTALL)


@pytest.mark.parametrize("path", ["documents", "medicines", "timeline", "timeline?kind=documents"])
def test_each_list_says_why_something_may_not_be_there_the_same_to_everybody(record: Record, path: str) -> None:
    pages = [
        world.patient(each).get(f"/record/{path}").content.decode()
        for each in (record, world.moved(Policy(level=Level.SUMMARY)), world.moved(Policy(go_live=None)))
    ]
    (why,) = {found[0] for html in pages for found in [WHY.findall(html)]}
    assert "Why can&#39;t I see something?" in why
    assert LINK in why
