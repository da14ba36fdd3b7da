"""Search parameters: dates as spans of instants, categories as slots, ids, and what is refused."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openrecord.clinical.kinds import OBSERVATION_SLOTS, Slot
from openrecord.clinical.r4.tokens import tokens
from openrecord.fhir.cursors import NEWEST, cursor, position
from openrecord.fhir.searching import NOBODY, understand
from openrecord.fhir.types import (
    CATEGORIES,
    CODE_PARAMETERS,
    DATE_PARAMETERS,
    SERVED,
    WITHOUT_SUBJECT,
    BadRequest,
    Issue,
    Search,
)
from openrecord.kit.instants import from_micros, to_micros

BASE = "https://records.example/fhir"


def search(fhir_type: str = "Observation", lenient: bool = False, **parameters: str) -> Search:
    return understand(fhir_type, parameters.items(), base=BASE, lenient=lenient)


def span(*dates: str) -> tuple[datetime | None, datetime | None]:
    """The instants a search lies between, None where it is open."""
    found = understand("Observation", [("date", each) for each in dates], base=BASE, lenient=False)
    since = None if found.since == -NEWEST[0] else from_micros(found.since)
    until = None if found.position[0] == NEWEST[0] else from_micros(found.position[0])
    assert found.is_dated
    return since, until


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc,arg-type]


@pytest.mark.parametrize(
    ("given", "since", "until"),
    [
        ("2024", utc(2024, 1, 1), utc(2025, 1, 1)),
        ("eq2024-12", utc(2024, 12, 1), utc(2025, 1, 1)),
        ("2024-07-01", utc(2024, 6, 30, 23), utc(2024, 7, 1, 23)),
        ("2024-03-31", utc(2024, 3, 31), utc(2024, 3, 31, 23)),
        ("2024-01-01T10:00Z", utc(2024, 1, 1, 10), utc(2024, 1, 1, 10, 1)),
        ("2024-01-01T10:00:00Z", utc(2024, 1, 1, 10), utc(2024, 1, 1, 10, 0, 1)),
        ("2024-01-01T10:00:00.5Z", utc(2024, 1, 1, 10, 0, 0, 500000), utc(2024, 1, 1, 10, 0, 0, 600000)),
        ("2024-01-01T10:00:00+02:00", utc(2024, 1, 1, 8), utc(2024, 1, 1, 8, 0, 1)),
        ("2024-01-01T10:00:00 02:00", utc(2024, 1, 1, 8), utc(2024, 1, 1, 8, 0, 1)),
        ("2024-07-01T10:00:00", utc(2024, 7, 1, 9), utc(2024, 7, 1, 9, 0, 1)),
        ("ge2024", utc(2024, 1, 1), None),
        ("gt2024", utc(2025, 1, 1), None),
        ("le2024-02", None, utc(2024, 3, 1)),
        ("lt2024-02", None, utc(2024, 2, 1)),
        ("sa2024", utc(2025, 1, 1), None),
        ("eb2024-02", None, utc(2024, 2, 1)),
    ],
)
def test_a_date_is_a_span_in_london_time(given: str, since: datetime | None, until: datetime | None) -> None:
    assert span(given) == (since, until)


def test_several_dates_all_hold() -> None:
    assert span("ge2024", "lt2024-06", "ge2023") == (utc(2024, 1, 1), utc(2024, 5, 31, 23))


@pytest.mark.parametrize(
    "text",
    ["24", "2024-1", "2024-00", "0000", "2024-02-30", "2024-01-01T25:00", "2024-01-01T10", "zz2024", "2024,2025",
      "20240101", "2024-01-01Z", "ge", "٢٠٢٤", "2024-01-01T10:00:00+99:00"],
)  # fmt: skip
def test_what_is_no_date(text: str) -> None:
    with pytest.raises(BadRequest) as refused:
        span(text)
    assert refused.value.issue is Issue.INVALID


@pytest.mark.parametrize("text", ["ne2024", "ap2024-05-01"])
def test_comparisons_that_are_not_made(text: str) -> None:
    with pytest.raises(BadRequest) as refused:
        search("MedicationRequest", authoredon=text)
    assert (refused.value.issue, refused.value.parameter) == (Issue.UNSUPPORTED, "authoredon")
    assert search("MedicationRequest", lenient=True, authoredon=text).used == ()


def test_the_last_days_of_the_calendar() -> None:
    assert span("9999") == (utc(9999, 1, 1), None)
    assert span("9999-12-31") == (utc(9999, 12, 31), None)


@given(st.dates(min_value=date(1900, 1, 2), max_value=date(2100, 1, 1)))
def test_the_comparisons_divide_time_without_gap_or_overlap(on: date) -> None:
    day = on.isoformat()
    inside, before, after = span(day), span(f"lt{day}"), span(f"gt{day}")
    assert before[1] == inside[0] == span(f"ge{day}")[0]
    assert after[0] == inside[1] == span(f"le{day}")[1]
    assert inside[0] is not None
    assert inside[1] is not None
    assert timedelta(hours=22) < inside[1] - inside[0] < timedelta(hours=26)


def test_a_cursor_and_a_date_meet_at_the_older_place() -> None:
    place = cursor(to_micros(utc(2024, 5, 1)), b"k" * 16)
    assert search(date="lt2024", _cursor=place).position == (to_micros(utc(2024, 1, 1)), b"")
    assert search(date="lt2025", _cursor=place).position == (to_micros(utc(2024, 5, 1)), b"k" * 16)


@given(st.integers(-(2**63), 2**63 - 1), st.binary(min_size=16, max_size=16))
def test_a_cursor_comes_back_as_it_was(sort: int, key: bytes) -> None:
    assert position(cursor(sort, key)) == (sort, key)


@pytest.mark.parametrize(
    ("given", "slots"),
    [
        ("laboratory", {Slot.LABORATORY, Slot.OBSERVATION_LABORATORY}),
        ("laboratory,exam", {Slot.LABORATORY, Slot.OBSERVATION_LABORATORY, Slot.EXAM}),
        ("http://terminology.hl7.org/CodeSystem/observation-category|exam", {Slot.EXAM}),
        ("http://terminology.hl7.org/CodeSystem/observation-category|", {*OBSERVATION_SLOTS.values(), Slot.LABORATORY}),
        ("|exam", set()),
        ("other|exam", set()),
        ("nothing", set()),
    ],
)
def test_categories_are_slots(given: str, slots: set[Slot]) -> None:
    assert search(category=given).slots == sum(1 << slot for slot in slots)


def test_categories_given_twice_both_hold() -> None:
    both = understand("Observation", [("category", "exam"), ("category", "exam,survey")], base=BASE, lenient=False)
    assert both.slots == 1 << Slot.EXAM


@pytest.mark.parametrize("fhir_type", sorted(SERVED))
def test_every_type_has_what_it_declares_and_nothing_else(fhir_type: str) -> None:
    assert search(fhir_type).slots == SERVED[fhir_type]
    names = {name for each in CODE_PARAMETERS.values() for name in each}
    for name in {*DATE_PARAMETERS.values(), *names, "subject"}:
        declared = (
            name in {DATE_PARAMETERS.get(fhir_type), *CODE_PARAMETERS[fhir_type]}
            or (name == "category" and fhir_type in CATEGORIES)
            or (name == "subject" and fhir_type not in WITHOUT_SUBJECT)
        )
        value = "2024" if name in DATE_PARAMETERS.values() else "x"
        if declared:
            assert search(fhir_type, **{name: value}).used == ((name, value),)
        else:
            with pytest.raises(BadRequest):
                search(fhir_type, **{name: value})
            assert search(fhir_type, lenient=True, **{name: value}).used == ()


def test_slots_belong_to_one_type_each() -> None:
    assert sum(mask.bit_count() for mask in SERVED.values()) == sum(SERVED.values()).bit_count()
    assert not sum(SERVED.values()) >> Slot.NEVER & 1


@pytest.mark.parametrize(
    "text", ["Patient/", "Group/0d2f3c5e-8f6f-4d3a-9a30-0123456789ab", "0d2f", "x/y", "Patient/a/b"]
)
def test_a_patient_that_is_none_of_ours(text: str) -> None:
    assert search(patient=text).patient == NOBODY


def test_patient_and_subject_ask_for_the_same() -> None:
    own, other = (f"{digit * 8}-8f6f-4d3a-9a30-0123456789ab" for digit in "ab")
    wanted = search(patient=own).patient
    assert wanted not in {None, NOBODY}
    assert search(subject=f"Patient/{own}").patient == wanted
    assert search(subject=f"Patient/{own}", patient=own).patient == wanted
    assert search(subject=other, patient=own).patient == NOBODY


OBSERVED = tokens(
    "Observation",
    b'{"status":"final","code":{"coding":[{"system":"urn:a","code":"x1"},{"code":"y|,"},{"system":"urn:b","code":"X1"}]}}',
)


@pytest.mark.parametrize(
    ("given", "is_found"),
    [
        ("x1", True),
        ("X1", True),
        ("x", False),
        ("1", False),
        ("urn:a|x1", True),
        ("urn:a|X1", False),
        ("URN:A|x1", False),
        ("urn:a|", True),
        ("urn:|", False),
        ("a|x1", False),
        ("|x1", False),
        (r"|y\|\,", True),
        (r"y\|\,", True),
        ("final", False),
        ("zzz,urn:b|X1", True),
        ("zzz,urn:b|x1", False),
        ("%", False),
        ("_1", False),
    ],
)
def test_a_code_is_found_as_a_whole(given: str, is_found: bool) -> None:
    (group,) = search(code=given).codes
    assert any(part in OBSERVED for part in group) is is_found


def test_several_code_parameters_all_hold() -> None:
    assert len(search(code="x1", status="final").codes) == 2
    both = understand("Observation", [("code", "a,b"), ("code", "c")], base=BASE, lenient=False)
    assert [len(group) for group in both.codes] == [2, 1]


@pytest.mark.parametrize("text", ["|", ",", "a,,b", "a|b|c", "a\\", r"a\b", "a\x1fb", "a\x00", ",".join("a" * 101), ""])
def test_what_is_no_list_of_codes(text: str) -> None:
    for fhir_type, name in (("Observation", "code"), ("Observation", "category"), ("Encounter", "type")):
        with pytest.raises(BadRequest) as refused:
            search(fhir_type, **{name: text})
        assert (refused.value.issue, refused.value.parameter) == (Issue.INVALID, name)


def test_more_code_parameters_than_are_asked_for() -> None:
    with pytest.raises(BadRequest):
        understand("Observation", [("code", "a")] * 5, base=BASE, lenient=False)


@pytest.mark.parametrize(
    ("name", "value", "is_done"),
    [
        ("_sort", "-date", True),
        ("_sort", "date", False),
        ("_sort", "-_lastUpdated", False),
        ("_summary", "false", True),
        ("_summary", "true", False),
        ("_summary", "count", False),
        ("_total", "none", True),
        ("_total", "accurate", False),
        ("_pretty", "true", True),
        ("_elements", "code", False),
        ("_include", "Observation:subject", False),
        ("code:missing", "true", False),
        ("patient.name", "x", False),
    ],
)
def test_what_is_asked_about_the_form(name: str, value: str, is_done: bool) -> None:
    assert search(lenient=True, **{name: value}).used == (((name, value),) if is_done else ())
    if not is_done:
        with pytest.raises(BadRequest) as refused:
            search(**{name: value})
        assert refused.value.issue is Issue.UNSUPPORTED


def test_only_an_order_by_date_is_the_order_of_a_list() -> None:
    assert search("MedicationRequest", _sort="-authoredon").used == (("_sort", "-authoredon"),)
    for fhir_type, order in (("MedicationRequest", "-date"), ("Condition", "-date"), ("Condition", "-None")):
        with pytest.raises(BadRequest):
            search(fhir_type, _sort=order)


def test_counts() -> None:
    assert [search(_count=text).limit for text in ("1", "250", "251", "999999999")] == [1, 250, 250, 250]
    assert search().limit == 50
    for text in ("0", "00", "-1", "1.5", "1e2", "", "٣", "9" * 10):
        with pytest.raises(BadRequest):
            search(_count=text)
