"""The client: authorization code flow only, with PKCE, state, nonce and `private_key_jwt`.

The ID token's signature and every claim we rely on are verified before anything is believed. Reads no clock, stores
nothing, and never puts a claim's value into an exception.
"""

import base64
import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import httpx
from joserfc import jwk, jws, jwt
from joserfc.errors import JoseError

from openrecord.gateways.openid.claims import accepted_value, verify_claims
from openrecord.gateways.openid.errors import ExchangeRefused, ProviderUnavailable, TokenInvalid
from openrecord.gateways.openid.published import CACHE_FOR, Known, call, discover, http_client, within_patience
from openrecord.gateways.openid.settings import ProviderSettings, UnsafeSettings
from openrecord.gateways.patience import Answer
from openrecord.kit import ids

ASSERTION_LIFE = timedelta(seconds=60)
UNKNOWN_KEY_EVERY = timedelta(minutes=1)
"""Keys are fetched anew for an unknown one at most this often: who sends such tokens does not make us a flood."""

REST = timedelta(seconds=10)
"""A provider that does not answer is left alone for so long: else everybody who signs in holds a thread of ours."""
_EXCHANGE_ERRORS = frozenset({"invalid_grant", "invalid_client", "invalid_request", "unauthorized_client"})
_NO_ANSWER = frozenset({"unreachable", "slow"})
_MUST_AGREE = frozenset({"nhs_number", "birthdate", "family_name"})


@dataclass(frozen=True, slots=True)
class AuthorizationRequest:
    """Where to send the browser, and the secrets to keep until it returns."""

    url: str = field(repr=False)
    state: str = field(repr=False)
    nonce: str = field(repr=False)
    verifier: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Authenticated:
    """Whom the provider vouches for. `authenticated_at`: when they proved it, None where the provider does not say."""

    issuer: str
    subject: str = field(repr=False)
    vot: str | None
    strength: str | None
    authenticated_at: datetime | None
    claims: Mapping[str, Any] = field(repr=False)


