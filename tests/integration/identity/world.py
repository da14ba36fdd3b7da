"""Made-up people, our registrations at a provider under test, and a browser that presses buttons on its page."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qsl, urljoin, urlsplit

import httpx
from joserfc.jwk import RSAKey

from openrecord.gateways import trust
from openrecord.gateways.openid.client import Client as OpenIdClient
from openrecord.gateways.openid.settings import ProviderSettings, RequiredClaim
from openrecord.identity.providers import RECORD_VTR
from openrecord_demo.idp.provider import Provider
from openrecord_demo.idp.types import Group, Persona

PATIENT_RETURN = "http://127.0.0.1:8000/sign-in/return"
STAFF_RETURN = "http://127.0.0.1:8000/staff/sign-in/return"


TLS = trust.authorities()


@dataclass
class Moment:
    """The time that provider and tests share."""

    at: datetime = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

    def pass_by(self, span: timedelta) -> datetime:
        self.at += span
        return self.at


def persona(key: str, group: Group = Group.PATIENT, **claims: Any) -> Persona:
    return Persona(key, key.title(), f"The story of {key}.", group, claims)


ADA = persona("ada", nhs_number="9990000018", family_name="O'Brien", given_name="Ada", birthdate="1961-04-12",
              identity_proofing_level="P9")  # fmt: skip
BEN = persona("ben", nhs_number="9990000026", family_name="Quickly", birthdate="1999-11-30",
              identity_proofing_level="P5")  # fmt: skip
MO = persona("mo", Group.STAFF, roles=["manager", "screener"], authentication_assurance_level="3")
WEN = persona("wen", Group.STAFF, roles=["screener"], authentication_assurance_level="1")
ALIEN = persona("alien", Group.STAFF, roles=["screener"], authentication_assurance_level="3")


@dataclass
class World:
    """A provider under test and how we are registered there."""

    provider: Provider
    key: RSAKey
    moment: Moment

    def settings(self, **change: Any) -> ProviderSettings:
        facts = {"issuer": self.provider.issuer, "client_id": "records", "redirect_uri": PATIENT_RETURN,
                 "private_key": self.key.as_pem(private=True).decode(), "vtr": RECORD_VTR, **change}  # fmt: skip
        return ProviderSettings(**facts)

    def client(self, **change: Any) -> OpenIdClient:
        return OpenIdClient(self.settings(**change))

    def staff_client(self, **change: Any) -> OpenIdClient:
        strength = RequiredClaim("authentication_assurance_level", frozenset({"2", "3"}))
        return self.client(**{"client_id": "staff", "redirect_uri": STAFF_RETURN, "vtr": (), "strength": strength,
                              **change})  # fmt: skip


Start = Callable[..., World]


class _Form(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.action, self.method = "", ""
        self.hidden: dict[str, str] = {}
        self.buttons: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.action, self.method = found["action"], found["method"]
        elif tag == "input" and found["type"] == "hidden":
            self.hidden[found["name"]] = found["value"]
        elif tag == "button":
            self.buttons.append((found["name"], found["value"]))


def press(url: str, name: str, value: str) -> dict[str, str]:
    """Open the provider's page, press a button on it, and return the parameters the browser brings back."""
    with httpx.Client(trust_env=False, verify=TLS) as browser:
        shown = browser.get(url)
        assert shown.status_code == 200
        form = _Form()
        form.feed(shown.text)
        assert (name, value) in form.buttons
        sent = browser.post(urljoin(url, form.action), data={**form.hidden, name: value})
    assert sent.status_code == 303
    return dict(parse_qsl(urlsplit(sent.headers["location"]).query))


def choose(url: str, key: str) -> dict[str, str]:
    """Sign in at the provider as a persona."""
    return press(url, "persona", key)
