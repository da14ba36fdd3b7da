"""The NHS App's messages (R64): a message in somebody's App inbox, with a notification on a phone that has no words.

NHS App API (NHSDigital/nhs-app-api, specification/nhs-app.yaml): FHIR R4 CommunicationRequest to one NHS number, of
people with a proved identity alone; what became of it stands in a report by day. Tokens by a signed JWT (NHS England,
application-restricted REST APIs). Addresses, sender and key are settings: each service agrees them with the App.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey

from openrecord.gateways.messaging import Letter, NotSent
from openrecord.gateways.openid.settings import is_safe
from openrecord.gateways.patience import asked
from openrecord.kit import environment
from openrecord.kit.environment import MissingSetting
from openrecord.kit.london import day_of

LONGEST_MESSAGE, LONGEST_SENDER = 5000, 50
SEND = "/communication/in-app/FHIR/R4/CommunicationRequest"
RECEIPTS = "/communication/report/receipts/FHIR/R4/Task"
NUMBERS = "https://fhir.nhs.uk/Id/nhs-number"
ORGANISATIONS = "https://fhir.nhs.uk/Id/ods-organization-code"
REQUEST_ID = "https://fhir.nhs.uk/NHSApp/request-id"
_COMMUNICATION_ID = "/nhs-app-communication-id"
"""How the system of the App's own id ends: the specification writes what stands before it in two ways."""

_ARRIVED = frozenset({"Delivered", "NotificationAttempted", "Notified", "Read"})
"""`Unnotified` is not among them, nor a failure: the message lies in the inbox all the same, once it is Delivered."""

_ASSERTION_FOR = timedelta(minutes=4)
"""NHS England allows five."""

_SPARE = timedelta(seconds=30)
_REPORT_EVERY = timedelta(hours=1)
_MOST_PAGES = 200


@dataclass(frozen=True, slots=True)
class Settings:
    """One registration at the App. `sender`: as people see it; `ods`: of the organisation that asks, may be empty."""

    base: str
    token_url: str
    client: str
    key_id: str
    key: str = field(repr=False)
    sender: str
    ods: str


class NhsApp:
    """Carries messages to App inboxes. Keeps its token and the reports of the day for as long as they are good."""

    tells_fate = True

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._token = ""
        self._until: datetime | None = None
        self._reports: dict[date, tuple[datetime, dict[str, bool]]] = {}
        try:
            self._key = RSAKey.import_key(settings.key)
        except (JoseError, ValueError):
            raise MissingSetting("OPENRECORD_NHS_APP_KEY_FILE must hold an RSA key in PEM") from None

    def send(self, letter: Letter, *, at: datetime) -> str:
        """Hand a message over; the App's id of it. Raises NotSent."""
        if len(letter.text) > LONGEST_MESSAGE:
            raise NotSent("too_long", for_good=True)
        body: dict[str, Any] = {
            "resourceType": "CommunicationRequest",
            "identifier": [{"system": REQUEST_ID, "value": str(letter.key)}],
            "status": "active",
            "payload": [{"contentString": letter.text}],
            "sender": {"display": self._settings.sender},
            "recipient": [{"type": "Patient", "identifier": {"system": NUMBERS, "value": letter.to}}],
        }
        if self._settings.ods:
            organisation = {"system": ORGANISATIONS, "value": self._settings.ods}
            body["requester"] = {"type": "Organization", "identifier": organisation}
        answer = self._call("POST", SEND, at, json=body, headers={"X-Correlation-ID": str(letter.key)})
        reference = str(answer.headers.get("Location", "")).rpartition("/")[2]
        if not 0 < len(reference) <= len(str(letter.key)):
            raise NotSent("not_understood", for_good=False)
        return reference

    def fate(self, reference: str, *, at: datetime) -> bool | None:
        """Whether it arrived, as the reports of today and yesterday say. Raises NotSent."""
        found = [self._report(day_of(at) - timedelta(days=back), at).get(reference) for back in (0, 1)]
        return next((told for told in found if told is not None), None)

    def _report(self, day: date, at: datetime) -> dict[str, bool]:
        read_at, known = self._reports.get(day, (None, {}))
        if read_at is None or at >= read_at + _REPORT_EVERY:
            for page in range(1, _MOST_PAGES + 1):
                bundle = _object(self._call("GET", RECEIPTS, at, params={"day": day.isoformat(), "page": page}))
                known |= dict(_receipts(bundle))
                if not any(link.get("relation") == "next" for link in bundle.get("link", [])):
                    break
            self._reports = {one: kept for one, kept in self._reports.items() if one >= day_of(at) - timedelta(days=1)}
            self._reports[day] = (at, known)
        return known

    def _call(self, method: str, path: str, at: datetime, **rest: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self._fresh_token(at)}", **rest.pop("headers", {})}
        answer = asked(method, self._settings.base + path, headers=headers, **rest)
        if answer.status_code == 401:
            self._token = ""
        if answer.status_code not in {200, 201}:
            raise NotSent(f"status_{answer.status_code}", for_good=answer.status_code == 400)
        return answer

    def _fresh_token(self, at: datetime) -> str:
        if not self._token or self._until is None or at >= self._until:
            claims = {
                "iss": self._settings.client,
                "sub": self._settings.client,
                "aud": self._settings.token_url,
                "jti": str(uuid4()),
                "exp": int((at + _ASSERTION_FOR).timestamp()),
            }
            header = {"alg": "RS512", "typ": "JWT", "kid": self._settings.key_id}
            form = {
                "grant_type": "client_credentials",
                "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
                "client_assertion": jwt.encode(header, claims, self._key, algorithms=["RS512"]),
            }
            answer = asked("POST", self._settings.token_url, data=form)
            if answer.status_code != 200:
                raise NotSent(f"token_{answer.status_code}", for_good=False)
            told = _object(answer)
            try:
                self._token, lives = str(told["access_token"]), timedelta(seconds=int(told["expires_in"]))
            except (KeyError, TypeError, ValueError) as error:
                raise NotSent("not_understood", for_good=False) from error
            self._until = at + lives - _SPARE
        return self._token


