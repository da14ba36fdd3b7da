"""Signing ID tokens, and checking a client's signed assertion (`private_key_jwt`, RFC 7523)."""

import secrets
import threading
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey

from openrecord_demo.idp.types import Client, Grant, Refused

ID_TOKEN_LIFE = timedelta(minutes=60)
ASSERTION_LIFE = timedelta(seconds=60)
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

SCOPE_CLAIMS: Mapping[str, frozenset[str]] = {
    "email": frozenset({"email", "email_verified"}),
    "phone": frozenset({"phone_number", "phone_number_verified", "phone_number_pds_matched"}),
    "profile_extended": frozenset({"given_name"}),
    "gp_registration_details": frozenset({"gp_registration_details"}),
    "gp_integration_credentials": frozenset({"gp_integration_credentials"}),
}
"""Claims that need a scope of their own (NHS login); every other claim of a persona comes with `profile`."""


def new_key() -> RSAKey:
    """A fresh signing key with an id."""
    return RSAKey.generate_key(2048, {"kid": secrets.token_hex(8), "use": "sig", "alg": "RS512"})


def shared_claims(grant: Grant) -> dict[str, Any]:
    """The persona's claims that the scopes open; GP credentials only for an identity proved to P9."""
    scopes, claims = grant.question.scopes, grant.persona.claims
    elsewhere = frozenset().union(*SCOPE_CLAIMS.values())
    open_claims = frozenset().union(*(SCOPE_CLAIMS.get(scope, frozenset()) for scope in scopes))
    if claims.get("identity_proofing_level") != "P9":
        open_claims -= {"gp_integration_credentials"}
    if "profile" in scopes:
        open_claims |= claims.keys() - elsewhere
    return {name: value for name, value in claims.items() if name in open_claims and name != "sub"}


def vector(grant: Grant) -> str | None:
    """The vector of trust reached: one that was asked for if the persona's identity level allows it, else their own."""
    level = grant.persona.claims.get("identity_proofing_level")
    if level is None:
        return None
    asked = [vector for vector in grant.question.vtr if vector.split(".")[0] <= level]
    return max(asked, key=lambda vector: vector.split(".")[0]) if asked else f"{level}.Cp.Cd"


def id_token_claims(grant: Grant, *, issuer: str, at: datetime) -> dict[str, Any]:
    """What the ID token says."""
    claims: dict[str, Any] = {
        **shared_claims(grant),
        "iss": issuer,
        "sub": grant.persona.subject,
        "aud": grant.question.client.client_id,
        "nonce": grant.question.nonce,
        "jti": secrets.token_hex(16),
        "iat": int(at.timestamp()),
        "exp": int((at + ID_TOKEN_LIFE).timestamp()),
        "auth_time": int(grant.chosen.timestamp()),
    }
    reached = vector(grant)
    if reached is not None:
        host = urlsplit(issuer)
        claims |= {"vot": reached, "vtm": f"{host.scheme}://{host.netloc}/trustmark/{host.netloc}"}
    return claims


class Assertions:
    """Checks client assertions; each may be used once."""

    def __init__(self, clients: Mapping[str, Client], audience: str, clock: Callable[[], datetime]) -> None:
        self._clients = clients
        self._audience = audience
        self._clock = clock
        self._used: dict[str, float] = {}
        self._lock = threading.Lock()

    def client(self, form: Mapping[str, str]) -> Client:
        """The client that signed the assertion in `form`. Raises Refused (invalid_client)."""
        refused = Refused("invalid_client", status=401)
        client = self._clients.get(form.get("client_id", ""))
        if client is None or form.get("client_assertion_type") != ASSERTION_TYPE:
            raise refused
        try:
            key = RSAKey.import_key(client.public_key)
            claims = jwt.decode(form.get("client_assertion", ""), key, algorithms=["RS512"]).claims
        except (JoseError, ValueError) as error:
            raise refused from error
        if not (claims.get("iss") == claims.get("sub") == client.client_id and claims.get("aud") == self._audience):
            raise refused
        if not self._is_first_use(claims):
            raise refused
        return client

    def _is_first_use(self, claims: Mapping[str, Any]) -> bool:
        now = self._clock().timestamp()
        name, expires = claims.get("jti"), claims.get("exp")
        if not isinstance(name, str) or not isinstance(expires, int | float):
            return False
        if not now < expires <= now + ASSERTION_LIFE.total_seconds() + 1:
            return False
        with self._lock:
            self._used = {jti: until for jti, until in self._used.items() if until > now}
            if name in self._used:
                return False
            self._used[name] = expires
        return True
