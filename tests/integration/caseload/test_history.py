"""History asked for, opened in two chunks, decided: the decision code lets the patient see as far as was reviewed."""

import html
import re

from openrecord.audit.sources import CHANGE
from openrecord.caseload import queries
from openrecord.caseload.types import State
from openrecord.web.language import COOKIE
from openrecord.web.text import WELSH
from tests.integration.caseload import world as caseload
from tests.integration.fhir.world import ORG, Record, observation
from tests.integration.pages import world

FROM_2015 = {"first-day": "1", "first-month": "4", "first-year": "2015", "sections": "observations"}
OPEN = {"verdict": "open", "level": "4"}


def years(record: Record) -> set[str]:
    """The years of the weights that the patient sees."""
    page = world.patient(record).get("/record/measurements").text
    return {year for year in ("2014", "2016", "2025") if f"February {year}" in page}


def test_history_is_opened_as_far_as_it_was_reviewed(record: Record) -> None:
    patient, screener, manager = world.patient(record), caseload.reviewer(), caseload.manager()
    page = caseload.ask(patient, "history", **caseload.HISTORY)
    here = caseload.desk(record)
    assert years(record) == {"2025"}
    assert f"{here}/review" not in screener.get(here).text, "nothing is opened before it is known who asks"
    caseload.take(manager, here, "identity", proof="nhs_login")

    caseload.take(screener, here, "review", **OPEN, **FROM_2015)
    assert years(record) == {"2016", "2025"}
    seen = patient.get(page).text
    assert "Measurements and procedures, from 1 April 2015" in seen
    assert "2% of what you asked for" in seen
    assert "2% of what was asked for is reviewed" in screener.get(here).text

    caseload.take(screener, here, "review", **OPEN)
    assert years(record) == {"2014", "2016", "2025"}
    assert "100% of what you asked for" in patient.get(page).text

    assert "outcome=refused" not in manager.get(here).text
    answer = caseload.take(manager, here, "decide", outcome="granted", letter="All of it.\n\nGood bye.")
    assert answer.status_code == 303
    assert caseload.only(record).state is State.GRANTED
    told = patient.get(page).text
    assert "<p>All of it.</p>\n<p>Good bye.</p>" in told.replace("\r", "")
    assert "Information Commissioner" in told
    assert not [one for one in queries.open_requests(ORG, limit=999) if one.patient_id == record.patient.patient_id]


def test_a_draft_is_in_one_language_whatever_language_staff_use(record: Record) -> None:
    patient, screener, manager = world.patient(record), caseload.reviewer(), caseload.manager()
    caseload.ask(patient, "history", **caseload.HISTORY)
    here = caseload.desk(record)
    caseload.take(manager, here, "identity", proof="documents")
    caseload.take(screener, here, "review", **OPEN, **FROM_2015)
    manager.cookies[COOKIE] = WELSH
    page = manager.get(f"{here}/decide?outcome=partly").text
    assert "- Measurements and procedures, from 1 April 2015" in page
    assert '<html class="nhsuk-template" lang="cy"' in page


def test_a_part_that_stays_closed_is_told_to_nobody_outside(record: Record) -> None:
    patient, screener, manager = world.patient(record), caseload.reviewer(), caseload.manager()
    page = caseload.ask(patient, "history", **caseload.HISTORY)
    here = caseload.desk(record)
    caseload.take(manager, here, "identity", proof="documents")
    caseload.take(screener, here, "review", verdict="closed", level="4", sections="documents")
    assert "Kept closed: Documents and letters, all dates" in screener.get(here).text
    assert "Documents and letters" not in patient.get(page).text
    refused = caseload.take(manager, here, "decide", outcome="refused", ground="exempt", letter="Not now.")
    assert refused.status_code == 303
    told = patient.get(page).text
    assert "Documents and letters" not in told
    assert "harm" not in told
    assert years(record) == {"2025"}


def test_a_part_without_dates_only_where_it_is_meant(record: Record) -> None:
    """What is asked from a day on is proposed to the reviewer, and days in the wrong order are refused."""
    patient, screener = world.patient(record), caseload.reviewer()
    caseload.ask(patient, "history", **caseload.HISTORY, **FROM_2015)
    here = caseload.desk(record)
    caseload.take(screener, here, "identity", proof="vouching")
    form = screener.get(f"{here}/review").text
    assert 'id="first-year" name="first-year" type="text" inputmode="numeric" autocomplete="off" value="2015"' in form
    wrong = {**FROM_2015, "last-day": "1", "last-month": "1", "last-year": "2015", **OPEN}
    answer = caseload.take(screener, here, "review", **wrong)
    assert answer.status_code == 200
    assert "The last day must not be before the first" in answer.text
    assert years(record) == {"2025"}


