"""Read, search and conditional requests: what is served, and in which bytes."""

import uuid
from collections.abc import Callable

import pytest

from tests.integration.fhir.world import App, Record, made_record, observation

NEWEST_FIRST = ["2025-02-03", "2025-02-02", "2025-02-01"]


def days(ids_of: list[dict[str, str]]) -> list[str]:
    return [resource["effectiveDateTime"] for resource in ids_of]


def test_a_search_serves_the_newest_first(app: App) -> None:
    found = app.search("Observation")
    assert found.status == 200
    assert days(found.resources) == NEWEST_FIRST
    assert found.header("Content-Type") == "application/fhir+json; charset=utf-8"
    assert found.header("Cache-Control") == "private, no-cache"
    assert found.header("X-Content-Type-Options") == "nosniff"
    assert "total" not in found.json
    for entry in found.json["entry"]:
        assert entry["fullUrl"].endswith(f"/fhir/Observation/{entry['resource']['id']}")
        assert entry["search"] == {"mode": "match"}
        assert entry["resource"]["meta"] == {"lastUpdated": "2025-03-03T09:00:00.000000Z"}


def test_a_read_serves_what_the_search_served(app: App) -> None:
    for resource in app.search("Observation").resources:
        assert app.ask(f"Observation/{resource['id']}").json == resource


def test_head_is_get_without_its_body(app: App, record: Record) -> None:
    one = app.search("Observation").ids[0]
    for path in ("Observation", f"Observation/{one}", "Patient", f"Patient/{record.patient.public_id}", "metadata"):
        told, found = app.ask(path, method="HEAD"), app.ask(path)
        assert (told.status, told.body) == (200, b"")
        assert told.headers == found.headers
        if (tag := found.header("ETag")) is not None:
            assert app.ask(path, method="HEAD", If_None_Match=tag).status == 304
    assert app.ask("Observation/x", method="HEAD").status == 404


def test_what_an_app_asks_about_the_form_that_is_there_anyway(app: App, record: Record) -> None:
    usual = "_format=application/fhir%2Bjson;fhirVersion=4.0&_pretty=true&_summary=false"
    one = app.search("Observation").ids[0]
    assert app.ask(f"Observation?{usual}&_total=none&_sort=-date").ids == app.search("Observation").ids
    for path in (f"Observation/{one}", f"Patient/{record.patient.public_id}", "metadata"):
        assert app.ask(f"{path}?{usual}").body == app.ask(path).body
    assert app.ask(f"Patient?{usual}&_count=10").resources == app.search("Patient").resources


def test_the_same_question_has_the_same_bytes(app: App) -> None:
    assert app.search("Observation") == app.search("Observation")


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
def test_the_scheme_of_a_token_is_written_in_any_letters(app: App, scheme: str) -> None:
    assert App(app.origin, None).ask("Observation", Authorization=f"{scheme} {app.token}").status == 200


def test_links_are_named_in_bundles_and_reads(app: App, record: Record) -> None:
    encounter = {
        "resourceType": "Encounter", "id": "e", "status": "finished", "subject": {"reference": "Patient/p"},
        "class": {"code": "AMB"}, "period": {"start": "2025-02-05T10:00:00Z"},
    }  # fmt: skip
    record.deliver(encounter, observation("d", "2025-02-05", encounter={"reference": "Encounter/e"}))
    served = app.search("Observation").resources[0]
    (found,) = app.search("Encounter").ids
    assert served["encounter"] == {"reference": f"Encounter/{found}"}
    assert app.ask(f"Observation/{served['id']}").json == served


def test_a_narrow_token_is_told_of_no_entry_outside_it(scoped: Callable[..., App], record: Record) -> None:
    encounter = {
        "resourceType": "Encounter", "id": "e", "status": "finished", "subject": {"reference": "Patient/p"},
        "class": {"code": "AMB"}, "period": {"start": "2025-02-05T10:00:00Z"},
    }  # fmt: skip
    record.deliver(encounter, observation("d", "2025-02-05", encounter={"reference": "Encounter/e"}))
    narrow = scoped("patient/Observation.rs")
    served = narrow.search("Observation").resources
    assert len(served) == 4
    assert "encounter" not in served[0]
    assert "encounter" not in narrow.ask(f"Observation/{served[0]['id']}").json
    assert narrow.search("Encounter").status == 403


