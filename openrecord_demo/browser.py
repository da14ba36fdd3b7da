"""A browser and an app for checks without a person: they follow links, fill in forms, sign in, and read."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, urljoin, urlsplit

import httpx

from openrecord.gateways import trust

MOST_PAGES = 200


class Unexpected(Exception):
    """A page or an answer was not what it should have been; the message says where."""


@dataclass(slots=True)
class Form:
    """A form with the fields it would send."""

    action: str = ""
    fields: dict[str, str] = field(default_factory=dict)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.forms: list[Form] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note links, forms and hidden or text fields."""
        found = {name: value or "" for name, value in attrs}
        if tag == "a" and "href" in found:
            self.links.append(found["href"])
        elif tag == "form":
            self.forms.append(Form(found.get("action", "")))
        elif tag == "input" and self.forms and "name" in found and found.get("type") in {"hidden", "text"}:
            self.forms[-1].fields[found["name"]] = found.get("value", "")


@dataclass(frozen=True, slots=True)
class Page:
    """A page as served: where it came from, its status, its links and forms."""

    url: str
    status: int
    links: tuple[str, ...]
    forms: tuple[Form, ...]

    def form(self, action: str) -> Form:
        """The form that is sent to `action` (the end of its address). Raises Unexpected."""
        for form in self.forms:
            if form.action.endswith(action):
                return form
        raise Unexpected(f"no form for {action} on {urlsplit(self.url).path}")


class Browser:
    """One person's browser."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._http = httpx.Client(verify=trust.authorities(), trust_env=False, follow_redirects=True, timeout=30)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.close()

    def get(self, path: str) -> Page:
        """Open an address."""
        return _page(self._http.get(urljoin(self._address, path)))

    def send(self, page: Page, form: Form, changes: Mapping[str, str]) -> Page:
        """Send a form of a page, some fields filled in."""
        return _page(self._http.post(urljoin(page.url, form.action), data={**form.fields, **changes}))

    def sign_in(self, persona: str, path: str = "/sign-in") -> Page:
        """Sign in as somebody at the demo's provider; the page one arrives at. Raises Unexpected."""
        picker = self.get(path)
        arrived = self.send(picker, picker.form("authorize"), {"persona": persona})
        if arrived.status != httpx.codes.OK or not arrived.url.startswith(self._address):
            raise Unexpected(f"{persona} could not sign in")
        return arrived

    def listed(self, path: str) -> set[str]:
        """The ids of all entries that a list shows, page after page. Raises Unexpected."""
        found: set[str] = set()
        following: str | None = path
        for _ in range(MOST_PAGES):
            if following is None:
                return found
            page = self.get(following)
            if page.status != httpx.codes.OK:
                raise Unexpected(f"{following.partition('?')[0]} answered {page.status}")
            found |= {link.rpartition("/")[2] for link in page.links if link.startswith(f"{path}/")}
            following = next((link for link in page.links if "after" in parse_qs(urlsplit(link).query)), None)
        raise Unexpected(f"{path} has no end")


def _page(answer: httpx.Response) -> Page:
    reader = _Reader()
    reader.feed(answer.text)
    return Page(str(answer.url), answer.status_code, tuple(reader.links), tuple(reader.forms))


class App:
    """An app that reads through the FHIR API with a token."""

    def __init__(self, address: str, token: str) -> None:
        self._base = f"{address}/fhir"
        self._headers = {"Authorization": f"Bearer {token}", "Accept": "application/fhir+json"}

    def types(self) -> list[str]:
        """The resource types that can be searched, as the server itself says."""
        statement = self._ask(f"{self._base}/metadata").json()
        listed = [
            resource["type"]
            for resource in statement["rest"][0]["resource"]
            if any(interaction["code"] == "search-type" for interaction in resource["interaction"])
        ]
        return sorted(name for name in listed if name != "Patient")

    def everything(self) -> dict[str, dict[str, Any]]:
        """Every resource there is to read, by its id. Raises Unexpected."""
        found: dict[str, dict[str, Any]] = {}
        for name in self.types():
            following: str | None = f"{self._base}/{name}?_count=100"
            while following is not None:
                answer = self._ask(following)
                if answer.status_code != httpx.codes.OK:
                    raise Unexpected(f"the search for {name} answered {answer.status_code}")
                bundle = answer.json()
                found |= {entry["resource"]["id"]: entry["resource"] for entry in bundle.get("entry", [])}
                following = next((link["url"] for link in bundle["link"] if link["relation"] == "next"), None)
        return found

    def status(self, reference: str) -> int:
        """The HTTP status of reading one resource ("Immunization/…")."""
        return self._ask(f"{self._base}/{reference}").status_code

    def _ask(self, url: str) -> httpx.Response:
        return httpx.get(url, headers=self._headers, verify=trust.authorities(), trust_env=False, timeout=30)
