"""Fetching from the provider: what it publishes (endpoints, keys), one bounded call, and a bound for all of them.

No redirects are followed, answers are limited in size and time, and every address is https (http on this machine).
"""

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import httpx
from joserfc import jwk
from joserfc.errors import JoseError

from openrecord.gateways import trust
from openrecord.gateways.openid.errors import ProviderUnavailable
from openrecord.gateways.openid.settings import is_loopback, is_safe
from openrecord.gateways.patience import Answer, within

TIMEOUT = httpx.Timeout(5.0, connect=3.0)
PATIENCE = 8.0
"""Seconds for all calls of one sign-in together: the limits above begin anew with every byte that arrives."""

MAX_BYTES = 256 * 1024
CACHE_FOR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Known:
    """What the provider published, and when we fetched it."""

    endpoints: Mapping[str, str]
    keys: tuple[jwk.Key, ...]
    fetched: datetime


def http_client(issuer: str) -> httpx.Client:
    """A client that follows no redirects; an outgoing proxy is used only for a provider on another machine."""
    return httpx.Client(
        verify=trust.authorities(),
        timeout=TIMEOUT,
        follow_redirects=False,
        trust_env=not is_loopback(issuer),
        headers={"Accept": "application/json", "Accept-Encoding": "identity"},
    )


def call(http: httpx.Client, method: str, url: str, **options: Any) -> tuple[int, dict[str, Any]]:
    """Status and JSON object of an answer below 500; everything else raises ProviderUnavailable."""
    try:
        with http.stream(method, url, **options) as answer:
            body = bytearray()
            for chunk in answer.iter_bytes():
                body += chunk
                if len(body) > MAX_BYTES:
                    raise ProviderUnavailable("too_large")
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise ProviderUnavailable("unreachable") from error
    if answer.status_code >= 500 or 300 <= answer.status_code < 400:
        raise ProviderUnavailable("status")
    try:
        told = json.loads(bytes(body))
    except (ValueError, RecursionError) as error:
        raise ProviderUnavailable("malformed") from error
    if not isinstance(told, dict):
        raise ProviderUnavailable("malformed")
    return answer.status_code, told


def within_patience(ask: Callable[[], Answer]) -> Answer:
    """What `ask` returns or raises; ProviderUnavailable where that takes too long."""
    try:
        return within(PATIENCE, ask)
    except TimeoutError as error:
        raise ProviderUnavailable("slow") from error


def discover(http: httpx.Client, issuer: str, *, at: datetime) -> Known:
    """Fetch endpoints and signature keys. Raises ProviderUnavailable, also for addresses that are not safe."""
    status, told = call(http, "GET", issuer.rstrip("/") + "/.well-known/openid-configuration")
    if status != 200 or told.get("issuer") != issuer:
        raise ProviderUnavailable("discovery")
    endpoints: dict[str, str] = {}
    for name in ("authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri"):
        url = told.get(name)
        if not isinstance(url, str) or not is_safe(url, issuer):
            raise ProviderUnavailable("discovery")
        endpoints[name] = url
    status, published = call(http, "GET", endpoints["jwks_uri"])
    entries = published.get("keys")
    if status != 200 or not isinstance(entries, list):
        raise ProviderUnavailable("keys")
    return Known(endpoints, tuple(_signing_keys(entries)), at)


def _signing_keys(entries: Collection[object]) -> list[jwk.Key]:
    """The public signature keys among the entries; what we cannot read or would not trust is passed over."""
    keys: list[jwk.Key] = []
    for entry in entries:
        if not isinstance(entry, dict) or entry.get("kty") not in {"RSA", "EC"} or entry.get("use", "sig") != "sig":
            continue
        try:
            keys.append(jwk.import_key(entry))
        except (JoseError, ValueError):
            continue
    return keys
