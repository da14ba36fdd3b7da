"""Every address by every method for everybody: the security headers, no failure, and no method that was not meant."""

import re
from collections.abc import Iterator

import falcon.inspect
import falcon.testing
import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from openrecord.access.types import ViewerId
from openrecord.cards import actions as cards
from openrecord.cards import keyring
from openrecord.caseload import actions as caseload
from openrecord.caseload import queries as caseload_queries
from openrecord.caseload.types import Kind, Wish
from openrecord.fhir.app import make
from openrecord.fhir.door import HEADERS as FHIR_HEADERS
from openrecord.identity import queries as identity
from openrecord.kit.ids import spelt
from openrecord.taking import actions as taking
from openrecord.taking.types import EVERYTHING, Format
from openrecord.web import limits
from openrecord.web.headers import FOR_EVERY_ORIGIN, HEADERS, WITH_SCRIPT, WITH_SHELL, WORKER
from openrecord.web.static_files import static_url
from tests.integration.fhir.world import AT, BY, ORG, App, Record
from tests.integration.pages import world

METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "TRACE")
MEANT = {200, 303, 304, 400, 401, 403, 404, 405, 415}
LAST = ("/leave", "/sign-out")
"""After these nobody is signed in any more."""
SOMETHING = "6a6a4d2e-3a0e-4b43-9f0e-8a3f0d7f7a55"
OTHERWISE = {"/check-card": WITH_SCRIPT, "/.well-known/": FOR_EVERY_ORIGIN, "/service-worker.js": WORKER}
AT_THE_DOOR = dict.fromkeys(("/", "//evil.example/"), WITH_SHELL)
"""The start page; the test client takes what follows two slashes for a host."""
"""Where a page or a file that is served has other headers than all the rest."""
ODD = ("/no-such-page", "//evil.example/", "/record/%00", "/record/%FF", "/static/..%2f..%2fsettings.py",
       "/static/../config/settings.py", "/fhirx", "/FHIR/metadata", "/%2e%2e/")  # fmt: skip


def _routes(resolver: URLResolver, before: str = "/") -> Iterator[str]:
    for pattern in resolver.url_patterns:
        path = before + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            yield path
        else:
            yield from _routes(pattern, path)


def _late(address: str) -> int:
    return LAST.index(address) if address in LAST else -1


def _asked(record: Record) -> str:
    """A request of the patient, made once."""
    who = record.patient.patient_id
    found = caseload_queries.requests(who)
    if found:
        return str(found[0].request_id)
    asker, wish = ViewerId(record.viewer), Wish()
    return str(caseload.make(patient_id=who, ods=ORG, kind=Kind.HISTORY, asker=asker, wish=wish, by=BY, at=AT))


def _carded(record: Record) -> str:
    """A card about the record."""
    who, maker = record.patient.patient_id, ViewerId(record.viewer)
    return str(cards.make(patient_id=who, maker=maker, said=b"{}", by=BY, at=AT))


def _asked_for(record: Record) -> str:
    """A file of the record that was asked for."""
    told = {"format": Format.PDF, "selection": EVERYTHING, "language": "en-gb", "by": BY, "at": AT}
    return str(taking.ask(patient_id=record.patient.patient_id, maker=ViewerId(record.viewer), **told))


@pytest.fixture(autouse=True)
def _ring() -> Iterator[None]:
    keyring.use(keyring.parsed(keyring.with_new_key(keyring.EMPTY)))
    yield
    keyring.use(None)


def _expected(address: str, status: int) -> dict[str, str]:
    other = next((told for start, told in OTHERWISE.items() if address.startswith(start)), AT_THE_DOOR.get(address, {}))
    other = other if status == 200 else {}
    return {name: other.get(name, value) for name, value in HEADERS.items()}


def _addresses(record: Record, inside: str) -> list[str]:
    """Every address of the pages, with ids that exist and with some that do not."""
    known = {"public_id": str(record.patient.public_id), "entry_id": inside, "request_id": _asked(record), "code": "cy",
             "download_id": _asked_for(record), "address": "0" * 64,
             "card_id": _carded(record), "kid": next(iter(keyring.keyring().keys)),
             "viewer_id": str(record.app), "proposal_id": SOMETHING, "opening_id": SOMETHING, "slug": "measurements",
             "file_id": SOMETHING,
             "staff_id": str(identity.staff_of(ORG)[0].staff_id), "device_id": SOMETHING, "part_id": SOMETHING,
             "name": static_url("pages.css").rpartition("/")[2]}  # fmt: skip
    found = []
    for route in _routes(get_resolver()):
        for change in (
            {},
            dict.fromkeys(("public_id", "entry_id", "request_id", "card_id", "download_id", "staff_id"), SOMETHING),
            {"slug": "identity"},
            {"slug": "history"},
        ):
            filled = known | change
            found.append(re.sub(r"<\w+:(\w+)>", lambda part, filled=filled: filled[part[1]], route))
    return sorted(dict.fromkeys(found), key=_late)