def test_the_trail_has_every_step_and_no_word_of_it(record: Record) -> None:
    patient, manager = world.patient(record), caseload.manager()
    caseload.ask(patient, "history", level="4", words="Secretword")
    here = caseload.desk(record)
    caseload.take(manager, here, "identity", proof="documents")
    caseload.take(manager, here, "extend", reason="Secretreason")
    sql = "SELECT event, subject, details FROM audit_change WHERE patient_id = %s ORDER BY at, sequence"
    rows = CHANGE.fetch(sql, (record.patient.patient_id,))
    told = [row for row in rows if str(caseload.only(record).request_id) == row[1]]
    assert [row[0] for row in told] == ["request_made", "request_identity_checked", "request_extended"]
    assert "Secret" not in repr(rows)


def test_what_came_restricted_is_looked_at_before_anything_is_opened(record: Record) -> None:
    label = {"security": [{"system": "http://hl7.org/fhir/v3/ActCode", "code": "NOPAT"}]}
    record.deliver(observation("r", "2012-02-01", meta=label))
    patient, screener, manager = world.patient(record), caseload.reviewer(), caseload.manager()
    caseload.ask(patient, "history", **caseload.HISTORY)
    here = caseload.desk(record)
    caseload.take(manager, here, "identity", proof="documents")
    base = f"/staff/patients/{record.patient.public_id}"
    assert f"{base}/came-restricted" in screener.get(base).text
    listed = screener.get(f"{base}/came-restricted").text
    assert "1 February 2012" in listed
    assert "1 February 2014" not in listed
    assert f"{base}/came-restricted" in screener.get(f"{here}/review").text
    refused = caseload.take(screener, here, "review", **OPEN)
    assert "Look at the entries that came restricted first" in refused.text
    assert years(record) == {"2025"}
    assert caseload.take(screener, here, "review", **OPEN, looked="yes").status_code == 303
    assert years(record) == {"2014", "2016", "2025"}
    assert "2012" not in patient.get("/record/measurements").text, "it stays closed whatever is opened"


def test_a_part_is_kept_closed_without_looking(record: Record) -> None:
    label = {"security": [{"system": "http://hl7.org/fhir/v3/ActCode", "code": "NOPAT"}]}
    record.deliver(observation("r", "2012-02-01", meta=label))
    caseload.ask(world.patient(record), "history", **caseload.HISTORY)
    here = caseload.desk(record)
    caseload.take(caseload.manager(), here, "identity", proof="documents")
    assert caseload.take(caseload.reviewer(), here, "review", verdict="closed", level="4").status_code == 303


def titles(page: str) -> list[str]:
    """What stands beside the entries of a list, in its order."""
    return re.findall(r'class="or-line__aside">([^<]+)<', page)


def test_history_is_looked_through_part_by_part_the_most_pressing_first(record: Record) -> None:
    words = [{"text": "Her sister Janet says that she drinks. Asked not to be named."}]
    label = {"security": [{"system": "http://hl7.org/fhir/v3/ActCode", "code": "NOPAT"}]}
    record.deliver(observation("s", "2017-02-01", note=words), observation("r", "2012-02-01", meta=label))
    patient, screener = world.patient(record), caseload.reviewer()
    caseload.ask(patient, "history", **caseload.HISTORY)
    here = caseload.desk(record)
    assert f"{here}/entries" in screener.get(here).text
    page = screener.get(f"{here}/entries").text
    assert [re.findall(r"\d{4}", aside)[0] for aside in titles(page)] == ["2017", "2012", "2014", "2016"]
    assert "<mark>" in page
    hide = html.unescape(re.findall(r'href="([^"]+/hide[?][^"]+)"', page)[1])
    back = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]+)"', screener.get(hide).text))
    sent = {"seen": back["seen"], "back": html.unescape(back["back"]), "reason": "third_party", "confirmed": "yes"}
    going_on = screener.post(hide.partition("?")[0], sent)["Location"]
    assert going_on.startswith(f"{here}/entries")
    assert "it is about another person" in screener.get(going_on).text
    elsewhere = screener.post(hide.partition("?")[0], {**sent, "seen": "", "back": "//evil.example/staff/requests/"})
    assert "evil" not in elsewhere.text
    assert "Another person" in page
    assert page.count("Stays closed") == 2, "the count and the entry that came restricted"
    assert screener.get(f"{here}/entries").text.count("Stays closed") == 3
    by_date = screener.get(f"{here}/entries?chosen=yes&order=date").text
    assert [re.findall(r"\d{4}", aside)[0] for aside in titles(by_date)] == ["2012", "2014", "2016", "2017"]
    part = {"chosen": "yes", "first-day": "1", "first-month": "4", "first-year": "2015", "sections": "observations"}
    some = screener.get(f"{here}/entries", part).text
    assert [re.findall(r"\d{4}", aside)[0] for aside in titles(some)] == ["2017", "2016"]
    assert not titles(screener.get(f"{here}/entries", {**part, "sections": "documents"}).text)
    assert "has to record the identity check" in some
    caseload.take(screener, here, "identity", proof="documents")
    some = screener.get(f"{here}/entries", part).text
    onward = html.unescape(re.findall(r'href="([^"]+/review[?][^"]+)"', some)[0])
    form = screener.get(onward).text
    assert 'name="first-year" type="text" inputmode="numeric" autocomplete="off" value="2015"' in form
    assert 'value="observations" checked' in form
    wrong = screener.get(f"{here}/entries", {**part, "first-day": "31"}).text
    assert 'href="#first-day"' in wrong
    assert 'value="31"' in wrong
    served = {route for route, *_rest in record.trail()}
    assert "/staff/request/entries" in served