class Client:
    """One registration at one provider. Safe to share between threads; caches what the provider publishes for 1 h.

    Raises UnsafeSettings for a private key that is none.
    """

    def __init__(self, settings: ProviderSettings) -> None:
        self.settings = settings
        try:
            self._key = jwk.RSAKey.import_key(settings.private_key)
        except (JoseError, ValueError):
            raise UnsafeSettings("the private key must be an RSA key in PEM") from None
        self._known: Known | None = None
        self._asked_for_key: datetime | None = None
        self._rests_until: datetime | None = None

    def start(self, *, at: datetime) -> AuthorizationRequest:
        """Begin a sign-in with fresh secrets. Raises ProviderUnavailable.

        `prompt=login`: NHS login has no sign-out, so that only this keeps its own session from signing the next
        person on a shared computer in as the last one.
        """
        endpoint = self._patiently(lambda: self._published(at), at).endpoints["authorization_endpoint"]
        state, nonce, verifier = ids.random_token(), ids.random_token(), ids.random_token()
        query = {
            "response_type": "code",
            "client_id": self.settings.client_id,
            "redirect_uri": self.settings.redirect_uri,
            "scope": " ".join(self.settings.scopes),
            "state": state,
            "nonce": nonce,
            "code_challenge": challenge(verifier),
            "code_challenge_method": "S256",
            "prompt": "login",
        }
        if self.settings.vtr:
            query["vtr"] = json.dumps(self.settings.vtr, separators=(",", ":"))
        joint = "&" if "?" in endpoint else "?"
        return AuthorizationRequest(f"{endpoint}{joint}{urlencode(query)}", state, nonce, verifier)

    def finish(self, *, code: str, nonce: str, verifier: str, asked: datetime, at: datetime) -> Authenticated:
        """Exchange the code and verify what comes back; `asked`: when `start` was called. Raises OpenIdError."""
        return self._patiently(lambda: self._finish(code, nonce, verifier, asked, at), at)

    def _patiently(self, ask: Callable[[], Answer], at: datetime) -> Answer:
        """What `ask` returns, within our patience. Raises OpenIdError, at once while the provider rests."""
        if self._rests_until is not None and at < self._rests_until:
            raise ProviderUnavailable("resting")
        try:
            return within_patience(ask)
        except ProviderUnavailable as error:
            if error.reason in _NO_ANSWER:
                self._rests_until = at + REST
            raise

    def _finish(self, code: str, nonce: str, verifier: str, asked: datetime, at: datetime) -> Authenticated:
        endpoints = self._published(at).endpoints
        with http_client(self.settings.issuer) as http:
            tokens = self._exchange(http, endpoints["token_endpoint"], code, verifier, at)
            signed = self._verified_signature(_text(tokens, "id_token"), at)
            verify_claims(signed, self.settings, nonce=nonce, asked=asked, at=at)
            bearer = {"Authorization": f"Bearer {_text(tokens, 'access_token')}"}
            status, told = call(http, "GET", endpoints["userinfo_endpoint"], headers=bearer)
        if status != 200:
            raise ProviderUnavailable("userinfo")
        if any(signed[name] != told[name] for name in signed.keys() & told.keys() & _MUST_AGREE):
            raise TokenInvalid("claims_differ")
        if told.get("sub") != signed["sub"]:
            raise TokenInvalid("userinfo_subject")
        moment = signed.get("auth_time")
        return Authenticated(
            issuer=self.settings.issuer,
            subject=signed["sub"],
            vot=signed.get("vot") if self.settings.vtr else None,
            strength=accepted_value(signed, self.settings.strength) if self.settings.strength else None,
            authenticated_at=None if moment is None else datetime.fromtimestamp(moment, UTC),
            claims={**told, **signed},
        )

    def _exchange(self, http: httpx.Client, endpoint: str, code: str, verifier: str, at: datetime) -> dict[str, Any]:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.settings.redirect_uri,
            "client_id": self.settings.client_id,
            "code_verifier": verifier,
            "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            "client_assertion": self._assertion(endpoint, at),
        }
        status, answer = call(http, "POST", endpoint, data=form)
        if status == 200:
            return answer
        error = answer.get("error")
        raise ExchangeRefused(error if isinstance(error, str) and error in _EXCHANGE_ERRORS else "other")

    def _assertion(self, audience: str, at: datetime) -> str:
        header = {"alg": "RS512"} | ({"kid": self.settings.key_id} if self.settings.key_id else {})
        claims = {
            "iss": self.settings.client_id,
            "sub": self.settings.client_id,
            "aud": audience,
            "jti": ids.random_token(),
            "iat": int(at.timestamp()),
            "exp": int((at + ASSERTION_LIFE).timestamp()),
        }
        return jwt.encode(header, claims, self._key, algorithms=["RS512"])

    def _published(self, at: datetime, *, missing_kid: str | None = None) -> Known:
        """The provider's endpoints and keys; fetched anew when old, or when it signs with a key we have not seen."""
        known = self._known
        stale = known is None or not known.fetched <= at < known.fetched + CACHE_FOR
        if known is None or stale or (missing_kid and self._is_worth_asking(missing_kid, known, at)):
            with http_client(self.settings.issuer) as http:
                known = self._known = discover(http, self.settings.issuer, at=at)
        return known

    def _is_worth_asking(self, missing_kid: str, known: Known, at: datetime) -> bool:
        before = self._asked_for_key
        if any(key.kid == missing_kid for key in known.keys):
            return False
        if before is not None and before <= at < before + UNKNOWN_KEY_EVERY:
            return False
        self._asked_for_key = at
        return True

    def _verified_signature(self, token: str, at: datetime) -> dict[str, Any]:
        registry = jws.JWSRegistry(algorithms=self.settings.algorithms, strict_check_header=False)
        try:
            header = jws.extract_compact(token.encode(), registry=registry).headers()
        except (JoseError, ValueError) as error:
            raise TokenInvalid("malformed") from error
        algorithm, kid = header.get("alg"), header.get("kid")
        if algorithm not in self.settings.algorithms or "crit" in header:
            raise TokenInvalid("algorithm")
        if not isinstance(kid, str):
            raise TokenInvalid("key")
        keys = self._published(at, missing_kid=kid).keys
        key = next((key for key in keys if key.kid == kid), None)
        if key is None:
            raise TokenInvalid("key")
        try:
            return jwt.decode(token, key, algorithms=[algorithm], registry=registry).claims
        except (JoseError, ValueError) as error:
            raise TokenInvalid("signature") from error


def challenge(verifier: str) -> str:
    """PKCE S256 (RFC 7636, 4.2)."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def _text(answer: Mapping[str, Any], name: str) -> str:
    value = answer.get(name)
    if not isinstance(value, str) or not value.isascii():
        raise TokenInvalid("malformed")
    return value
