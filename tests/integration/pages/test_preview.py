"""The preview of the whole record and of a search: the rows of the patient's own pages, never one more (R37)."""

import random
import re

import pytest
from django.test import Client

from openrecord.clinical.kinds import Level
from openrecord.screening import queries as screening
from openrecord.screening.actions import acts
from openrecord.screening.types import HideReason
from tests.integration.fhir.world import AT, BY, Record, made_record, observation
from tests.integration.pages import world

IDS = re.compile(r'class="or-line__title" href="[^"]*/([0-9a-f-]{36})"')
OLDER = re.compile(r'href="([^"]+\?[^"]*after=[^"]+)"')
EMPTY = re.compile(r'<div class="nhsuk-inset-text">.*?</span><p>(.*?)</p>')
TERMS = ("Serum sodium level", "Serum potassium level", "Body weight")


def base(record: Record) -> str:
    """Where the preview of the record is."""
    return f"/staff/patients/{record.patient.public_id}/preview"


def body(browser: Client, path: str) -> str:
    answer = browser.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def walked(browser: Client, path: str) -> list[str]:
    """The ids of every row, page after page."""
    found: list[str] = []
    following: str | None = path
    while following:
        html = body(browser, following)
        found += IDS.findall(html)
        older = OLDER.search(html)
        following = None if older is None else older[1].replace("&amp;", "&")
    return found


def searched(browser: Client, path: str, words: str) -> list[str]:
    """The ids of everything that a search finds."""
    answer = browser.post(path, {"words": words})
    assert answer.status_code == 303
    assert words not in answer.headers["Location"]
    return walked(browser, answer.headers["Location"])


def filled(record: Record, chance: random.Random) -> None:
    """Sixty results on a few days; a third of them is hidden, and nothing else."""
    patient_id = record.patient.patient_id
    before = screening.states(patient_id).keys()
    for number in range(60):
        code = {"coding": [{"system": "urn:x", "code": f"x{number % 3}"}], "text": TERMS[number % 3]}
        note = [{"text": "sodium again"}] if chance.random() < 0.3 else []
        day = f"2025-02-{chance.randint(1, 9):02d}"
        record.deliver(observation(f"r{number}", day, "laboratory", code=code, **({"note": note} if note else {})))
    for entry in sorted(screening.states(patient_id).keys() - before)[::3]:
        acts.hide(patient_id=patient_id, entry_id=entry, reason=HideReason.THIRD_PARTY, responsible=None, by=BY, at=AT)


@pytest.mark.parametrize("level", [Level.FULL, Level.DETAILED, Level.SUMMARY])
def test_the_preview_has_the_patients_own_rows(record: Record, level: Level) -> None:
    filled(record, random.Random(int(level)))
    record.lower(level)
    mine, staff = world.patient(record), world.staff()
    for query in ("", "?kind=test-results", "?kind=measurements&first=2025", "?last=2024"):
        own = walked(mine, f"/record/timeline{query}")
        assert walked(staff, f"{base(record)}/timeline{query}") == own
        assert bool(own) == (level > Level.SUMMARY and "2024" not in query)
    for words in ("sodium", "serum pot", "weight", "nowhere"):
        own = searched(mine, "/record/search", words)
        assert searched(staff, f"{base(record)}/search", words) == own


@pytest.mark.parametrize("level", [Level.FULL, Level.SUMMARY])
def test_an_empty_preview_says_what_the_patient_is_told(record: Record, level: Level) -> None:
    record.lower(level)
    mine, staff = world.patient(record), world.staff()
    for path in ("documents", "test-results", "timeline?kind=documents"):
        said = [EMPTY.search(body(staff, f"{base(record)}/{path}")), EMPTY.search(body(mine, f"/record/{path}"))]
        assert said[0] is not None
        assert said[1] is not None
        assert said[0][1] == said[1][1]


def test_what_was_shown_is_on_the_trail_and_the_words_are_not(record: Record) -> None:
    staff = world.staff()
    shown = walked(staff, f"{base(record)}/timeline")
    assert len(shown) == 3
    route, query, _refused, served = record.trail()[-1]
    assert (route, query, served.hex()) == ("/staff/preview", "", "".join(shown).replace("-", ""))
    shown = searched(staff, f"{base(record)}/search", "weight")
    assert len(shown) == 3
    route, query, _refused, served = record.trail()[-1]
    assert (route, query, served.hex()) == ("/staff/preview", "", "".join(shown).replace("-", ""))
    assert "weight" in body(staff, f"{base(record)}/search")
    assert staff.post(f"{base(record)}/search/clear").status_code == 303
    assert "weight" not in body(staff, f"{base(record)}/search")


def test_what_is_wrong_is_said_and_a_place_that_never_was_is_none(record: Record) -> None:
    staff = world.staff()
    answer = staff.post(f"{base(record)}/search", {"words": "x", "first": "19"})
    assert answer.status_code == 200
    assert "Enter at least two letters" in answer.text
    assert "Enter a year, such as 2019" in answer.text
    assert 'value="19"' in answer.text
    assert "There is a problem" in body(staff, f"{base(record)}/timeline?first=abcd")
    assert staff.get(f"{base(record)}/timeline?after=nonsense").status_code == 404
    searched(staff, f"{base(record)}/search", "weight")
    assert staff.get(f"{base(record)}/search?after=nonsense").status_code == 404


def test_words_kept_for_one_patient_are_not_those_for_another(record: Record) -> None:
    staff, other = world.staff(), made_record()
    searched(staff, f"{base(record)}/search", "weight")
    assert "weight" not in body(staff, f"{base(other)}/search")
