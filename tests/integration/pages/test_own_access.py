"""A person's own word on their access: it acts at once everywhere, can be taken back, and betrays nobody."""

import re
import uuid
from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from django.conf import settings
from django.test import Client

from openrecord.access import actions as access
from openrecord.access import events
from openrecord.access import queries as access_queries
from openrecord.access.types import Method, Wish
from openrecord.audit.sources import CHANGE
from openrecord.clinical.kinds import Level
from openrecord.identity.types import Role
from openrecord.kit import clock
from openrecord.registry.types import Policy
from tests.integration.fhir.world import AT, BY, OPENED, App, Record
from tests.integration.pages import world

SEEN = "/record/measurements"
LINE = "or-line__title"
YES = {"confirmed": "yes"}
PAGES = ("/access", "/access/level", "/access/people", "/access/apps", "/access/looked")
RECORD = ("/record/medicines", "/record/documents", "/record/timeline")
RANDOM = re.compile(r'name="csrfmiddlewaretoken" value="\w+"|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}')


@pytest.fixture
def tick() -> Callable[[], datetime]:
    """Let time pass, a minute at a time."""
    now = [AT]

    def pass_by() -> datetime:
        now[0] += timedelta(minutes=1)
        clock.use(lambda: now[0])
        return now[0]

    return pass_by


def _choose(browser: Client, wish: str, **more: str) -> None:
    address = "/access/level" if "level" in more else "/access/change"
    form = {"wish": wish, **more}
    asked = browser.post(address, form)
    assert asked.status_code == 200
    assert 'value="yes"' in asked.text, "it is confirmed first"
    done = browser.post(address, {**form, **YES})
    assert (done.status_code, done.headers["Location"]) == (303, "/access?saved")


def _lines(browser: Client) -> int:
    answer = browser.get(SEEN)
    assert answer.status_code == 200
    return answer.text.count(LINE)


def _details(record: Record) -> list[tuple[str, ...]]:
    """(event, kind of actor, authority, details) of every change of this record."""
    sql = (
        "SELECT event, actor_kind, authority, details FROM audit_change WHERE patient_id = %s ORDER BY writer, sequence"
    )
    return [tuple(map(str, row)) for row in CHANGE.fetch(sql, (record.patient.patient_id,))]


@pytest.mark.parametrize(("wish", "back"), [("pause", "resume"), ("decline", "return")])
def test_what_closes_acts_on_every_session_and_token_at_the_next_request(
    record: Record, app: App, tick: Callable[[], datetime], wish: str, back: str
) -> None:
    """R6, R7."""
    one, other = world.patient(record), world.patient(record)
    assert (_lines(one), _lines(other), len(app.search("Observation").ids)) == (3, 3, 3)
    tick()
    assert one.post("/access/change", {"wish": wish}).status_code == 200
    assert _lines(other) == 3, "nothing happens before it is confirmed"
    _choose(one, wish)
    assert (_lines(one), _lines(other), app.search("Observation").ids) == (0, 0, [])
    assert f'value="{back}"' in one.get("/access?saved").text, "it can be undone from the page it leads to"
    tick()
    _choose(one, back)
    assert (_lines(one), _lines(other), len(app.search("Observation").ids)) == (3, 3, 3)


def test_method_and_actor_of_a_choice_are_on_the_trail(record: Record, tick: Callable[[], datetime]) -> None:
    browser, clerk = world.patient(record), world.staff(roles=(Role.SCREENER,))
    tick()
    _choose(browser, "decline")
    form = {"wish": "pause", "method": "phone"}
    assert clerk.post(f"/staff/patients/{record.patient.public_id}/wishes", {**form, **YES}).status_code == 303
    assert _details(record)[-2:] == [
        ("code_arrived", "person", "own record", '{"method":"online"}'),
        ("paused", "staff", "staff:access", '{"method":"phone"}'),
    ]
    *_, (_at, code), _paused = access_queries.acts(record.patient.patient_id)
    assert isinstance(code, events.CodeArrived)
    assert (code.code, code.effective, code.method) == ("103", AT.date(), Method.ONLINE)


