"""Searching the record: what is served is searched and nothing else, and the words stand in no address and no trail."""

import random
import re
from importlib import import_module
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test import Client

from openrecord.clinical.kinds import Level
from openrecord.clinical.wording import words_of
from openrecord.db import sql
from openrecord.screening.actions import acts
from openrecord.screening.types import EntryId, HideReason
from openrecord.timeline import queries as timeline
from openrecord.timeline.types import Reader
from openrecord.web.records.sections import SECTIONS
from openrecord.web.session import SEARCH
from tests.integration.fhir.world import AT, BY, App, Json, Record, observation
from tests.integration.pages import world
from tests.unit.clinical.test_wording import said

PATH = "/record/search"
TERMS = ("Serum sodium level", "Serum potassium level", "Sodium intake", "Crohn's disease", "Cân")
NOTES = ("sodium a little low", "Repeat in May.", 'see "Crohn\'s" letter', "cân / Sodium\nserum", "levels fine")


@pytest.fixture
def browser(record: Record) -> Client:
    return world.patient(record)


def term(words: str) -> Json:
    return {"coding": [{"system": "urn:x", "code": words, "display": words}], "text": words}


def search(browser: Client, words: str, **more: Any) -> str:
    """What is answered to words in the form, through the redirect."""
    answer = browser.post(PATH, {"words": words, **more})
    assert answer.status_code == 303, answer.content.decode()
    assert words not in answer["Location"]
    found = browser.get(answer["Location"])
    assert found.status_code == 200
    return re.sub(r'(csrfmiddlewaretoken" value=")[^"]+', r"\1", found.content.decode())


def marked(html: str) -> list[str]:
    return re.findall(r"<mark>([^<]+)</mark>", html)


def titles(html: str) -> list[str]:
    found = re.findall(r'class="or-line__title"[^>]*>(.*?)</a>', html)
    return [re.sub("</?mark>", "", title) for title in found]


def naive(resources: list[Json], asked: tuple[str, ...]) -> list[str]:
    """The ids of those that say all the words, the last perhaps only begun."""
    found = []
    for resource in resources:
        words = [word for text in said(resource) for word in words_of(text)]
        if all(word in words for word in asked[:-1]) and any(word.startswith(asked[-1]) for word in words):
            found.append(resource["id"])
    return found


@pytest.mark.parametrize("level", [Level.FULL, Level.DETAILED])
def test_what_is_found_is_what_reading_everything_that_is_served_finds(record: Record, app: App, level: Level) -> None:
    chance = random.Random(int(level))
    for number in range(40):
        day = f"2024-0{chance.randint(4, 6)}-0{chance.randint(1, 9)}"
        note = [{"text": text} for text in chance.sample(NOTES, chance.randint(0, 2))]
        more = {"note": note} if note else {}
        category = chance.choice(("laboratory", "vital-signs"))
        record.deliver(observation(f"r{number}", day, category, code=term(chance.choice(TERMS)), **more))
    record.lower(level)
    reader = Reader(record.patient.patient_id, record.viewer, None, "web")
    everything = app.search("Observation", _count=250).resources
    compared = 0
    for _ in range(60):
        asked = words_of(" ".join(chance.sample([*TERMS, *NOTES], 1)[0].split()[: chance.randint(1, 3)]))
        asked = (*asked[:-1], asked[-1][: chance.randint(1, 9)])
        slots = frozenset().union(*(part.slots for part in chance.sample(SECTIONS, chance.randint(5, len(SECTIONS)))))
        page = timeline.found(reader, asked, slots=slots, limit=4, at=AT)
        found = list(page.entries)
        while page.next_cursor:
            page = timeline.found(reader, asked, slots=slots, limit=4, after=page.next_cursor, at=AT)
            found += page.entries
        allowed = {str(one.public_id) for one in timeline.page(reader, slots=slots, limit=100, at=AT).entries}
        expected = [one for one in naive(everything, asked) if one in allowed]
        assert [str(entry.public_id) for entry in found] == expected, asked
        compared += len(expected)
    assert compared > 150


