"""Search by codes: the same entries as filtering everything served; what is not served is never found."""

import itertools
import random
import uuid
from collections.abc import Callable, Iterable

import pytest

from openrecord.clinical.codes import DATA_ABSENT_REASON
from openrecord.clinical.kinds import Level
from openrecord.fhir.types import CODE_PARAMETERS
from openrecord.screening.actions import acts
from openrecord.screening.types import EntryId, HideReason
from tests.integration.fhir.sent import CLINICAL, CODES, MEDICINES, SYSTEMS, some_of_every_type
from tests.integration.fhir.world import AT, BY, App, Json, Record, Reply, observation

ELEMENTS = {
    "code": "code",
    "type": "type",
    "vaccine-code": "vaccineCode",
    "status": "status",
    "intent": "intent",
    "category": "category",
    "clinical-status": "clinicalStatus",
}


def said(resource: Json, name: str) -> set[tuple[str, str]]:
    """(system, code) of what a served resource says in the element of a parameter."""
    fhir_type = resource["resourceType"]
    element = "medicationCodeableConcept" if name == "code" and fhir_type in MEDICINES else ELEMENTS[name]
    values = [resource.get(element, [])]
    if fhir_type == "AllergyIntolerance" and name == "code":
        values += [reaction.get("substance", []) for reaction in resource.get("reaction", [])]
    found = set()
    for value in itertools.chain.from_iterable(each if isinstance(each, list) else [each] for each in values):
        if isinstance(value, str):
            found.add(("", value))
        else:
            found |= {(coding.get("system", ""), coding["code"]) for coding in value.get("coding", ())}
    return {coding for coding in found if coding[0] != DATA_ABSENT_REASON}


def escaped(text: str) -> str:
    for mark in "\\|,$":
        text = text.replace(mark, f"\\{mark}")
    return text


def wanted(given: tuple[str | None, str | None]) -> tuple[str, Callable[[tuple[str, str]], bool]]:
    """How a token is written, and which codes it means."""
    system, code = given
    text = escaped(code or "") if system is None else f"{escaped(system)}|{escaped(code or '')}"
    return text, lambda coding: system in {None, coding[0]} and code in {None, coding[1]}


def questions(everything: Iterable[Json], name: str, chance: random.Random) -> Iterable[tuple[str | None, str | None]]:
    """Tokens that something has, in each way of writing, and some that may be of none."""
    there = sorted(set().union(*(said(resource, name) for resource in everything)))
    for system, code in chance.sample(there, min(len(there), 4)):
        yield from ((None, code), (system, code), (system, None)) if system else ((None, code), ("", code))
    yield from ((None, chance.choice(CODES)), (chance.choice(SYSTEMS), "27113"), ("urn:", None), (None, "27113001 "))


@pytest.mark.parametrize("level", [Level.FULL, Level.DOCUMENTS])
def test_it_finds_what_filtering_everything_finds(app: App, record: Record, level: Level) -> None:
    chance = random.Random(int(level))
    record.deliver(*some_of_every_type(chance))
    record.grant_history()
    record.lower(level)
    found = 0
    for fhir_type, names in CODE_PARAMETERS.items():
        everything = app.search(fhir_type, _count=250).resources
        for name in names:
            if name == "category" and fhir_type == "Observation":
                continue
            asked = list(questions(everything, name, chance))
            for each in [*((one,) for one in asked), tuple(asked[:3])]:
                texts, meanings = zip(*map(wanted, each), strict=True)
                expected = [
                    resource["id"] for resource in everything
                    if any(means(coding) for coding in said(resource, name) for means in meanings)
                ]  # fmt: skip
                answer = app.search(fhir_type, _count=250, **{name: ",".join(texts)})
                assert answer.ids == expected, (fhir_type, name, texts)
                found += len(expected)
    assert found > 300


def test_every_parameter_holds_at_once_and_on_every_page(app: App, record: Record) -> None:
    other = {"coding": [{"system": "http://snomed.info/sct", "code": "271649006"}]}
    record.deliver(*(observation(f"o{n}", f"2025-02-{n:02d}", code=other) for n in range(10, 16)))
    whole = app.search("Observation", code="271649006", date="ge2025-02-12", status="final", category="vital-signs").ids
    assert len(whole) == 4
    paged: list[str] = []
    address: str | None = "http://x/fhir/Observation?code=271649006&date=ge2025-02-12&_count=3"
    while address is not None:
        answer = app.follow(address)
        paged += answer.ids
        address = answer.link("next")
    assert paged == whole
    assert app.search("Observation", code="271649006", status="amended").resources == []
    assert app.search("Observation", code="271649006,27113001").ids == app.search("Observation").ids


