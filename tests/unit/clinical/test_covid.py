"""Which vaccinations count, by code alone; no code is made up."""

import re
from pathlib import Path

import pytest

from openrecord.clinical import covid

EXAMPLES = Path(__file__).parents[4] / "shared" / "data" / "uk-core-r4"
SNOMED, DMD = "http://snomed.info/sct", "https://dmd.nhs.uk"
COMIRNATY, DISEASE = "39115611000001103", "840539006"


def dose(system: str, code: str, **more: object) -> dict[str, object]:
    return {"status": "completed", "vaccineCode": {"coding": [{"system": system, "code": code}]}, **more}


@pytest.mark.parametrize("system", [SNOMED, DMD])
def test_a_listed_code_counts_under_either_system(system: str) -> None:
    body = dose(system, COMIRNATY)
    assert covid.is_given(body)
    assert covid.name_of(body) == "Comirnaty (Pfizer)"


@pytest.mark.parametrize(
    "body",
    [
        dose("http://example.org/codes", COMIRNATY),
        dose(DMD, "39115611000001102"),
        dose(DMD, COMIRNATY, status="not-done"),
        dose(DMD, COMIRNATY, status="entered-in-error"),
        {"status": "completed", "vaccineCode": {"text": "Comirnaty COVID-19 mRNA Vaccine"}},
        {"status": "completed"},
        {"status": "completed", "vaccineCode": {"coding": "x"}, "protocolApplied": [{"targetDisease": "x"}, "y"]},
    ],
)
def test_nothing_else_does(body: dict[str, object]) -> None:
    assert not covid.is_given(body)


def test_the_procedure_and_the_disease_tell_too() -> None:
    procedure = {"coding": [{"system": SNOMED, "code": "1324681000000101"}]}
    given = dose(DMD, "1", extension=[{"url": covid.PROCEDURE, "valueCodeableConcept": procedure}])
    assert covid.codes_of(given) == ("1324681000000101",)
    assert covid.name_of(given) == "Covid-19 vaccine, first dose"
    against = [{"targetDisease": [{"coding": [{"system": SNOMED, "code": DISEASE}]}]}]
    assert covid.is_given(dose(DMD, "1", protocolApplied=against))
    assert covid.codes_of(dose(DMD, "1", protocolApplied=against)) == ()
    assert covid.name_of(dose(DMD, "1", protocolApplied=against)) == ""


def test_the_product_stands_in_front_of_the_procedure() -> None:
    both = [{"system": SNOMED, "code": "1324681000000101"}, {"system": DMD, "code": COMIRNATY}]
    assert covid.codes_of({"vaccineCode": {"coding": both}}) == (COMIRNATY, "1324681000000101")


@pytest.mark.shared
@pytest.mark.skipif(not EXAMPLES.is_dir(), reason="the example records (../shared/data) are not here")
def test_no_code_is_made_up() -> None:
    told = "".join(path.read_text(encoding="utf-8") for path in EXAMPLES.rglob("*.xml"))
    pairs = re.findall(r'<code value="(\d+)" />\s*<display value="([^"]*)"', told)
    terms = {code: term for code, term in pairs if re.search("covid|sars-cov-2|severe acute", term, re.IGNORECASE)}
    known = covid.codes()
    listed = {*known.names, *known.diseases}
    assert listed <= terms.keys()
    not_given = {code for code, term in terms.items() if re.search(r"not (given|done|available)", term)}
    assert not_given
    assert not listed & not_given
    for code in known.products:
        assert known.names[code].split()[0] in terms[code]
