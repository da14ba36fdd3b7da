"""What people may type, and what nobody would: a form is answered, never failed on, and stores nothing it cannot."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from openrecord.kit.ids import spelt
from openrecord.screening import queries as screening
from tests.integration.fhir.world import Record
from tests.integration.pages import world

ODD = (
    "\x00", "a\x00b", "'; DROP TABLE identity_session; --", "%", "_", "\\", "\u202e", "\ufeff", "\U0001f600", "x" * 500,
    "9" * 30, "-1", "1e5", "\u0661\u0662", "{{ 7*7 }}", "${7*7}", "../../etc/passwd", "\r\nSet-Cookie: a=b",
)  # fmt: skip
FIELDS = ("number", "family", "born-day", "born-month", "born-year")
USUAL = {"family": "Example", "born-day": "10", "born-month": "5", "born-year": "1980"}


@pytest.mark.parametrize("odd", ODD, ids=range(len(ODD)))
def test_any_text_in_any_field_is_answered(record: Record, odd: str) -> None:
    clinician, patient = world.staff(), world.patient(record)
    for name in FIELDS:  # PostgreSQL takes no NUL in a text
        answer = clinician.post("/staff/find", {**USUAL, name: odd})
        assert answer.status_code in ({400} if "\x00" in odd else {200, 303})
    assert patient.post("/people", {"viewer": odd}).status_code in {400, 404}
    for address in ("/record/measurements", "/record/measurements?show=", "/staff/"):
        assert patient.get(address, {"after": odd}).status_code in {200, 404}
    base = f"/staff/patients/{record.patient.public_id}"
    for query in ({"after": odd}, {"show": odd}):
        assert clinician.get(base, query).status_code == 200


def test_who_is_named_responsible_is_kept_or_refused(record: Record) -> None:
    clinician = world.staff()
    entry = next(iter(screening.states(record.patient.patient_id)))
    address = f"/staff/patients/{record.patient.public_id}/entries/{spelt(entry)}/hide"
    form = {"reason": "serious_harm", "confirmed": "yes"}
    assert clinician.post(address, {**form, "responsible": "Dr\x00Who"}).status_code == 400
    assert not screening.states(record.patient.patient_id)[entry].facts.stance.hides
    assert clinician.post(address, {**form, "responsible": "Dr Wh\u00f8 \U0001f600"}).status_code == 303
    assert screening.states(record.patient.patient_id)[entry].facts.stance.hides


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("&".join(["a=b"] * 2000), "application/x-www-form-urlencoded"),
        ("--b\r\n" * 100, "multipart/form-data; boundary=b"),
        ("--b\r\nContent-Disposition: form-data; name=" + "x" * 10_000, "multipart/form-data; boundary=b"),
        ("a=b", "multipart/form-data"),
        ("a=b", "multipart/form-data; boundary=\u00e9"),
        ("\xff\xfe", "application/x-www-form-urlencoded; charset=utf-16"),
        ("a=b", "application/x-www-form-urlencoded; charset=rot13"),
        ("a=%", "application/x-www-form-urlencoded; charset=no-such-thing"),
        ("[" * 100_000, "application/json"),
    ],
)
def test_a_body_that_is_no_form_is_answered(record: Record, body: str, kind: str) -> None:  # noqa: ARG001
    browser = world.nobody()
    for address in ("/sign-out", "/staff/find"):
        assert browser.generic("POST", address, body.encode(), kind).status_code in {303, 400}


def test_a_file_is_no_answer_to_a_question(record: Record) -> None:  # noqa: ARG001
    browser = world.staff()
    assert browser.post("/staff/find", {"number": SimpleUploadedFile("x", b"9990000018")}).status_code == 200