def test_a_lower_level_is_chosen_confirmed_and_taken_back(
    record: Record, app: App, tick: Callable[[], datetime]
) -> None:
    browser = world.patient(record)
    assert "Choose how much you want to see" in browser.post("/access/level", {}).text
    tick()
    _choose(browser, "lower", level=str(int(Level.SUMMARY)))
    assert (_lines(browser), app.search("Observation").ids) == (0, [])
    shown = browser.get("/access").text
    assert "You chose to see less than your surgery shares" in shown
    assert "Medicines and allergies" in shown
    _choose(browser, "raise")
    assert (_lines(browser), len(app.search("Observation").ids)) == (3, 3)


@pytest.mark.parametrize("form", [{"wish": "return"}, {"wish": "resume"}, {"wish": "raise"}, {"wish": "x"}, {}])
def test_what_is_not_offered_changes_nothing(record: Record, form: dict[str, str]) -> None:
    browser = world.patient(record)
    before = access_queries.acts(record.patient.patient_id)
    answer = browser.post("/access/change", {**form, **YES})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/access")
    for level in ("0", "4", "9", "x", ""):
        assert browser.post("/access/level", {"level": level, **YES}).status_code == 200
    assert access_queries.acts(record.patient.patient_id) == before


@pytest.mark.parametrize(("wish", "back"), [("pause", "resume"), ("decline", "return"), ("lower-1", "raise")])
@pytest.mark.parametrize("method", ["phone", "in_person", "writing"])
def test_what_the_practice_was_told_is_taken_back_at_the_practice_alone(
    record: Record, app: App, tick: Callable[[], datetime], wish: str, back: str, method: str
) -> None:
    """And the patient's pages do not say that anything was said (R7)."""
    browser, clerk = world.patient(record), world.staff()
    address = f"/staff/patients/{record.patient.public_id}/wishes"
    tick()
    assert clerk.post(address, {"wish": wish, "method": method, **YES}).status_code == 303
    assert (_lines(browser), app.search("Observation").ids) == (0, [])
    tick()
    for tried in ("pause", "resume", "decline", "return"):
        browser.post("/access/change", {"wish": tried, **YES})
        tick()
    assert (_lines(browser), app.search("Observation").ids) == (0, [])
    tick()
    assert clerk.post(address, {"wish": back, "method": method, **YES}).status_code == 303
    assert (_lines(browser), len(app.search("Observation").ids)) == (3, 3)


def _shown(made: Record) -> list[tuple[int, str]]:
    """Everything that the patient's own pages say, without what is random in them."""
    browser = world.patient(made)
    answers = [browser.get(path) for path in ("/home", *PAGES, *RECORD)]
    answers += [browser.post("/access/change", {"wish": wish}) for wish in Wish]
    answers += [browser.post("/access/level", {"level": str(level)}) for level in range(5)]
    return [(answer.status_code, RANDOM.sub("", answer.text)) for answer in answers]


AT_RISK = events.CodeArrived(entry=uuid.uuid4(), code="104", effective=date(2020, 1, 1), recorded=OPENED)
DECLINED = events.CodeArrived(entry=uuid.uuid4(), code="103", effective=date(2020, 1, 1), recorded=OPENED)
BY_PHONE = Method.PHONE


@pytest.mark.parametrize("level", [Level.NONE, Level.SUMMARY, Level.DETAILED])
@pytest.mark.parametrize("offered", [True, False])
def test_an_at_risk_patients_pages_are_those_of_an_ordinary_level(record: Record, level: Level, offered: bool) -> None:  # noqa: ARG001
    """R8, R20: byte for byte."""
    at_risk = Policy(at_risk_level=level, lookers_offered=offered)
    assert _shown(world.moved(at_risk, AT_RISK)) == _shown(world.moved(Policy(level=level)))


@pytest.mark.parametrize(
    ("act", "level"),
    [
        (DECLINED, Level.NONE),
        (events.CodeArrived(entry=uuid.uuid4(), code="103", effective=None, recorded=OPENED, method=BY_PHONE), 0),
        (events.Paused(method=BY_PHONE), Level.NONE),
        (events.Paused(), Level.NONE),
        (events.Lowered(level=1, method=BY_PHONE), Level.SUMMARY),
        (events.Lowered(level=2), Level.DETAILED),
    ],
)
def test_what_the_practice_was_told_looks_like_what_the_practice_gives(
    record: Record,  # noqa: ARG001
    act: events.AnyAct,
    level: int,
) -> None:
    assert _shown(world.moved(Policy(), act)) == _shown(world.moved(Policy(level=Level(level))))


