"""GOV.UK Notify: email and text messages by templates that the service's owner keeps there.

REST API version 2 (https://docs.notifications.service.gov.uk/rest-api.html): a bearer JWT signed with the service's
key, `iss` the service, `iat` within 30 seconds. Templates must hold no word of a record; they are given the link alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from joserfc import jwt
from joserfc.jwk import OctKey

from openrecord.gateways.messaging import Letter, NotSent
from openrecord.gateways.openid.settings import is_safe
from openrecord.gateways.patience import asked
from openrecord.kit import environment
from openrecord.kit.environment import MissingSetting

_UUID = len("00000000-0000-0000-0000-000000000000")
_DELIVERED = frozenset({"delivered", "sent"})
"""`sent`: an international text message, of which nothing more is told."""
_FAILED = frozenset({"permanent-failure", "temporary-failure", "technical-failure", "virus-scan-failed"})


@dataclass(frozen=True, slots=True)
class GovukNotify:
    """One service at GOV.UK Notify, for one kind of message. `templates`: by language, English for all others."""

    base: str
    service: str
    secret: str = field(repr=False)
    kind: str
    templates: Mapping[str, str]
    tells_fate = True

    def send(self, letter: Letter, *, at: datetime) -> str:
        """Hand a message over; Notify's id of it. Raises NotSent."""
        address = "email_address" if self.kind == "email" else "phone_number"
        body = {
            address: letter.to,
            "template_id": self.templates.get(letter.language) or self.templates["en-gb"],
            "reference": str(letter.key),
        }
        answer = self._taken_before(letter, at) or self._call("POST", f"/v2/notifications/{self.kind}", at, json=body)
        reference = answer.get("id")
        if not (isinstance(reference, str) and len(reference) == _UUID):
            raise NotSent("not_understood", for_good=False)
        return reference

    def _taken_before(self, letter: Letter, at: datetime) -> dict[str, Any] | None:
        """What Notify has of this message already and has not given up: that is not sent a second time."""
        known = self._call("GET", "/v2/notifications", at, params={"reference": str(letter.key)}).get("notifications")
        copies = known if isinstance(known, list) else []
        return next((one for one in copies if isinstance(one, dict) and one.get("status") not in _FAILED), None)

    def fate(self, reference: str, *, at: datetime) -> bool | None:
        """Whether it was delivered. Raises NotSent where Notify does not say."""
        status = self._call("GET", f"/v2/notifications/{reference}", at).get("status")
        if status in _DELIVERED:
            return True
        return False if status in _FAILED else None

    def _call(self, method: str, path: str, at: datetime, **rest: Any) -> dict[str, Any]:
        claims = {"iss": self.service, "iat": int(at.timestamp())}
        token = jwt.encode({"alg": "HS256", "typ": "JWT"}, claims, OctKey.import_key(self.secret))
        answer = asked(method, self.base + path, headers={"Authorization": f"Bearer {token}"}, **rest)
        if answer.status_code == 400:
            raise NotSent("refused", for_good=True)
        if answer.status_code not in {200, 201}:
            raise NotSent(f"status_{answer.status_code}", for_good=False)
        try:
            told = answer.json()
        except ValueError as error:
            raise NotSent("not_understood", for_good=False) from error
        return told if isinstance(told, dict) else {}


def configured(kind: str) -> GovukNotify | None:
    """The service that the environment names for "email" or "sms"; None where it names none. Raises MissingSetting."""
    key_file = environment.value("OPENRECORD_NOTIFY_KEY_FILE")
    named = environment.value(f"OPENRECORD_NOTIFY_{kind.upper()}_TEMPLATE")
    if named is None:
        return None
    if key_file is None:
        raise MissingSetting(f"OPENRECORD_NOTIFY_{kind.upper()}_TEMPLATE is set, OPENRECORD_NOTIFY_KEY_FILE is not")
    try:
        key = Path(key_file).read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise MissingSetting("OPENRECORD_NOTIFY_KEY_FILE cannot be read") from error
    if len(key) < 2 * _UUID + 1:
        raise MissingSetting("OPENRECORD_NOTIFY_KEY_FILE holds no API key of GOV.UK Notify")
    base = environment.required("OPENRECORD_NOTIFY_URL").rstrip("/")
    if not is_safe(base, base):
        raise MissingSetting("OPENRECORD_NOTIFY_URL must be https:// (http:// only for this machine)")
    english, _comma, welsh = named.partition(",")
    templates = {"en-gb": english.strip()} | ({"cy": welsh.strip()} if welsh.strip() else {})
    return GovukNotify(base, key[-2 * _UUID - 1 : -_UUID - 1], key[-_UUID:], kind, templates)
