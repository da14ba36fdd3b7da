"""What can go wrong at the provider, each with a fixed reason code.

No exception holds text from outside or the value of a claim.
"""

_AUTHORIZATION_ERRORS = frozenset(
    {
        "access_denied",
        "consent_required",
        "interaction_required",
        "invalid_request",
        "invalid_scope",
        "login_required",
        "unauthorized_client",
        "unsupported_response_type",
    }
)


class OpenIdError(Exception):
    """Sign-in at the provider did not succeed. `reason` is a fixed code, never text from outside."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class ConsentNotGiven(OpenIdError):
    """The person did not agree to share their NHS login information (`access_denied`)."""


class AuthorizationRefused(OpenIdError):
    """The provider answered the sign-in request with any other error."""


class ProviderUnavailable(OpenIdError):
    """The provider cannot be reached, is in trouble, or answers what no provider should."""


class ExchangeRefused(OpenIdError):
    """The provider did not take our code: used before, too old, wrong verifier, or we are not known to it."""


class TokenInvalid(OpenIdError):
    """A token or claim did not pass verification."""


class IdentityLevelTooLow(TokenInvalid):
    """The vector of trust that came back is not one of those asked for (NHS login: `vot` against `vtr`)."""


class AuthenticationTooWeak(TokenInvalid):
    """The claim that proves a second factor is absent or holds none of the accepted values."""


def error_from(error: str, description: str) -> OpenIdError:
    """The exception for an error in the redirect back; unknown texts are not repeated."""
    if error == "access_denied" and description in {"", "ConsentNotGiven"}:
        return ConsentNotGiven("consent_not_given")
    if error in {"server_error", "temporarily_unavailable"}:
        return ProviderUnavailable(error)
    return AuthorizationRefused(error if error in _AUTHORIZATION_ERRORS else "other")