def test_a_category_scope_opens_that_category_only(scoped: Callable[..., App], record: Record) -> None:
    record.deliver(observation("l", "2025-02-06", "social-history"))
    narrow = scoped("patient/Observation.rs?category=social-history")
    assert days(narrow.search("Observation").resources) == ["2025-02-06"]
    assert narrow.search("Observation", category="vital-signs").resources == []


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ({"category": "vital-signs"}, NEWEST_FIRST),
        ({"category": "laboratory,vital-signs"}, NEWEST_FIRST),
        ({"category": "http://terminology.hl7.org/CodeSystem/observation-category|vital-signs"}, NEWEST_FIRST),
        ({"category": "http://example.org/other|vital-signs"}, []),
        ({"category": "social-history"}, []),
        ({"category": "unheard-of"}, []),
        ({"date": "2025-02-02"}, ["2025-02-02"]),
        ({"date": "ge2025-02-02"}, ["2025-02-03", "2025-02-02"]),
        ({"date": "gt2025-02-02"}, ["2025-02-03"]),
        ({"date": "le2025-02-02"}, ["2025-02-02", "2025-02-01"]),
        ({"date": "lt2025-02-02"}, ["2025-02-01"]),
        ({"date": "2025"}, NEWEST_FIRST),
        ({"date": "2025-01"}, []),
        ({"_lastUpdated": "ge2025-03-03"}, NEWEST_FIRST),
        ({"_lastUpdated": "lt2025-03-03"}, []),
        ({"_count": 2}, NEWEST_FIRST[:2]),
        ({"_count": 999}, NEWEST_FIRST),
        ({"_format": "json"}, NEWEST_FIRST),
    ],
)
def test_search_parameters(app: App, parameters: dict[str, object], expected: list[str]) -> None:
    found = app.search("Observation", **parameters)
    assert found.status == 200
    assert days(found.resources) == expected
    assert ("entry" in found.json) == bool(expected)


def test_two_dates_enclose_a_span(app: App) -> None:
    assert days(app.ask("Observation?date=ge2025-02-02&date=lt2025-02-03").resources) == ["2025-02-02"]


def test_an_entry_without_a_date_matches_no_date(app: App, record: Record) -> None:
    undated = observation("u")
    del undated["effectiveDateTime"]
    record.deliver(undated)
    record.grant_history()
    assert len(app.search("Observation").resources) == 4
    assert days(app.search("Observation", date="le2030").resources) == NEWEST_FIRST


def test_search_by_id(app: App) -> None:
    first, second, _ = app.search("Observation").ids
    assert app.search("Observation", _id=first).ids == [first]
    assert app.search("Observation", _id=f"{second},{first},{uuid.uuid4()},nonsense").ids == [first, second]
    assert app.search("Observation", _id=str(uuid.uuid4())).resources == []
    assert app.search("Condition", _id=first).resources == []


def test_search_by_patient(app: App, record: Record) -> None:
    own = str(record.patient.public_id)
    for named in (own, f"Patient/{own}", f"http://127.0.0.1:8000/fhir/Patient/{own}"):
        assert days(app.search("Observation", patient=named).resources) == NEWEST_FIRST
        assert days(app.search("Observation", subject=named).resources) == NEWEST_FIRST
        assert app.search("Observation", subject=named, patient=str(uuid.uuid4())).resources == []
    other = made_record()
    other.deliver(observation("x"))
    for named in (str(other.patient.public_id), str(uuid.uuid4()), "nonsense", f"http://other.org/fhir/Patient/{own}"):
        found = app.search("Observation", patient=named)
        assert (found.status, found.resources) == (200, [])


def test_search_by_body(app: App) -> None:
    form = {"Content_Type": "application/x-www-form-urlencoded"}
    found = app.ask("Observation/_search", method="POST", body=b"date=ge2025-02-02&_count=1", **form)
    assert days(found.resources) == ["2025-02-03"]
    following = found.link("next")
    assert following is not None
    assert days(app.follow(following).resources) == ["2025-02-02"]


