"""What an ID token must say before it is believed. Pure: no network, no clock; the signature is checked elsewhere."""

import hmac
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from openrecord.gateways.openid.errors import AuthenticationTooWeak, IdentityLevelTooLow, TokenInvalid
from openrecord.gateways.openid.settings import ProviderSettings, RequiredClaim

CLOCK_SKEW = timedelta(seconds=30)


def verify_claims(
    claims: Mapping[str, Any], settings: ProviderSettings, *, nonce: str, asked: datetime, at: datetime
) -> None:
    """Check an ID token whose signature is good (OpenID Connect Core 3.1.3.7; NHS login 4.2 and 5.1).

    `auth_time` may be absent: NHS login calls it conditional. Where present it must be later than `asked`, because we
    always ask for a full sign-in. Raises TokenInvalid or one of its kinds.
    """
    if claims.get("iss") != settings.issuer:
        raise TokenInvalid("issuer")
    subject = claims.get("sub")
    if not (isinstance(subject, str) and 0 < len(subject) <= 255):
        raise TokenInvalid("subject")
    _verify_audience(claims, settings.client_id)
    expires, issued = _instant(claims, "exp"), _instant(claims, "iat")
    if expires is None or at >= expires:
        raise TokenInvalid("expired")
    if issued is None or issued > at + CLOCK_SKEW:
        raise TokenInvalid("issued")
    returned = claims.get("nonce")
    if not (isinstance(returned, str) and hmac.compare_digest(returned.encode(), nonce.encode())):
        raise TokenInvalid("nonce")
    if "auth_time" in claims:
        proved = _instant(claims, "auth_time")
        if proved is None or not asked - CLOCK_SKEW <= proved <= at + CLOCK_SKEW:
            raise TokenInvalid("auth_time")
    if settings.vtr:
        _verify_trust(claims, settings)
    if settings.strength is not None and accepted_value(claims, settings.strength) is None:
        raise AuthenticationTooWeak("strength")


def _verify_audience(claims: Mapping[str, Any], client_id: str) -> None:
    audience = claims.get("aud")
    audiences = audience if isinstance(audience, list) else [audience]
    if client_id not in audiences:
        raise TokenInvalid("audience")
    if claims.get("azp", client_id if len(audiences) == 1 else None) != client_id:
        raise TokenInvalid("authorized_party")


def _verify_trust(claims: Mapping[str, Any], settings: ProviderSettings) -> None:
    """`vtm` must be the issuer's own trustmark: NHS login's pages disagree on its last part, not on its origin."""
    if claims.get("vot") not in settings.vtr:
        raise IdentityLevelTooLow("vot")
    mark, issuer = urlsplit(str(claims.get("vtm"))), urlsplit(settings.issuer)
    if (mark.scheme, mark.netloc) != (issuer.scheme, issuer.netloc) or not mark.path.startswith("/trustmark/"):
        raise TokenInvalid("vtm")


def accepted_value(claims: Mapping[str, Any], required: RequiredClaim) -> str | None:
    value = claims.get(required.name)
    values = value if isinstance(value, list) else [value]
    return next((str(one) for one in values if isinstance(one, str | int) and str(one) in required.accepted), None)


def _instant(claims: Mapping[str, Any], name: str) -> datetime | None:
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return datetime.fromtimestamp(value, UTC)
    except (OverflowError, ValueError, OSError):
        return None