def test_words_are_found_and_marked(record: Record, browser: Client) -> None:
    record.deliver(
        observation("a", "2025-01-01", code=term("Crohn's disease")),
        observation(
            "b", "2025-01-02", code=term("Serum sodium level"), note=[{"text": f"{'x ' * 90}<b>Cân</b> SODIUM"}]
        ),
        observation("c", "2025-01-03", code=term("Serum potassium level")),
    )
    html = search(browser, "SERUM sod")
    assert titles(html) == ["Serum sodium level"]
    assert marked(html) == ["Serum", "sodium"]
    html = search(browser, "can")
    assert marked(html) == ["Cân"]
    assert "&lt;b&gt;<mark>Cân</mark>&lt;/b&gt; SODIUM" in html
    assert html.count("…") == 1
    assert titles(search(browser, "crohns")) == ["Crohn&#39;s disease"]
    assert titles(search(browser, "serum", kind=["allergies"])) == []
    assert len(titles(search(browser, "serum", kind=["measurements"], first="2025"))) == 2


def test_an_entry_is_found_by_the_plain_words_that_stand_beside_it(record: Record, browser: Client) -> None:
    record.deliver(
        observation("a", "2025-01-01", code=term("Otitis media (disorder)")),
        observation("b", "2025-01-02", code=term("Epistaxis")),
    )
    html = search(browser, "ear infect")
    assert titles(html) == ['Otitis media <span class="or-line__plain">Middle ear infection</span>']
    assert marked(html) == ["ear", "infection"]
    record.lower(Level.DETAILED)
    assert marked(search(browser, "nosebl")) == ["Nosebleed"]
    assert titles(search(browser, "nose")) == titles(search(browser, "epistaxis"))


def test_notes_are_searched_only_where_they_are_shown(record: Record, browser: Client) -> None:
    record.deliver(observation("b", "2025-01-02", code=term("Serum sodium level"), note=[{"text": "marrowbone"}]))
    assert titles(search(browser, "marrow")) == ["Serum sodium level"]
    record.lower(Level.DOCUMENTS)
    empty = search(browser, "marrow")
    assert "No entry was found." in empty
    assert titles(search(browser, "serum")) == ["Serum sodium level"]


def test_a_hidden_entry_leaves_no_trace_in_any_search(record: Record, app: App, browser: Client) -> None:
    words = ("sodium", "marrowbone", "body")
    before = [search(browser, each) for each in words]
    record.deliver(observation("draft", "2025-01-02", code=term("Serum sodium level"), status="preliminary"))
    assert [search(browser, each) for each in words] == before
    record.deliver(observation("n", "2025-01-02", code=term("Serum sodium level"), note=[{"text": "marrowbone"}]))
    seen = [search(browser, each) for each in words]
    assert seen[0] != before[0]
    assert seen[1] != before[1]
    (public_id,) = app.search("Observation", code="Serum sodium level").ids
    who, key = record.patient.patient_id, EntryId(record.entry(public_id))
    acts.hide(patient_id=who, entry_id=key, reason=HideReason.OTHER, responsible=None, by=BY, at=AT)
    assert [search(browser, each) for each in words] == before
    acts.unhide(patient_id=who, entry_id=key, by=BY, at=AT)
    assert [search(browser, each) for each in words] == seen


def test_a_new_version_is_found_by_its_own_words(record: Record, browser: Client) -> None:
    record.deliver(observation("v", "2025-01-02", code=term("Serum sodium level")))
    record.deliver(observation("v", "2025-01-02", code=term("Sodium intake"), status="amended"))
    assert titles(search(browser, "serum")) == []
    assert titles(search(browser, "intake")) == ["Sodium intake"]


def test_words_stand_neither_in_the_address_nor_on_the_trail(record: Record, app: App, browser: Client) -> None:
    record.deliver(observation("b", "2025-01-02", code=term("Serum marrowbone level")))
    (public_id,) = app.search("Observation", code="Serum marrowbone level").ids
    search(browser, "marrowbone", kind=["measurements"])
    assert "marrowbone" not in browser.cookies[SEARCH].value
    found = [read for read in record.trail() if read[0] == PATH]
    assert found == [(PATH, "kind=measurements", "", UUID(public_id).bytes)]


