"""What a card says, against a plain reading of the framework's list of what must and must not be in it."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from openrecord.cards.rules.content import bundle, claims, fits
from openrecord.cards.types import Holder
from openrecord.clinical import covid

SNOMED, DMD = "http://snomed.info/sct", "https://dmd.nhs.uk"
HOLDER = Holder("Okafor", "Ada Ngozi", date(1980, 5, 10))
CODES = tuple(covid.codes().names)
Json = dict[str, Any]

concepts = st.fixed_dictionaries(
    {"coding": st.lists(
        st.fixed_dictionaries({
            "system": st.sampled_from((SNOMED, DMD, DMD, "http://hl7.org/fhir/sid/cvx")),
            "code": st.sampled_from((*CODES, "1")),
            "display": st.text(max_size=5),
        }), min_size=1, max_size=3)},
    optional={"text": st.text(max_size=5)},
)  # fmt: skip
references = st.fixed_dictionaries(
    {},
    optional={
        "display": st.sampled_from(("Elland Road", " ", "Dr Who", "x" * 121)),
        "type": st.sampled_from(("Organization", "Practitioner")),
    },
)
doses = st.fixed_dictionaries(
    {
        "id": st.text(max_size=3),
        "meta": st.just({"versionId": "1"}),
        "status": st.sampled_from(("completed", "completed", "completed", "not-done", "entered-in-error")),
        "vaccineCode": concepts,
        "occurrenceDateTime": st.sampled_from(
            ("2021", "2021-03", "2021-03-20", "2021-03-27T23:30:00Z", "2021-06-05T23:30:00Z", "soon", "")
        ),
    },
    optional={
        "lotNumber": st.sampled_from(("FK0112", " FK0112 ", " ", "F" * 40, "F" * 41)),
        "isSubpotent": st.sampled_from((False, False, True)),
        "location": references,
        "performer": st.lists(st.fixed_dictionaries({"actor": references}), max_size=2),
        "note": st.just([{"text": "Words"}]),
    },
)
"""Most of them fit."""
DAYS = {"2021-03-27T23:30:00Z": "2021-03-27", "2021-06-05T23:30:00Z": "2021-06-06"}
"""The London days of moments near midnight, in winter and in summer time."""


def _keys(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield key
            yield from _keys(inner)
    if isinstance(value, list):
        for inner in value:
            yield from _keys(inner)


def _known(body: Json) -> set[str]:
    coding = body.get("vaccineCode", {}).get("coding", [])
    return {each["code"] for each in coding if each["system"] in {SNOMED, DMD} and each["code"] in CODES}


def _should_fit(body: Json) -> bool:
    dated = body.get("occurrenceDateTime", "") not in {"soon", ""}
    return body.get("status") == "completed" and dated and not body.get("isSubpotent") and bool(_known(body))


def test_a_bundle_to_the_letter() -> None:
    second = {
        "status": "completed",
        "vaccineCode": {"coding": [{"system": DMD, "code": "39115611000001103", "display": "Comirnaty"}]},
        "occurrenceDateTime": "2021-06-05T23:30:00Z",
        "lotNumber": " FK0112 ",
        "location": {"display": " Elland Road "},
    }
    first = second | {"occurrenceDateTime": "2021-03", "lotNumber": 7, "location": "no object", "performer": "no list"}
    assert bundle(HOLDER, [second, first]) == (
        b'{"resourceType":"Bundle","type":"collection","entry":['
        b'{"fullUrl":"resource:0","resource":{"resourceType":"Patient",'
        b'"name":[{"family":"Okafor","given":["Ada","Ngozi"]}],"birthDate":"1980-05-10"}},'
        b'{"fullUrl":"resource:1","resource":{"resourceType":"Immunization","status":"completed",'
        b'"vaccineCode":{"coding":[{"system":"http://snomed.info/sct","code":"39115611000001103"}]},'
        b'"patient":{"reference":"resource:0"},"occurrenceDateTime":"2021-03"}},'
        b'{"fullUrl":"resource:2","resource":{"resourceType":"Immunization","status":"completed",'
        b'"vaccineCode":{"coding":[{"system":"http://snomed.info/sct","code":"39115611000001103"}]},'
        b'"patient":{"reference":"resource:0"},"occurrenceDateTime":"2021-06-06",'
        b'"performer":[{"actor":{"display":"Elland Road"}}],"lotNumber":"FK0112"}}]}'
    )


@settings(max_examples=60)
@given(st.lists(doses, max_size=5))
def test_a_bundle_holds_the_doses_that_fit_and_nothing_that_is_not_needed(given_doses: list[Json]) -> None:
    said = json.loads(bundle(HOLDER, given_doses))
    assert [entry["fullUrl"] for entry in said["entry"]] == [f"resource:{n}" for n in range(len(said["entry"]))]
    person, *found = [entry["resource"] for entry in said["entry"]]
    assert person == {
        "resourceType": "Patient",
        "name": [{"family": "Okafor", "given": ["Ada", "Ngozi"]}],
        "birthDate": "1980-05-10",
    }
    wanted = [body for body in given_doses if _should_fit(body)]
    texts = [body["occurrenceDateTime"] for body in wanted]
    assert [dose["occurrenceDateTime"] for dose in found] == sorted(DAYS.get(text, text) for text in texts)
    told = sorted(sorted(each["code"] for each in dose["vaccineCode"]["coding"]) for dose in found)
    assert told == sorted(sorted(_known(body)) for body in wanted)
    batches = sorted(batch for body in wanted if 0 < len(batch := body.get("lotNumber", "").strip()) <= 40)
    assert sorted(dose["lotNumber"] for dose in found if "lotNumber" in dose) == batches
    places = sorted(place for body in wanted if (place := covid.place_of(body)))
    assert sorted(dose["performer"][0]["actor"]["display"] for dose in found if "performer" in dose) == places
    for dose in found:
        assert {each["system"] for each in dose["vaccineCode"]["coding"]} == {SNOMED}
        assert dose["patient"] == {"reference": "resource:0"}
        assert dose.get("lotNumber", "FK0112") in {"FK0112", "F" * 40}
        assert not set(_keys(dose)) & {"id", "meta", "text", "note", "isSubpotent"}
        assert "display" not in dose["vaccineCode"]["coding"][0]


def test_a_dose_known_by_its_disease_alone_has_no_code_for_a_card() -> None:
    against = [{"targetDisease": [{"coding": [{"system": SNOMED, "code": "840539006"}]}]}]
    body = {"status": "completed", "occurrenceDateTime": "2021-03-20", "protocolApplied": against}
    assert covid.is_given(body)
    assert not fits(body)


def test_an_organisation_among_the_performers_is_the_place() -> None:
    nurse = {"actor": {"type": "Practitioner", "display": "Robin Jones"}}
    surgery = {"actor": {"type": "Organization", "display": "Made-up Surgery"}}
    assert covid.place_of({"performer": ["odd", {"actor": "odd"}, nurse, surgery]}) == "Made-up Surgery"
    assert covid.place_of({"performer": [nurse, {"actor": {"display": "Nobody knows"}}]}) == ""
    assert covid.place_of({"performer": [surgery], "location": {"display": "Elland Road"}}) == "Elland Road"


def test_a_place_of_120_letters_is_kept_and_a_longer_one_is_not() -> None:
    assert covid.place_of({"location": {"display": "x" * 120}}) == "x" * 120
    assert covid.place_of({"location": {"display": "x" * 121}}) == ""


def test_a_person_of_one_name_has_no_empty_element() -> None:
    (entry,) = json.loads(bundle(Holder("Okafor", "", date(1980, 5, 10)), []))["entry"]
    assert entry["resource"]["name"] == [{"family": "Okafor"}]


@settings(max_examples=60)
@given(st.permutations([{"a": 1}, {"a": 2}, {"a": 3}]), st.booleans())
def test_the_order_in_which_a_record_lists_doses_changes_nothing(order: list[Json], same_day: bool) -> None:
    made = [
        {
            "status": "completed",
            "vaccineCode": {"coding": [{"system": DMD, "code": CODES[each["a"]]}]},
            "occurrenceDateTime": "2021-03-20" if same_day else f"2021-03-{20 + each['a']}",
        }
        for each in order
    ]
    assert bundle(HOLDER, made) == bundle(HOLDER, made[::-1])


@settings(max_examples=60)
@given(doses)
def test_a_place_is_a_location_or_an_organisation_never_a_person(body: Json) -> None:
    actors = [each["actor"] for each in body.get("performer", [])]
    organisations = [actor for actor in actors if actor.get("type") == "Organization"]
    names = [each.get("display", "").strip() for each in (body.get("location", {}), *organisations)]
    names = [name for name in names if len(name) <= 120]
    assert covid.place_of(body) == next(filter(None, names), "")


@settings(max_examples=60)
@given(doses)
def test_what_fits_is_a_dose_that_was_given(body: Json) -> None:
    assert fits(body) is _should_fit(body)


def test_claims_are_minified_and_name_the_framework_s_type() -> None:
    issued = datetime(2025, 3, 3, 9, 0, 0, 999, tzinfo=UTC)
    text = claims(bundle(HOLDER, []), issuer="https://record.example", issued=issued, rid="number")
    told = json.loads(text)
    assert json.dumps(told, separators=(",", ":")).encode() == text
    assert (told["iss"], told["nbf"], told["vc"]["rid"]) == ("https://record.example", 1740992400, "number")
    assert told["vc"]["type"] == ["https://smarthealth.cards#health-card"]
    assert told["vc"]["credentialSubject"]["fhirVersion"] == "4.0.1"
    assert told["vc"]["credentialSubject"]["fhirBundle"]["type"] == "collection"
