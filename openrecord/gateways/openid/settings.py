"""One client registration at one provider, and which addresses may be spoken to at all."""

from dataclasses import dataclass, field
from urllib.parse import urlsplit

ASYMMETRIC = frozenset({"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"})
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


class UnsafeSettings(ValueError):
    """Provider settings that could not be safe."""


def is_loopback(url: str) -> bool:
    """Whether `url` is plain http on this machine."""
    parts = urlsplit(url)
    return parts.scheme == "http" and parts.hostname in LOOPBACK


def is_safe(url: str, issuer: str) -> bool:
    """Https, or plain http on this machine for a provider that is itself on this machine."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return False
    if parts.username or parts.password or parts.fragment:
        return False
    if parts.scheme == "https":
        return bool(parts.hostname)
    return is_loopback(url) and is_loopback(issuer)


@dataclass(frozen=True, slots=True)
class RequiredClaim:
    """An ID token claim that must hold (or, as a list, contain) one of the accepted values, compared as text."""

    name: str
    accepted: frozenset[str]


@dataclass(frozen=True, slots=True)
class ProviderSettings:
    """One client registration at one provider.

    `private_key`: PEM, RSA. `key_id`: sent as `kid` of the client assertion where the provider looks keys up (CIS2).
    `vtr`: acceptable vectors of trust; empty = none asked for and none checked. `algorithms`: for ID tokens.
    `strength`: the claim that proves a second factor. Raises UnsafeSettings.
    """

    issuer: str
    client_id: str
    redirect_uri: str
    private_key: str = field(repr=False)
    key_id: str | None = None
    scopes: tuple[str, ...] = ("openid", "profile")
    vtr: tuple[str, ...] = ()
    algorithms: frozenset[str] = frozenset({"RS512"})
    strength: RequiredClaim | None = None

    def __post_init__(self) -> None:
        if not self.algorithms or not self.algorithms <= ASYMMETRIC:
            raise UnsafeSettings("ID token algorithms must be asymmetric")
        if not (is_safe(self.issuer, self.issuer) and is_safe(self.redirect_uri, self.redirect_uri)):
            raise UnsafeSettings("issuer and redirect address must be https (http only on this machine)")
