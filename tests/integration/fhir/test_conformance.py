"""Whatever is answered is FHIR R4: every resource and Bundle, at every level, by the published definitions."""

import random
from collections.abc import Iterable

import fhirkit
import pytest

from openrecord.clinical.kinds import Level
from openrecord.fhir.types import SERVED
from tests.integration.fhir.sent import some_of_every_type
from tests.integration.fhir.world import App, Record, Reply


def faults(answer: Reply) -> list[str]:
    """What is wrong with an answer, and where."""
    return [str(issue) for issue in fhirkit.validate(answer.body)]


def parts(value: object) -> Iterable[object]:
    """Everything inside a JSON value."""
    yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from parts(inner)


def everything(app: App) -> list[Reply]:
    """A page of each type, and each of its resources by itself."""
    pages = [app.search(fhir_type, _count=250) for fhir_type in (*SERVED, "Patient")]
    return pages + [app.ask(f"{one['resourceType']}/{one['id']}") for page in pages for one in page.resources]


@pytest.fixture(params=[Level.FULL, Level.DOCUMENTS, Level.SUMMARY])
def served(app: App, record: Record, request: pytest.FixtureRequest) -> list[Reply]:
    """Everything that is served of a record of every type, at a level."""
    record.deliver(*some_of_every_type(random.Random(5)))
    record.grant_history()
    record.lower(request.param)
    return everything(app)


def test_what_is_served_is_fhir(served: list[Reply]) -> None:
    assert {answer.status for answer in served} == {200}
    assert [fault for answer in served for fault in faults(answer)] == []
    for answer in served:
        assert all(part not in (None, [], {}, "") for part in parts(answer.json))


def test_addresses_are_those_of_the_resources_and_references_lead_somewhere(served: list[Reply]) -> None:
    entries = [entry for answer in served for entry in answer.json.get("entry", [])]
    keys = [f"{entry['resource']['resourceType']}/{entry['resource']['id']}" for entry in entries]
    assert len(set(keys)) == len(keys) > 10
    assert [entry["fullUrl"].partition("/fhir/")[2] for entry in entries] == keys
    objects = [part for entry in entries for part in parts(entry) if isinstance(part, dict)]
    assert {part["reference"] for part in objects if "reference" in part} <= set(keys)


def test_the_statement_and_refusals_are_fhir(app: App) -> None:
    for path in ("metadata", "Nothing", "Observation/x", "Observation?nonsense=1", "Observation?date=x", "Patient/x"):
        assert faults(app.ask(path)) == []
    assert faults(App(app.origin, None).ask("Observation")) == []
    assert faults(app.ask("Observation", method="DELETE")) == []


def test_the_statement_tells_no_more_than_is_true(app: App) -> None:
    told = app.ask("metadata").json
    assert {"date", "fhirVersion", "format", "kind", "rest", "status"} <= told.keys()
    (rest,) = told["rest"]
    assert rest["security"].keys() == {"description"}
    assert {each["type"] for each in rest["resource"]} == {*SERVED, "Binary", "Patient"}
    for each in rest["resource"]:
        names = [parameter["name"] for parameter in each.get("searchParam", ())]
        assert len(names) == len(set(names))