@pytest.fixture
def browsers(record: Record) -> dict[str, Client]:
    return {"nobody": world.nobody(), "patient": world.patient(record), "staff": world.staff()}


def test_every_answer_of_the_pages(record: Record, browsers: dict[str, Client], app: App) -> None:
    inside = spelt(record.entry(app.search("Observation").ids[0]))
    addresses = _addresses(record, inside)
    assert len(addresses) > 25, "the routes were not found"
    wrong = []
    for who, browser in browsers.items():
        for address in [*ODD, *addresses]:
            for method in METHODS:
                browser.raise_request_exception = False
                limits.LIMITER = limits.Limiter()
                answer = browser.generic(method, address)
                headers = {name: answer.headers.get(name) for name in HEADERS}
                kept = answer.headers["Cache-Control"]
                may_be_kept = answer.status_code == 200 and "/static/" in address
                if (
                    answer.status_code not in MEANT
                    or headers != _expected(address, answer.status_code)
                    or (kept != "no-store" and not may_be_kept)
                    or (method not in {"GET", "HEAD", "POST"} and answer.status_code in {200, 304})
                ):
                    wrong.append((who, method, address, answer.status_code, kept))
    assert wrong == []


def test_no_form_is_taken_without_its_token(record: Record, browsers: dict[str, Client]) -> None:
    """Signing out needs none: another site's form comes without the cookie (SameSite)."""
    taken = []
    for who, browser in browsers.items():
        browser.handler.enforce_csrf_checks = True
        for address in _addresses(record, SOMETHING)[:-1]:
            for method in ("POST", "PUT", "PATCH", "DELETE"):
                limits.LIMITER = limits.Limiter()
                answer = browser.generic(method, address)
                if answer.status_code != 403:
                    taken.append((who, method, address, answer.status_code))
    assert taken == []


@pytest.mark.parametrize("token", [None, "f" * 64])
def test_every_answer_of_the_fhir_mount(record: Record, token: str | None) -> None:  # noqa: ARG001
    application = make()
    client = falcon.testing.TestClient(application)
    given = {} if token is None else {"Authorization": f"Bearer {token}"}
    paths = [route.path for route in falcon.inspect.inspect_routes(application)]
    assert len(paths) > 20, "the routes were not found"
    wrong = []
    for path in [*paths, "/fhir", "/fhir/", "/fhir/Nothing", "/fhir/Observation/x/y"]:
        for method in METHODS:
            limits.LIMITER = limits.Limiter()
            answer = client.simulate_request(method, path.replace("{key}", SOMETHING), headers=given, host="127.0.0.1")
            lacking = {name for name, value in FHIR_HEADERS.items() if answer.headers.get(name) != value}
            served = answer.status_code == 200 and method != "OPTIONS" and not path.endswith("/metadata")
            if answer.status_code not in MEANT or lacking or served:
                wrong.append((method, path, answer.status_code, lacking))
    assert wrong == []


def test_refusals_at_both_doors_carry_them_too(record: Record, app: App, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ARG001
    browser = world.nobody()
    slow = limits.Rate("address", burst=1, per_second=0.001)
    for given, status in (
        ({"headers": {"host": "evil.example"}}, 400),
        ({"QUERY_STRING": "a" * 9000}, 414),
        ({"CONTENT_LENGTH": "300000"}, 413),
        ({"CONTENT_LENGTH": "-1"}, 413),
        ({"HTTP_TRANSFER_ENCODING": "chunked"}, 413),
    ):
        answer = browser.generic("POST", "/", **given)  # type: ignore[arg-type]
        assert answer.status_code == status
        assert {name: answer.headers.get(name) for name in HEADERS} == dict(HEADERS)
    monkeypatch.setattr(limits, "ADDRESS", slow)
    monkeypatch.setattr(limits, "LIMITER", limits.Limiter())
    assert browser.get("/").status_code == 200
    answer = browser.get("/")
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "1000")
    assert {name: answer.headers.get(name) for name in HEADERS} == dict(HEADERS)
    told = app.ask("metadata")
    assert told.status == 429
    assert {name: told.header(name) for name in FHIR_HEADERS} == dict(FHIR_HEADERS)
