"""The one entry of the server: whose request it is and by which scheme, told to pages and the FHIR mount alike."""

import io
from collections.abc import Callable
from typing import Any
from wsgiref.util import setup_testing_defaults

import pytest
from django.http import HttpResponse, StreamingHttpResponse
from pytest_django import Settings

from openrecord.config import wsgi
from openrecord.web import callers, limits

pytestmark = pytest.mark.usefixtures("stored")
SECRET = "a" * 32
HOST = "record.example"
Ask = Callable[..., int]


@pytest.fixture
def ask(settings: Settings) -> Ask:
    """The status that a request gets from our application behind a proxy on this machine that ends TLS."""
    settings.PUBLIC_URL = f"https://{HOST}"
    settings.ALLOWED_HOSTS = [HOST]
    settings.PROXIES = callers.proxies("127.0.0.1")
    settings.SIGNED_IN_READER = "tests.unit.web.test_floor.nobody"
    application = wsgi._mounted()

    def asked(path: str, body: bytes | None = None, **given: str) -> int:
        environ: dict[str, Any] = {"PATH_INFO": path, "REMOTE_ADDR": "127.0.0.1", "HTTP_HOST": HOST, **given}
        if body is not None:
            environ |= {
                "REQUEST_METHOD": "POST",
                "CONTENT_TYPE": "application/x-www-form-urlencoded",
                "CONTENT_LENGTH": str(len(body)),
                "wsgi.input": io.BytesIO(body),
            }
        setup_testing_defaults(environ)
        told: list[str] = []
        b"".join(application(environ, lambda status, _headers: told.append(status)))
        return int(told[0][:3])

    return asked


@pytest.mark.parametrize(
    ("origin", "status"),
    [(f"https://{HOST}", 405), (f"http://{HOST}", 403), ("https://evil.example", 403), ("null", 403), (None, 403)],
)
def test_a_form_is_taken_from_the_address_that_people_know_us_by(ask: Ask, origin: str | None, status: int) -> None:
    """405: the form was believed, the start page takes none."""
    given = {} if origin is None else {"HTTP_ORIGIN": origin}
    form = f"csrfmiddlewaretoken={SECRET}".encode()
    assert ask("/", form, HTTP_COOKIE=f"csrftoken={SECRET}", **given) == status


@pytest.mark.parametrize("path", ["/no-such-page", "/fhir/no-such-type"])
def test_whoever_is_behind_the_proxy_counts_by_themselves(ask: Ask, monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    monkeypatch.setattr(limits, "ADDRESS", limits.Rate("address", burst=2, per_second=0.001))
    asked = [ask(path, HTTP_X_FORWARDED_FOR=who) for who in ("192.0.2.1", "192.0.2.1", "192.0.2.1", "192.0.2.2")]
    assert asked == [404, 404, 429, 404]
    forged = [ask(path, HTTP_X_FORWARDED_FOR=f"198.51.100.{n}, 192.0.2.3") for n in range(3)]
    assert forged == [404, 404, 429]
    direct = [ask(path, HTTP_X_FORWARDED_FOR=f"198.51.100.{n}", REMOTE_ADDR="203.0.113.9") for n in range(3)]
    assert direct == [404, 404, 429]


def test_a_page_goes_out_in_one_piece_and_a_file_in_its_pieces() -> None:
    """A list the server sends at once and with its length; whatever else it has, it asks for piece by piece."""
    ended: list[str] = []
    page, file = HttpResponse(b"page"), StreamingHttpResponse([b"fi", b"le"])
    page._resource_closers.append(lambda: ended.append("page"))  # type: ignore[attr-defined]
    file._resource_closers.append(lambda: ended.append("file"))  # type: ignore[attr-defined]
    assert wsgi._in_one_piece(page) == [b"page"]
    assert ended == ["page"], "nobody closes a list"
    assert wsgi._in_one_piece(file) is file
    assert ended == ["page"]