def test_nobody_sees_another_patients_entries(app: App, origin: str) -> None:
    other = made_record()
    other.deliver(observation("a"))
    stranger = App(origin, other.token())
    (theirs,) = stranger.search("Observation").ids
    ours = app.search("Observation").ids
    assert theirs not in ours
    assert app.ask(f"Observation/{theirs}") == app.ask(f"Observation/{uuid.uuid4()}")
    assert stranger.search("Observation", _id=ours[0]).resources == []
    assert app.ask(f"Patient/{other.patient.public_id}").status == 404


def test_the_patient_resource(app: App, scoped: Callable[..., App], record: Record) -> None:
    own = str(record.patient.public_id)
    found = app.ask(f"Patient/{own}")
    assert found.json == {
        "resourceType": "Patient",
        "id": own,
        "identifier": [{"system": "https://fhir.nhs.uk/Id/nhs-number", "value": record.patient.nhs_number}],
        "name": [{"use": "official", "family": "Example", "given": ["Test"]}],
        "gender": "female",
        "birthDate": "1980-05-10",
    }
    assert app.search("Patient", _id=own).resources == [found.json]
    assert app.search("Patient", _id=f"{uuid.uuid4()},{own},x").resources == [found.json]
    assert app.ask(f"Patient?_id={own}&_id={uuid.uuid4()}").resources == []
    assert app.ask(f"Patient/{own},{uuid.uuid4()}").status == 404
    assert app.search("Patient").resources == [found.json]
    assert app.search("Patient", _id=str(uuid.uuid4())).resources == []
    assert scoped("patient/Observation.rs").ask(f"Patient/{own}").status == 403
    tag = found.header("ETag")
    assert tag is not None
    assert app.ask(f"Patient/{own}", If_None_Match=tag).status == 304


def test_what_the_app_has_already_is_not_sent_again(app: App, record: Record) -> None:
    found = app.search("Observation")
    one = app.ask(f"Observation/{found.ids[0]}")
    for path, answer in (("Observation", found), (f"Observation/{found.ids[0]}", one)):
        tag = answer.header("ETag")
        assert tag is not None
        again = app.ask(path, If_None_Match=f'W/"other", {tag}')
        assert (again.status, again.body, again.header("ETag")) == (304, b"", tag)
        assert app.ask(path, If_None_Match="*").status == 304
        assert app.ask(path, If_None_Match='W/"other"') == answer
    record.deliver(observation("d", "2025-02-04"))
    changed = app.ask("Observation", If_None_Match=str(found.header("ETag")))
    assert changed.status == 200
    assert changed.header("ETag") != found.header("ETag")


def test_tags_tell_readers_and_questions_apart(app: App, origin: str, record: Record) -> None:
    tags = [
        app.search("Observation").header("ETag"),
        app.search("Observation", _count=50).header("ETag"),
        app.search("Observation", _count=1).header("ETag"),
        app.search("Condition").header("ETag"),
    ]
    record.let_in(uuid.uuid4())
    tags.append(App(origin, record.token()).search("Observation").header("ETag"))
    assert len(set(tags)) == 5


def test_the_capability_statement_is_for_everybody(origin: str, stored: None) -> None:  # noqa: ARG001
    found = App(origin, None).ask("metadata")
    assert found.status == 200
    told = found.json
    assert (told["resourceType"], told["fhirVersion"]) == ("CapabilityStatement", "4.0.1")
    types = [resource["type"] for resource in told["rest"][0]["resource"]]
    assert types == sorted({*types})
    assert {"Observation", "Patient", "MedicationRequest", "DocumentReference"} <= set(types)


def test_every_type_that_is_declared_can_be_searched(app: App) -> None:
    for resource in app.ask("metadata").json["rest"][0]["resource"]:
        for parameter in resource.get("searchParam", ()):
            value = {"date": "ge2020", "token": "x", "reference": "x"}[parameter["type"]]
            assert app.search(resource["type"], **{parameter["name"]: value}).status == 200
