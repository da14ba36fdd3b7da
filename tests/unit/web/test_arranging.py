"""Entries under others of the same page, and sections that leave nothing out."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from openrecord.clinical.codes import SNOMED
from openrecord.clinical.kinds import Slot
from openrecord.web.records import events, medicines, observations, timeline
from openrecord.web.records.arranging import Nest
from openrecord.web.records.plain import about_names
from openrecord.web.records.sections import SECTIONS
from openrecord.web.records.values import Shown
from tests.unit.web.entries import shown_of


def shown(reference: str, date: str = "3 March 2024", **body: Any) -> Shown:
    """An entry of a page."""
    kind = reference.partition("/")[0]
    return shown_of(f"/{reference}", reference, date, {"resourceType": kind, **body})


def names(*references: str) -> list[dict[str, str]]:
    """References as FHIR writes them."""
    return [{"reference": reference} for reference in references]


def test_results_stand_under_their_report() -> None:
    page = [
        shown("DiagnosticReport/r", result=names("Observation/a", "Observation/b"), code={"text": "Blood count"}),
        shown("Observation/a", code={"text": "Haemoglobin"}),
        shown("Observation/c", code={"text": "Sodium"}),
        shown("Observation/b", code={"text": "Platelets"}),
    ]
    (day,) = observations.groups(page)
    assert [(line.title, [below.title for below in line.under]) for line in day.lines] == [
        ("Blood count", ["Haemoglobin", "Platelets"]),
        ("Sodium", []),
    ]


def test_a_result_whose_report_is_not_on_the_page_stands_by_itself() -> None:
    (day,) = observations.groups([shown("Observation/a", code={"text": "Haemoglobin"})])
    assert [line.title for line in day.lines] == ["Haemoglobin"]


def test_a_report_begins_with_its_panels_and_ends_with_its_samples() -> None:
    page = [
        shown("Specimen/s", resourceType="Specimen", type={"text": "Blood"}),
        shown("Observation/b", code={"text": "Urea"}),
        shown("Observation/panel", code={"text": "Urea and electrolytes"}, hasMember=names("Observation/b")),
        shown("Observation/a", code={"text": "Albumin"}),
        shown("DiagnosticReport/r", code={"text": "Report"},
              result=names("Observation/a", "Observation/panel"), specimen=names("Specimen/s")),
    ]  # fmt: skip
    (day,) = observations.groups(page)
    (report,) = day.lines
    assert [line.title for line in report.under] == ["Urea and electrolytes", "Urea", "Albumin", "Sample: Blood"]


def report_of_two_panels() -> list[Shown]:
    """A report of a blood count and of urea and electrolytes, its samples and results in no order."""
    return [
        shown("DiagnosticReport/r", code={"text": "Report"},
              result=names("Observation/c", "Observation/u"), specimen=names("Specimen/s")),
        shown("Observation/k", code={"text": "Potassium"}, specimen=names("Specimen/s")),
        shown("Specimen/s", type={"text": "Blood"}),
        shown("Observation/h", code={"text": "Haemoglobin"}),
        shown("Observation/u", code={"text": "Urea and electrolytes"},
              hasMember=names("Observation/k", "Observation/n")),
        shown("Observation/n", code={"text": "Sodium"}),
        shown("Observation/c", code={"text": "Blood count"}, hasMember=names("Observation/p", "Observation/h")),
        shown("Observation/p", code={"text": "Platelets"}),
    ]  # fmt: skip


IN_PANELS = [
    "Blood count", "Haemoglobin", "Platelets", "Urea and electrolytes", "Potassium", "Sodium", "Sample: Blood"
]  # fmt: skip


def test_each_panel_of_a_report_is_followed_by_its_own_results() -> None:
    page = report_of_two_panels()
    (day,) = observations.groups(page)
    (month,) = timeline.months([structs.replace(each, slug="test-results") for each in page])
    (item,) = month.days[0].items
    for report in (*day.lines, item.line):
        assert [line.title for line in report.under] == IN_PANELS


def test_panels_that_name_each_other_end() -> None:
    page = [
        shown("Observation/a", code={"text": "A"}, hasMember=names("Observation/b")),
        shown("Observation/b", code={"text": "B"}, hasMember=names("Observation/a")),
    ]
    assert {each.reference for each in observations.in_order(page)} == {"Observation/a", "Observation/b"}


def test_somebody_who_took_part_twice_is_named_once() -> None:
    doctor = {"individual": {"display": "Dr Rao"}}
    visit = shown("Encounter/e", participant=[doctor, {"individual": {"display": "Nurse Lee"}}, doctor])
    assert events.line(visit).aside == "Dr Rao, Nurse Lee"


def test_a_test_has_our_name_where_the_records_says_something_else() -> None:
    coded = [{"system": SNOMED, "code": "999791000000106"}], [{"system": SNOMED, "code": "1017381000000106"}]
    page = [
        shown("DiagnosticReport/r", result=names("Observation/a"), code={"text": "Lipids"}),
        shown("Observation/a", code={"text": "IFCC", "coding": coded[0]}),
        shown("Observation/b", code={"text": "Plasma sodium", "coding": coded[1]}),
        shown("Observation/c", code={"text": "Nobody has explained this"}),
        shown("Specimen/d", resourceType="Specimen", type={"text": "HbA1c"}),
    ]
    (day,) = observations.groups(page)
    assert day.names == ("Blood fats (lipids)", "Average blood sugar (HbA1c)", "", "", "")
    assert "general" in about_names(day.names)
    assert about_names(["", ""]) == ""


def test_a_prescription_whose_medicine_cannot_be_seen_is_no_past_medicine() -> None:
    order = {"intent": "order", "status": "completed", "medicationCodeableConcept": {"text": "Ramipril"}}
    (group,) = medicines.groups([shown("MedicationRequest/issue", **order)])
    assert group.heading == "Earlier prescriptions"
    (group,) = medicines.groups([shown("MedicationRequest/only", **order | {"status": "active"})])
    assert group.heading == "Current medicines"


def test_a_prescription_that_was_made_up_does_not_say_that_its_medicine_is_past() -> None:
    """Its own page, what is taken along and what a link shows are all made of this."""
    order = {"intent": "order", "status": "completed", "medicationCodeableConcept": {"text": "Ramipril"}}
    told = medicines.detail(shown("MedicationRequest/issue", **order), ())
    assert [fact for fact in told.facts if fact.label == "Status"] == []
    course = medicines.detail(shown("MedicationStatement/course", status="completed"), ())
    assert [fact.value for fact in course.facts if fact.label == "Status"] == ["Past"]


def test_issues_stand_under_their_medicine() -> None:
    page = [
        shown("MedicationRequest/issue", basedOn=names("MedicationRequest/plan"), intent="order", status="completed"),
        shown(
            "MedicationStatement/m",
            basedOn=names("MedicationRequest/plan"),
            status="active",
            medicationCodeableConcept={"text": "Amlodipine 5mg tablets"},
        ),
        shown("MedicationRequest/plan", intent="plan", status="active"),
    ]
    (current,) = medicines.groups(page)
    (line,) = current.lines
    assert line.title == "Amlodipine 5mg tablets"
    assert [below.title for below in line.under] == ["Issued 3 March 2024", "Prescribed 3 March 2024"]


def test_of_one_day_issues_stand_before_their_prescription() -> None:
    """A system notes both at the same moment, and neither order of them means anything."""
    day, plan = "3 March 2024", names("MedicationRequest/plan")
    page = [
        shown("MedicationStatement/m", basedOn=plan, status="active"),
        shown("MedicationRequest/late", "4 March 2024", basedOn=plan, intent="order"),
        shown("MedicationRequest/plan", day, intent="plan", status="active"),
        shown("MedicationRequest/issue", day, basedOn=plan, intent="order"),
        shown("MedicationRequest/old", "1 March 2024", basedOn=plan, intent="order"),
    ]
    (group,) = medicines.groups(page)
    assert [below.title for below in group.lines[0].under] == [
        "Issued 4 March 2024", f"Issued {day}", f"Prescribed {day}", "Issued 1 March 2024"
    ]  # fmt: skip


def test_issues_of_one_prescription_that_is_elsewhere_stand_together() -> None:
    """A practice issues the same again and again: twenty lines of one name say less than one with its days."""
    pill = {"intent": "order", "status": "completed", "medicationCodeableConcept": {"text": "Marvelon tablets"}}
    page = [
        shown("MedicationRequest/c", "20 June 2011", basedOn=names("MedicationRequest/plan"), **pill),
        shown("MedicationRequest/x", "18 June 2011", **{**pill, "medicationCodeableConcept": {"text": "Gel"}}),
        shown("MedicationRequest/b", "17 June 2011", basedOn=names("MedicationRequest/plan"), **pill),
        shown("MedicationRequest/a", "10 May 2011", basedOn=names("MedicationRequest/other"), **pill),
    ]
    (group,) = medicines.groups(page)
    assert [(line.title, line.date, [below.title for below in line.under]) for line in group.lines] == [
        ("Marvelon tablets", "20 June 2011", ["Issued 17 June 2011"]),
        ("Gel", "18 June 2011", []),
        ("Marvelon tablets", "10 May 2011", []),
    ]


def test_by_date_issues_of_one_prescription_on_one_day_are_one_entry_that_says_what_it_is() -> None:
    pill = {"intent": "order", "status": "completed", "medicationCodeableConcept": {"text": "Marvelon tablets"}}
    page = [
        structs.replace(
            shown(f"MedicationRequest/{key}", day, basedOn=names("MedicationRequest/plan"), **pill), slug="medicines"
        )
        for key, day in (("d", "20 June 2011"), ("c", "20 June 2011"), ("b", "17 June 2011"))
    ]
    lines = [item.line for month in timeline.months(page) for day in month.days for item in day.items]
    assert [(line.date, line.aside, [below.title for below in line.under]) for line in lines] == [
        ("20 June 2011", "Prescription issued", ["Issued 20 June 2011"]),
        ("17 June 2011", "Prescription issued", []),
    ]
    assert len(timeline.items(page)) == 3, "what is news is told one by one"


def test_what_is_taken_has_not_ended() -> None:
    """Its last day is a plan as long as the record calls it current."""
    period = {"start": "2024-03-01", "end": "2024-03-08"}
    for status, label in (("active", "Until"), ("completed", "Ended")):
        entry = shown("MedicationStatement/m", status=status, effectivePeriod=period)
        told = {fact.label: fact.value for fact in medicines.detail(entry, ()).facts}
        assert told[label] == "8 March 2024"


KEYS = st.integers(0, 5)


@given(st.lists(KEYS, unique=True, max_size=6), st.dictionaries(KEYS, KEYS, max_size=6))
def test_every_entry_is_shown_exactly_once_whatever_names_what(present: list[int], parents: dict[int, int]) -> None:
    page = [shown(f"Observation/{key}") for key in present]
    nest = Nest(page, {f"Observation/{child}": f"Observation/{parent}" for child, parent in parents.items()})
    listed = [entry for top in nest.tops for entry in (top, *nest.under(top))]
    assert sorted(entry.reference for entry in listed) == sorted(entry.reference for entry in page)


def test_every_slot_that_can_be_seen_stands_in_exactly_one_section() -> None:
    slots = [slot for section in SECTIONS for slot in section.slots]
    assert sorted(slots) == sorted(set(Slot) - {Slot.NEVER})


def test_a_note_is_read_in_its_consultation_where_that_is_on_the_page() -> None:
    note = shown("Observation/n", encounter={"reference": "Encounter/e"}, valueString="Well")
    (year,) = events.groups([shown("Encounter/e"), note])
    assert [line.title for line in year.lines] == ["Consultation"]
    (year,) = events.groups([note])
    assert [line.title for line in year.lines] == ["Note"], "a page is never empty while there is more"
