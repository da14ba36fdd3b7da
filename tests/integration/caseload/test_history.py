"""History asked for, opened in two chunks, decided: the decision code lets the patient see as far as was reviewed."""

from openrecord.audit.sources import CHANGE
from openrecord.caseload import queries
from openrecord.caseload.types import State
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