def test_a_new_version_is_found_by_its_new_code_only(app: App, record: Record) -> None:
    code = {"coding": [{"system": "http://snomed.info/sct", "code": "271649006"}]}
    record.deliver({**observation("a", "2025-02-01", code=code), "meta": {"versionId": "2"}})
    assert len(app.search("Observation", code="271649006").ids) == 1
    assert len(app.search("Observation", code="27113001").ids) == 2


def test_words_are_never_searched(app: App, record: Record) -> None:
    record.deliver(observation("t", "2025-02-04", code={"text": "27113001", "coding": [{"code": "other"}]}))
    assert len(app.search("Observation", code="27113001").ids) == 3
    assert len(app.search("Observation", code="other").ids) == 1


QUESTIONS = (
    "Observation?code=27113001",
    "Observation?code=http://snomed.info/sct|",
    "Observation?code=only-hidden",
    "Observation?code=27113001,only-hidden&_count=2",
    "Observation?status=final",
    "Observation?status=amended",
    "Observation?subject=Patient/{patient}&_sort=-date&date=sa2025-01-31",
    "Observation?_summary=false&_total=none&_pretty=true&date=eb2025-02-03",
    "Condition?code=only-hidden",
    "Condition?clinical-status=active",
    "MedicationRequest?intent=order&status=active",
    "MedicationRequest?category=only-hidden",
    "Encounter?type=only-hidden",
    "DocumentReference?type=only-hidden",
    "Immunization?vaccine-code=only-hidden",
)


def answers(app: App, record: Record) -> list[Reply]:
    """Every answer, whole, and of every page behind it."""
    given = [app.ask(question.format(patient=record.patient.public_id)) for question in QUESTIONS]
    given += [app.ask(question.split("?")[0], method="HEAD") for question in QUESTIONS]
    for answer in list(given):
        while answer.status == 200 and answer.body and (following := answer.link("next")) is not None:
            given.append(answer := app.follow(following))
    return given


def test_what_lies_in_the_vault_is_found_by_no_parameter(app: App, record: Record) -> None:
    hidden = {"coding": [{"system": "http://snomed.info/sct", "code": "only-hidden"}]}
    before = answers(app, record)
    assert {answer.status for answer in before} == {200}
    record.deliver(
        observation("draft", "2025-02-02", "laboratory", status="preliminary", code=hidden),
        observation("old", "2025-02-02", issued="2019-01-01T00:00:00Z", code=hidden),
        {
            "resourceType": "MedicationRequest",
            "id": "m",
            "status": "draft",
            "intent": "order",
            "authoredOn": "2025-02-02",
            "subject": {"reference": "Patient/p"},
            "category": [hidden],
            "medicationCodeableConcept": hidden,
        },
    )
    assert answers(app, record) == before
    record.deliver(
        observation("x", "2025-02-02", code=hidden),
        {"resourceType": "Condition", "id": "c", "subject": {"reference": "Patient/p"}, "recordedDate": "2025-02-02",
         "code": hidden, "clinicalStatus": {"coding": [{"system": CLINICAL, "code": "active"}]}},
    )  # fmt: skip
    during = answers(app, record)
    assert during != before
    for answer in (during[2], during[8]):
        hide(record, *answer.ids)
    assert answers(app, record) == before


def hide(record: Record, *public_ids: str) -> None:
    """The practice hides these entries."""
    assert public_ids
    for public_id in public_ids:
        acts.hide(
            patient_id=record.patient.patient_id,
            entry_id=EntryId(record.entry(public_id)),
            reason=HideReason.OTHER,
            responsible=None,
            by=BY,
            at=AT,
        )


def test_what_a_narrow_token_does_not_cover_is_not_found(scoped: Callable[..., App], record: Record) -> None:
    record.deliver(observation("l", "2025-02-06", "social-history"))
    narrow = scoped("patient/Observation.rs?category=social-history")
    assert len(narrow.search("Observation", code="27113001").ids) == 1
    assert narrow.search("Condition", code="x").status == 403
    assert narrow.search("Observation", _id=str(uuid.uuid4()), code="27113001").ids == []
