"""The door, the gate, headers, static files and error pages, through Django's own handler."""

import logging
import re
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from pytest_django import Settings

from openrecord.web import bodies, errors, limits, middleware, session, static_files
from openrecord.web.audience import Audience, UndeclaredAudience, audience, audience_of
from openrecord.web.redirects import own_path
from openrecord.web.session import SignedIn

NOBODY = f"{__name__}.nobody"


def nobody(_request: HttpRequest, _at: object) -> None:
    """A reader that finds no session."""


def somebody(_request: HttpRequest, _at: object) -> SignedIn:
    """A reader that always finds the same patient."""
    return SignedIn(Audience.PATIENT, "s-1", None)


@pytest.fixture
def client(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Client:
    settings.SIGNED_IN_READER = NOBODY
    monkeypatch.setattr(limits, "LIMITER", limits.Limiter())
    return Client(headers={"host": "127.0.0.1"})


def request_by(who: SignedIn | None) -> HttpRequest:
    """A request as it reaches the gate."""
    request = RequestFactory().get("/somewhere")
    request.signed_in = who  # type: ignore[attr-defined]
    return request


def gate(view: Any, who: SignedIn | None) -> HttpResponse | None:
    """What the gate answers instead of the view."""
    gatekeeper = middleware.GateMiddleware(lambda _request: HttpResponse())
    return gatekeeper.process_view(request_by(who), view, (), {})


@audience(Audience.PATIENT)
def for_patients(_request: HttpRequest) -> HttpResponse:
    """A view for patients."""
    return HttpResponse()


@audience(Audience.STAFF)
def for_staff(_request: HttpRequest) -> HttpResponse:
    """A view for staff."""
    return HttpResponse()


def undeclared(_request: HttpRequest) -> HttpResponse:
    """A view that forgot to say for whom it is."""
    return HttpResponse()


def test_a_view_without_audience_is_refused(settings: Settings) -> None:
    with pytest.raises(UndeclaredAudience):
        audience_of(undeclared)
    settings.MODE = "production"
    answer = gate(undeclared, None)
    assert answer is not None
    assert answer.status_code == 403


def test_the_gate_lets_in_only_whom_the_page_is_for() -> None:
    patient, member = SignedIn(Audience.PATIENT, "p", None), SignedIn(Audience.STAFF, "m", None)
    assert gate(for_patients, patient) is None
    assert gate(for_staff, member) is None
    for view, who in ((for_patients, member), (for_staff, patient)):
        answer = gate(view, who)
        assert answer is not None
        assert answer.status_code == 403


@pytest.mark.parametrize(("view", "where"), [(for_patients, "/sign-in"), (for_staff, "/staff/sign-in")])
def test_whoever_is_not_signed_in_is_sent_to_sign_in(view: Any, where: str) -> None:
    answer = gate(view, None)
    assert answer is not None
    assert (answer.status_code, answer.headers["Location"]) == (303, where)


def test_whoever_hurries_is_slowed_down(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "LIMITER", limits.Limiter())
    monkeypatch.setattr(limits, "PAGES", limits.Rate("pages", burst=2, per_second=0.001))
    who = SignedIn(Audience.PATIENT, "p", None)
    answers = [gate(for_patients, who) for _ in range(3)]
    assert answers[:2] == [None, None]
    assert answers[2] is not None
    assert answers[2].status_code == 429
    assert answers[2].headers["Retry-After"] == "1000"


def test_every_answer_carries_the_security_headers(client: Client) -> None:
    for path in ("/", "/no-such-page", "/static/no-such-file.css", "/home"):
        headers = client.get(path).headers
        assert "default-src 'none'" in headers["Content-Security-Policy"]
        assert path == "/" or "script-src" not in headers["Content-Security-Policy"]
        assert "unsafe" not in headers["Content-Security-Policy"]
        assert headers["Cache-Control"] == "no-store"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"
        assert headers["Cross-Origin-Opener-Policy"] == "same-origin"


def test_transport_security_only_over_https(settings: Settings) -> None:
    for address, expected in (("https://record.example", True), ("http://127.0.0.1:8000", False)):
        settings.PUBLIC_URL = address
        door = middleware.DoorMiddleware(lambda _request: HttpResponse())
        answer = door(RequestFactory().get("/", headers={"host": "127.0.0.1"}))
        assert ("Strict-Transport-Security" in answer.headers) is expected


def test_a_foreign_host_name_is_turned_away(client: Client) -> None:
    assert client.get("/", headers={"host": "elsewhere.example"}).status_code == 400


def test_a_large_body_is_turned_away_before_it_is_read(client: Client) -> None:
    body = b"x" * (bodies.MOST_BYTES + 1)
    assert client.post("/sign-out", body, content_type="text/plain").status_code == 413


def test_a_form_without_its_token_is_refused(settings: Settings) -> None:
    settings.SIGNED_IN_READER = f"{__name__}.somebody"
    strict = Client(enforce_csrf_checks=True, headers={"host": "127.0.0.1"})
    assert strict.post("/people", {"viewer": "x"}).status_code == 403


def test_signing_out_without_the_session_cookie_touches_no_cookie(client: Client) -> None:
    answer = client.post("/sign-out")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/?signed-out")
    assert not answer.cookies
    assert client.get("/sign-out").status_code == 405


def test_pages_are_in_the_language_of_the_cookie(client: Client) -> None:
    english = client.get("/no-such-page")
    assert 'lang="en-GB"' in english.text
    answer = client.get("/language/cy?back=/no-such-page")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/no-such-page")
    welsh = client.get("/no-such-page")
    assert 'lang="cy"' in welsh.text
    assert welsh.headers["Content-Language"] == "cy"
    assert client.get("/language/tlh").status_code == 404


ABROAD = ["https://evil.example/", "//evil.example", "/\\evil.example", "/\t/evil.example", "mailto:x", "", None]
NO_ADDRESS = ["/a\r\nSet-Cookie: b=c", "/\x00", "/a b", "/\u00e9", "/\ufffd"]


@pytest.mark.parametrize("bad", ABROAD + NO_ADDRESS)
def test_a_link_back_never_leads_to_another_host(bad: str | None) -> None:
    assert own_path(bad, "/") == "/"
    assert own_path("/record/medicines?after=x", "/") == "/record/medicines?after=x"


def test_static_files_are_kept_for_good_under_their_hash(client: Client) -> None:
    address = static_files.static_url("pages.css")
    assert re.fullmatch(r"/static/pages\.[0-9a-f]{12}\.css", address)
    answer = client.get(address, headers={"accept-encoding": "gzip"})
    assert answer.status_code == 200
    assert "immutable" in answer.headers["Cache-Control"]
    assert answer.headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in client.get(address).headers
    assert client.get("/static/pages.css").status_code == 404


def test_style_sheets_ask_no_other_host_and_use_no_licensed_typeface() -> None:
    for path in static_files.FOLDER.rglob("*.css"):
        source = path.read_text(encoding="utf-8")
        assert "url(" not in source
        assert "@import" not in source
        assert "frutiger" not in source.lower()


def test_a_failure_is_told_by_its_kind_alone(
    client: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(_request: HttpRequest, _code: str) -> HttpResponse:
        raise LookupError("marrowbone")

    monkeypatch.setattr("openrecord.web.language.own_path", fail)
    client.raise_request_exception = False
    answer = client.get("/language/cy?back=/quillfeather")
    assert answer.status_code == 500
    assert "marrowbone" not in answer.text
    said = [record.getMessage() for record in caplog.records if record.name.startswith("openrecord")]
    assert said == ["a page failed: LookupError"]


def test_what_django_would_log_goes_nowhere() -> None:
    """It names addresses, and they hold ids."""
    django = logging.getLogger("django")
    ours = [type(handler) for handler in django.handlers if not type(handler).__module__.startswith("_pytest")]
    assert ours == [logging.NullHandler]
    assert not django.propagate


@pytest.mark.parametrize("https", [True, False])
def test_our_cookies_are_for_this_host_and_for_no_script(settings: Settings, *, https: bool) -> None:
    settings.PUBLIC_URL = "https://record.example" if https else "http://127.0.0.1:8000"
    response = HttpResponse()
    for do in (session.set_cookie, lambda response, name, _: session.drop_cookie(response, name)):
        do(response, session.SESSION, "secret")
        ((name, cookie),) = response.cookies.items()
        assert name == ("__Host-openrecord_session" if https else "openrecord_session")
        assert (cookie["secure"], cookie["httponly"], cookie["samesite"]) == (https or "", True, "Lax")
        assert (cookie["path"], cookie["domain"]) == ("/", "")


@pytest.mark.parametrize("status", sorted(errors.TEXTS))
def test_every_error_has_a_page_with_one_heading(status: int) -> None:
    answer = errors.page(request_by(None), status)
    assert answer.status_code == status
    assert answer.text.count("<h1") == 1
