"""Every way to be refused: the right status, an OperationOutcome, and not a word of what was asked."""

from collections.abc import Callable

import pytest

from tests.integration.fhir.world import App, Reply

FORM = "application/x-www-form-urlencoded"


def check(answer: Reply, status: int, code: str) -> None:
    assert answer.status == status
    assert answer.header("Content-Type") == "application/fhir+json; charset=utf-8"
    assert answer.header("X-Content-Type-Options") == "nosniff"
    assert answer.json["resourceType"] == "OperationOutcome"
    (issue,) = answer.json["issue"]
    assert (issue["severity"], issue["code"]) == ("error", code)


@pytest.mark.parametrize("path", ["Observation", "Observation/x", "Patient", "Patient/x", "Observation?nonsense=1"])
@pytest.mark.parametrize("given", [{}, {"Authorization": "Basic eDp5"}, {"Authorization": "Bearer"}])
def test_without_a_token(app: App, path: str, given: dict[str, str]) -> None:
    found = App(app.origin, None).ask(path, **given)
    check(found, 401, "login")
    assert found.header("WWW-Authenticate") == 'Bearer realm="OpenRecord"'


@pytest.mark.parametrize("path", ["Observation", "Observation/x", "Patient", "Patient/x", "Observation?nonsense=1"])
def test_with_a_token_that_is_none(app: App, path: str) -> None:
    found = App(app.origin, "f" * 64).ask(path)
    check(found, 401, "login")
    assert 'error="invalid_token"' in str(found.header("WWW-Authenticate"))


def test_a_type_outside_the_scopes(scoped: Callable[..., App]) -> None:
    narrow = scoped("patient/Condition.rs", "openid")
    for path in ("Observation", "Observation?category=vital-signs", "Observation/x", "Patient/x", "Patient"):
        found = narrow.ask(path)
        check(found, 403, "forbidden")
        assert 'error="insufficient_scope"' in str(found.header("WWW-Authenticate"))
    assert narrow.ask("Condition").status == 200


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("Observation?nonsense=1", 400, "not-supported"),
        ("Observation?code:text=weight", 400, "not-supported"),
        ("Observation?code=a|b|c", 400, "invalid"),
        ("Observation?vaccine-code=x", 400, "not-supported"),
        ("Immunization?subject=x", 400, "not-supported"),
        ("Observation?patient:exact=1", 400, "not-supported"),
        ("Observation?_sort=date", 400, "not-supported"),
        ("Encounter?category=x", 400, "not-supported"),
        ("Condition?date=2025", 400, "not-supported"),
        ("Patient?name=Example", 400, "not-supported"),
        ("Observation?date=", 400, "invalid"),
        ("Observation?date=ne2025", 400, "not-supported"),
        ("Observation?date=2025-13", 400, "invalid"),
        ("Observation?date=2025-02-30", 400, "invalid"),
        ("Observation?date=yesterday", 400, "invalid"),
        ("Observation?_count=0", 400, "not-supported"),
        ("Observation?_count=-1", 400, "invalid"),
        ("Observation?_count=ten", 400, "invalid"),
        ("Observation?_count=1&_count=2", 400, "invalid"),
        ("Observation?_id=" + ",".join("x" * 101), 400, "invalid"),
        ("Observation?category=%FF", 400, "invalid"),
        ("Observation?" + "date=2025&" * 51, 400, "invalid"),
        ("Observation?_format=xml", 406, "not-supported"),
        ("Observation/x?_format=xml", 406, "not-supported"),
        ("Patient?_format=application/fhir%2Bxml", 406, "not-supported"),
        ("Patient?_format=application/fhir%2Bjson;fhirVersion=5.0", 406, "not-supported"),
        ("Patient?_count=0", 400, "not-supported"),
        ("Patient?identifier=9990000000", 400, "not-supported"),
        ("Patient/x?_elements=name", 400, "not-supported"),
        ("metadata?_summary=true", 400, "not-supported"),
        ("Observation/x?_summary=true", 400, "not-supported"),
        ("Observation/x", 404, "not-found"),
        ("Observation/%00", 404, "not-found"),
        ("Patient/x", 404, "not-found"),
        ("Nothing", 404, "not-supported"),
        ("", 404, "not-supported"),
        ("Observation/x/_history", 404, "not-supported"),
        ("Observation?_id=" + "x" * 8200, 414, "too-long"),
    ],
)
def test_what_cannot_be_answered(app: App, path: str, status: int, code: str) -> None:
    check(app.ask(path), status, code)


