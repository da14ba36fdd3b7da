"""A record on paper: whatever an entry says or does not say, it is printed."""

from datetime import UTC, date, datetime
from itertools import product
from uuid import uuid4

import pytest

from openrecord.clinical.nhs_number import NhsNumber
from openrecord.registry.types import Patient, PatientId
from openrecord.taking.contents.paper import Part, printed
from openrecord.taking.contents.rows import Row, Year
from openrecord.web.print.pdf import pdf
from openrecord.web.records.values import Fact

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
ADA = Patient(PatientId(1), uuid4(), NhsNumber("9990000018"), "Example", "Ada", date(1980, 1, 1))
FACTS = (Fact("By", "Dr Rao", quoted=True), Fact("On", "2 March"))
EVERY = tuple(
    Row("2 March 2026", "Seen by nurse", value, aside, tag, facts, words, is_part)
    for value, aside, tag, facts, words, is_part in product(
        ("", "5 mmol/L"),
        ("", "range 4 to 6"),
        ("", "High"),
        ((), FACTS),
        ((), ("Well.",)),
        (False, True),
    )
)


def made(*rows: Row) -> bytes:
    part = Part("Consultations", [Year("2026", rows)], "Nothing.")
    return pdf("record.typ", printed("GP record", ADA, [("Name", "Ada")], ["A note."], [part], at=AT), at=AT)


@pytest.mark.parametrize("row", [EVERY[0], EVERY[-1]], ids=["nothing", "everything"])
def test_one_alone_is_printed(row: Row) -> None:
    assert made(row).startswith(b"%PDF-")


def test_every_sort_of_entry_is_printed() -> None:
    assert made(*EVERY).startswith(b"%PDF-")


def test_each_page_says_whose_it_is_for_pages_come_apart() -> None:
    assert (
        printed("GP record", ADA, [], [], [], at=AT)["running"] == "Ada Example \u00b7 999 000 0018 \u00b7 2 March 2026"
    )


def test_only_what_the_record_says_is_in_the_records_language() -> None:
    row = Row("", "", "", "", "", FACTS, ())
    (part,) = printed("GP record", ADA, [], [], [Part("", [Year("", [row])], "")], at=AT)["parts"]
    assert part["years"][0]["rows"][0][5] == [["By", "Dr Rao", True], ["On", "2 March", False]]
