"""Which provider stands behind which door, from the settings; the one place that makes OpenID clients."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from openrecord.gateways.openid.client import Client
from openrecord.gateways.openid.settings import ProviderSettings, RequiredClaim, UnsafeSettings
from openrecord.identity.types import Kind, Refusal, SignInRefused
from openrecord.kit import environment

RETURN_PATHS = {Kind.PATIENT: "/sign-in/return", Kind.STAFF: "/staff/sign-in/return"}
"""Where each provider sends the browser back to; one address per provider, so that answers cannot be mixed up."""

RECORD_VTR = ("P9.Cp.Cd", "P9.Cp.Ck", "P9.Cm")
"""Vectors of trust that open a record: identity checked against photo ID, two factors (R1)."""

PATIENT_SCOPES = ("openid", "profile", "email", "phone")
"""Email and phone are where somebody who wants to be told of news is written to."""

STAFF_STRENGTH = RequiredClaim("authentication_assurance_level", frozenset({"2", "3"}))
"""CIS2's claim for a second factor."""

STAFF_ALGORITHMS = frozenset({"RS256", "RS512"})


@dataclass(frozen=True, slots=True)
class Provider:
    """A provider's client. `role_claim`: ID token claim that names roles in our own words; None = held here alone."""

    client: Client
    role_claim: str | None = None


_providers: dict[Kind, Provider] = {}
_lock = threading.Lock()


def provider(kind: Kind) -> Provider:
    """The provider for this door, made from the settings at first use. Raises SignInRefused (NOT_CONFIGURED)."""
    with _lock:
        if kind not in _providers:
            with _unsafe_is_not_configured():
                _providers[kind] = Provider(Client(settings(kind)))
        return _providers[kind]


def use(kind: Kind, replacement: Provider | None) -> None:
    """Use `replacement` instead of what the settings say; None goes back to the settings."""
    with _lock:
        _providers.pop(kind, None)
        if replacement is not None:
            _providers[kind] = replacement


def issuer(kind: Kind) -> str | None:
    """Who vouches for accounts at this door; None where it is not set up."""
    return environment.value("OPENRECORD_LOGIN_ISSUER" if kind is Kind.PATIENT else "OPENRECORD_STAFF_ISSUER") or None


def settings(kind: Kind) -> ProviderSettings:
    """The client registration that the environment describes. Raises SignInRefused (NOT_CONFIGURED)."""
    prefix = "OPENRECORD_LOGIN" if kind is Kind.PATIENT else "OPENRECORD_STAFF"
    issuer, client_id = environment.value(f"{prefix}_ISSUER"), environment.value(f"{prefix}_CLIENT")
    key_file = environment.value(f"{prefix}_KEY_FILE")
    if not (issuer and client_id and key_file):
        raise SignInRefused(Refusal.NOT_CONFIGURED, _half(issuer, client_id, key_file))
    try:
        private_key = Path(key_file).read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError) as error:
        raise SignInRefused(Refusal.NOT_CONFIGURED, "key_file") from error
    redirect_uri = environment.required("OPENRECORD_PUBLIC_URL").rstrip("/") + RETURN_PATHS[kind]
    with _unsafe_is_not_configured():
        if kind is Kind.PATIENT:
            return ProviderSettings(issuer, client_id, redirect_uri, private_key, vtr=RECORD_VTR, scopes=PATIENT_SCOPES)
        return ProviderSettings(
            issuer, client_id, redirect_uri, private_key, algorithms=STAFF_ALGORITHMS, strength=STAFF_STRENGTH
        )


def wrong(kind: Kind) -> str | None:
    """Why nobody can sign in at this door, in a word; None where somebody can, empty where nothing is set."""
    try:
        Client(settings(kind))
    except SignInRefused as refused:
        return refused.detail or ""
    except UnsafeSettings:
        return "key_file"
    return None


def _half(*said: str | None) -> str | None:
    return "incomplete" if any(said) else None


@contextmanager
def _unsafe_is_not_configured() -> Iterator[None]:
    try:
        yield
    except UnsafeSettings as error:
        raise SignInRefused(Refusal.NOT_CONFIGURED, "settings") from error