def test_lenient_handling_passes_over_what_is_unknown(app: App) -> None:
    strict = app.search("Observation")
    for path in ("Observation?nonsense=1", "Observation?_sort=date&code:text=1"):
        found = app.ask(path, Prefer="return=minimal; handling=lenient")
        assert found.status == 200
        assert found.body == strict.body
    check(app.ask("Observation?date=yesterday", Prefer="handling=lenient"), 400, "invalid")


@pytest.mark.parametrize(
    ("accept", "status"),
    [
        ("application/fhir+json", 200),
        ("text/html, application/json;q=0.5", 200),
        ("*/*", 200),
        ("application/fhir+xml", 406),
        ("application/json;q=0", 406),
        ("application/fhir+json; fhirVersion=4.0", 200),
        ("application/fhir+json;fhirVersion=3.0", 406),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", 200),
    ],
)
def test_only_json_is_served(app: App, accept: str, status: int) -> None:
    for path in ("Observation", "Patient", "metadata"):
        assert app.ask(path, Accept=accept).status == status
    assert app.ask("Observation?_format=json", Accept="application/fhir+xml").status == 200


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "POST"])
def test_other_methods(app: App, method: str) -> None:
    for path in ("Observation", "Patient", "Observation/x", "metadata"):
        found = app.ask(path, method=method)
        check(found, 405, "not-supported")
        assert "GET" in str(found.header("Allow"))


def test_a_search_body_is_posted_only(app: App) -> None:
    check(app.ask("Observation/_search"), 405, "not-supported")


def test_options_names_the_methods(app: App) -> None:
    found = app.ask("Observation", method="OPTIONS")
    assert (found.status, found.body) == (200, b"")
    assert {"GET", "HEAD"} <= {name.strip() for name in str(found.header("Allow")).split(",")}


def test_bodies(app: App) -> None:
    check(
        app.ask("Observation/_search", method="POST", body=b"{}", Content_Type="application/json"), 415, "not-supported"
    )
    check(app.ask("Observation/_search", method="POST", body=b"date=\xff", Content_Type=FORM), 400, "invalid")
    large = b"_id=" + b"x" * 70_000
    check(app.ask("Observation/_search", method="POST", body=large, Content_Type=FORM), 413, "too-long")
    check(
        app.ask("Observation/_search", method="POST", Transfer_Encoding="chunked", Content_Type=FORM), 413, "too-long"
    )


def test_another_host_is_not_served(app: App) -> None:
    for host in ("evil.example", "127.0.0.1.evil.example", "127.0.0.1@evil"):
        check(app.ask("Observation", Host=host), 400, "invalid")


def test_a_sane_request_id_comes_back(app: App) -> None:
    assert app.ask("Observation", X_Request_ID="abc-1.2_3").header("X-Request-ID") == "abc-1.2_3"
    for insane in ("a b", "x" * 65, "<script>"):
        assert app.ask("Observation", X_Request_ID=insane).header("X-Request-ID") is None


def test_nothing_of_the_question_comes_back_in_a_refusal(app: App) -> None:
    for path in ("Observation?marrowbone=1", "Observation/marrowbone", "marrowbone", "Observation?date=marrowbone"):
        found = app.ask(path)
        assert b"marrowbone" not in found.body
        assert "marrowbone" not in str(found.headers)