@pytest.mark.parametrize(
    ("policy", "words"),
    [
        (Policy(go_live=None), "does not offer its records online"),
        (Policy(go_live=date(2030, 1, 1)), "does not offer its records online"),
        (Policy(system_on=False), "does not offer its records online"),
        (Policy(level=Level.NONE), "has not opened your record online"),
        (Policy(level=Level.SUMMARY), "Nothing else is shown."),
    ],
)
def test_why_nothing_is_open_is_said_in_plain_words(record: Record, policy: Policy, words: str) -> None:  # noqa: ARG001
    """R5."""
    assert words in world.patient(world.moved(policy)).get("/access").text


def test_an_emergency_stop_reads_like_a_fault(record: Record) -> None:
    which = str(record.patient.public_id)
    access.close(scope="patient", which=which, reason="exercise", by=BY, at=AT)
    assert "not available at the moment" in world.patient(record).get("/access").text
    access.reopen(scope="patient", which=which, by=BY, at=AT)


def test_the_home_page_never_tells_what_was_chosen(record: Record, tick: Callable[[], datetime]) -> None:
    """R7."""
    browser = world.patient(record)
    before = RANDOM.sub("", browser.get("/home").text)
    for wish in ("pause", "resume", "decline", "return"):
        tick()
        _choose(browser, wish)
        assert RANDOM.sub("", browser.get("/home").text) == before
    tick()
    _choose(browser, "lower", level="1")
    assert RANDOM.sub("", browser.get("/home").text) == before


def test_the_tab_and_the_history_say_the_same_whatever_is_done(record: Record) -> None:
    browser = world.patient(record)
    answers = [browser.get(path) for path in PAGES]
    answers += [browser.post("/access/change", {"wish": wish}) for wish in ("pause", "decline")]
    for answer in answers:
        assert "<title>Your access \u2013" in answer.text
        assert 'href="/leave"' in answer.text
        assert answer.headers["Cache-Control"] == "no-store"


def test_leaving_ends_the_session_and_leads_to_a_page_without_a_name(record: Record) -> None:
    browser = world.patient(record)
    left = browser.get("/leave")
    assert left.status_code == 200
    assert "OpenRecord" not in left.text
    assert browser.get("/access").headers["Location"] == "/sign-in"
    assert browser.get("/leave").status_code == 200


@pytest.mark.parametrize("ended", [False, True])
@pytest.mark.parametrize("way", ["get /leave", "post /sign-out"])
def test_whoever_goes_leaves_nothing_in_the_browser(record: Record, way: str, *, ended: bool) -> None:
    """What was searched for, whose record it was and the form token go, too, and when the session ended before."""
    browser = world.patient(record)
    browser.post("/record/search", {"words": "asthma"})
    browser.post("/people", {"viewer": str(record.viewer)})
    browser.get("/access/level")
    kept = [name for name, cookie in browser.cookies.items() if cookie["max-age"] or cookie["expires"]]
    assert kept == [], "and nothing stays for longer than the browser is open"
    if ended:
        clock.use(lambda: AT + timedelta(days=1))
    method, path = way.split()
    assert getattr(browser, method)(path).status_code in {200, 303}
    assert [name for name, cookie in browser.cookies.items() if cookie.value] == []


def test_leaving_may_lead_elsewhere(record: Record, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "LEAVE_TO", "https://weather.example/today")
    browser = world.patient(record)
    left = browser.get("/leave")
    assert (left.status_code, left.headers["Location"]) == (303, "https://weather.example/today")
    assert browser.get("/access").headers["Location"] == "/sign-in"


def test_what_comes_back_is_said_as_it_is(record: Record, tick: Callable[[], datetime]) -> None:
    """Whoever paused, then stopped, comes back to a pause; whoever chose to see less still sees less."""
    browser, before = world.patient(record), "You will see what your surgery shares with you, as before."
    _choose(browser, "decline")
    tick()
    assert before in browser.post("/access/change", {"wish": "return"}).text
    _choose(browser, "return")
    tick()
    _choose(browser, "lower", level=str(int(Level.SUMMARY)))
    tick()
    _choose(browser, "pause")
    tick()
    asked = browser.post("/access/change", {"wish": "resume"}).text
    assert before not in asked
    assert "You will see as much as you chose before" in asked
    _choose(browser, "decline")
    tick()
    asked = browser.post("/access/change", {"wish": "return"}).text
    assert before not in asked
    assert "It stays paused until you start it again." in asked