def test_what_came_since_the_review_is_not_opened_with_it(record: Record) -> None:
    screener = caseload.reviewer()
    caseload.ask(world.patient(record), "history", **caseload.HISTORY)
    here = caseload.desk(record)
    caseload.take(caseload.manager(), here, "identity", proof="documents")
    onward = html.unescape(re.findall(r'href="([^"]+/review[?][^"]+)"', screener.get(f"{here}/entries").text)[0])
    record.deliver(observation("late", "2015-02-01"))
    form = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]+)"', screener.get(onward).text))
    answer = screener.post(f"{here}/review", {**form, **OPEN})
    assert "Entries came or changed since you looked." in answer.text
    assert 'value="open" checked' in answer.text
    assert years(record) == {"2025"}
    form = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]+)"', answer.text))
    assert screener.post(f"{here}/review", {**form, **OPEN}).status_code == 303
    assert years(record) == {"2014", "2016", "2025"}


def test_only_reviewers_look_through_it_and_only_while_it_is_asked(record: Record) -> None:
    caseload.ask(world.patient(record), "correction", **caseload.CORRECTION)
    here = caseload.desk(record)
    assert caseload.reviewer().get(f"{here}/entries").status_code == 303
    for other in (caseload.manager(), caseload.reader()):
        assert other.get(f"{here}/entries").status_code == 403
        assert f"{here}/entries" not in other.get(here).text


def test_a_part_that_was_opened_by_mistake_is_closed_again(record: Record) -> None:
    """At once, and also after the answer: hiding entry by entry was the only way."""
    patient, screener, manager = world.patient(record), caseload.reviewer(), caseload.manager()
    page = caseload.ask(patient, "history", **caseload.HISTORY)
    here = caseload.desk(record)
    caseload.take(manager, here, "identity", proof="nhs_login")
    assert f"{here}/close" not in screener.get(here).text
    caseload.take(screener, here, "review", **OPEN, **FROM_2015)
    caseload.take(screener, here, "review", **OPEN)
    first, whole = (one.chunk for one in caseload.only(record).reviews)
    assert f"{here}/close" in screener.get(here).text
    assert f"{here}/close" not in manager.get(here).text
    assert manager.get(f"{here}/close").status_code == 403
    assert "stays open until you close it again" in screener.get(f"{here}/review").text
    assert caseload.take(screener, here, "close").status_code == 200, "nothing was chosen"
    assert caseload.take(screener, here, "close", chunk=str(whole)).status_code == 303
    assert years(record) == {"2016", "2025"}
    assert "outcome=granted" not in manager.get(here).text
    told = patient.get(page).text
    now = told.partition("You can now see:")[2].partition("</ul>")[0]
    assert "from 1 April 2015" in now
    assert "All sections, all dates" not in now
    assert "Closed again: All sections, all dates" in screener.get(here).text
    assert "A part was closed again" in told
    caseload.take(manager, here, "decide", outcome="partly", letter="From 2015.")
    assert f"{here}/review" not in screener.get(here).text
    assert caseload.take(screener, here, "close", chunk=str(first)).status_code == 303
    assert years(record) == {"2025"}
    assert "You can now see:" not in patient.get(page).text
    assert f"{here}/close" not in screener.get(here).text
    assert screener.get(f"{here}/close").status_code == 303
    assert caseload.only(record).state is State.PARTLY_GRANTED