def _object(answer: httpx.Response) -> dict[str, Any]:
    try:
        told = answer.json()
    except ValueError as error:
        raise NotSent("not_understood", for_good=False) from error
    return told if isinstance(told, dict) else {}


def _receipts(bundle: Mapping[str, Any]) -> Iterator[tuple[str, bool]]:
    """The App's id of a message and whether it arrived, of each receipt that says so."""
    for entry in bundle.get("entry", []):
        task = entry.get("resource", {})
        codes = {coding.get("code") for coding in task.get("code", {}).get("coding", [])}
        if codes & _ARRIVED or "Rejected" in codes:
            for identifier in task.get("identifier", []):
                if str(identifier.get("system")).endswith(_COMMUNICATION_ID):
                    yield str(identifier.get("value")), "Rejected" not in codes


def configured() -> NhsApp | None:
    """The App, as the environment says; None where it names no client. Raises MissingSetting."""
    client = environment.value("OPENRECORD_NHS_APP_CLIENT")
    if client is None:
        return None
    try:
        key = Path(environment.required("OPENRECORD_NHS_APP_KEY_FILE")).read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError) as error:
        raise MissingSetting("OPENRECORD_NHS_APP_KEY_FILE cannot be read") from error
    for name in ("OPENRECORD_NHS_APP_URL", "OPENRECORD_NHS_APP_TOKEN_URL"):
        if not is_safe(environment.required(name), environment.required(name)):
            raise MissingSetting(f"{name} must be https:// (http:// only for this machine)")
    sender = environment.required("OPENRECORD_NHS_APP_SENDER")
    if len(sender) > LONGEST_SENDER:
        raise MissingSetting("OPENRECORD_NHS_APP_SENDER must have 50 characters at most")
    return _app(
        Settings(
            environment.required("OPENRECORD_NHS_APP_URL").rstrip("/"),
            environment.required("OPENRECORD_NHS_APP_TOKEN_URL"),
            client,
            environment.required("OPENRECORD_NHS_APP_KEY_ID"),
            key,
            sender,
            environment.value("OPENRECORD_NHS_APP_ODS") or "",
        )
    )


@cache
def _app(settings: Settings) -> NhsApp:
    """The same carrier while the settings are the same: it keeps its token."""
    return NhsApp(settings)