def test_older_hits_are_reached_without_scripts(record: Record, browser: Client) -> None:
    record.deliver(*(observation(f"w{number}", f"2024-05-{number % 28 + 1:02d}") for number in range(60)))
    html = search(browser, "weight", last="2024")
    (older,) = re.findall(r'href="([^"]+)" rel="next"', html)
    assert older.startswith(f"{PATH}?last=2024&amp;after=")
    second = browser.get(older.replace("&amp;", "&")).content.decode()
    assert (len(titles(html)), len(titles(second))) == (50, 10)
    assert browser.get(f"{PATH}?after=x").status_code == 404


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ({"words": " a "}, "Enter at least two letters of a word to look for"),
        ({"words": "?!"}, "Enter at least two letters of a word to look for"),
        ({"words": "x" * 101}, "Use 100 characters or fewer"),
        ({"words": "serum", "first": "20"}, "Enter a year, such as 2019"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_typed_is_lost(browser: Client, typed: Json, message: str) -> None:
    answer = browser.post(PATH, typed)
    html = answer.content.decode()
    assert answer.status_code == 200
    assert html.count(message) == 2
    assert f'value="{typed["words"].strip()}"' in html
    assert SEARCH not in browser.cookies


def test_what_was_asked_for_is_cleared_and_nobody_elses(record: Record, browser: Client) -> None:
    search(browser, "weight")
    sealed = browser.cookies[SEARCH].value
    other = world.patient(record)
    other.cookies[SEARCH] = sealed
    assert 'value="weight"' not in other.get(PATH).content.decode(), "another session's"
    for broken in ("", "x", sealed[:-4], f"{sealed[:-3]}AA="):
        other.cookies[SEARCH] = broken
        assert "What was found" not in other.get(PATH).content.decode()
    assert browser.post(f"{PATH}/clear")["Location"] == PATH
    assert "What was found" not in browser.get(PATH).content.decode()
    search(browser, "weight")
    browser.post("/sign-out")
    assert browser.cookies[SEARCH].value == ""


def test_what_was_placed_before_there_was_a_search_is_given_its_words(record: Record) -> None:
    record.deliver(observation("a", code=term("Körpergewicht"), note=[{"text": "Stood on one leg."}]))
    mine = record.patient.patient_id
    asked = "SELECT id, sort, slot, words, all_words FROM timeline_words WHERE patient_id=%s ORDER BY id"
    before = sql.rows(asked, [mine])
    assert before
    sql.execute("DELETE FROM timeline_words WHERE patient_id=%s", [mine])
    migration = import_module("openrecord.timeline.migrations.0004_words_of_old_rows")
    migration.add_words(None, SimpleNamespace(connection=connection))
    assert sql.rows(asked, [mine]) == before


def test_what_was_placed_before_plain_names_were_searched_is_given_them(record: Record, browser: Client) -> None:
    record.deliver(observation("a", code=term("Epistaxis")), observation("b", code=term("Körpergewicht")))
    mine = record.patient.patient_id
    asked = "SELECT id, sort, slot, words, all_words FROM timeline_words WHERE patient_id=%s ORDER BY id"
    before = sql.rows(asked, [mine])
    sql.execute("UPDATE timeline_words SET words = replace(words, ' nosebleed', '') WHERE patient_id=%s", [mine])
    assert sql.rows(asked, [mine]) != before
    migration = import_module("openrecord.timeline.migrations.0005_plain_names")
    migration.say_again(None, SimpleNamespace(connection=connection))
    assert sql.rows(asked, [mine]) == before
    assert len(titles(search(browser, "nosebleed"))) == 1


@pytest.mark.parametrize("asked", ["ramipril 5mg", "ramipril 5 mg"])
def test_a_strength_is_found_however_the_record_writes_it(record: Record, browser: Client, asked: str) -> None:
    record.deliver(observation("a", code=term("Ramipril 5mg")), observation("b", code=term("Ramipril 5 mg")))
    found = search(browser, asked)
    assert sorted(titles(found)) == ["Ramipril 5 mg", "Ramipril 5mg"]
    assert "<mark>5</mark>" in found


def test_what_was_placed_while_a_strength_was_one_word_is_found_too(record: Record, browser: Client) -> None:
    record.deliver(observation("a", code=term("Ramipril 5mg")))
    mine = record.patient.patient_id
    sql.execute("UPDATE timeline_words SET words = replace(words, ' 5 mg ', ' 5mg ') WHERE patient_id=%s", [mine])
    assert titles(search(browser, "ramipril 5 mg")) == []
    migration = import_module("openrecord.timeline.migrations.0006_numbers_apart")
    migration.Migration.operations[0].code(None, SimpleNamespace(connection=connection))
    assert titles(search(browser, "ramipril 5 mg")) == ["Ramipril 5mg"]
