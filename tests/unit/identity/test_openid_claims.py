"""What an ID token must say, claim by claim, and which settings and addresses are safe."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openrecord.gateways.openid import errors
from openrecord.gateways.openid.claims import verify_claims
from openrecord.gateways.openid.settings import ProviderSettings, RequiredClaim, UnsafeSettings, is_safe

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ASKED = AT - timedelta(minutes=2)
NOW = int(AT.timestamp())
ISSUER = "https://login.example/"
VTR = ("P9.Cp.Cd", "P9.Cp.Ck", "P9.Cm")


def settings(**change: Any) -> ProviderSettings:
    return ProviderSettings(**{
        "issuer": ISSUER, "client_id": "openrecord", "redirect_uri": "https://us.example/return", "private_key": "",
        "vtr": VTR, **change,
    })  # fmt: skip


def claims(**change: Any) -> dict[str, Any]:
    good = {
        "iss": ISSUER, "sub": "s1", "aud": "openrecord", "exp": NOW + 3600, "iat": NOW, "nonce": "n", "vot": "P9.Cm",
        "vtm": "https://login.example/trustmark/login.example", "auth_time": NOW - 60,
    }  # fmt: skip
    return {name: value for name, value in {**good, **change}.items() if value is not ...}


def verify(token: dict[str, Any], **change: Any) -> None:
    verify_claims(token, settings(**change), nonce="n", asked=ASKED, at=AT)


@pytest.mark.parametrize(
    "change",
    [
        {}, {"aud": ["openrecord"]}, {"aud": ["other", "openrecord"], "azp": "openrecord"}, {"azp": "openrecord"},
        {"exp": NOW + 1}, {"iat": NOW + 30}, {"iat": NOW + 0.5}, {"auth_time": ...}, {"auth_time": NOW + 30},
        {"vtm": "https://login.example/trustmark/example"}, {"vot": "P9.Cp.Cd"},
    ],
)  # fmt: skip
def test_good_tokens_pass(change: dict[str, Any]) -> None:
    verify(claims(**change))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"iss": "https://login.example"}, "issuer"), ({"iss": ...}, "issuer"),
        ({"iss": "https://evil.example/"}, "issuer"),
        ({"sub": ""}, "subject"), ({"sub": ...}, "subject"), ({"sub": 7}, "subject"), ({"sub": "s" * 256}, "subject"),
        ({"aud": "other"}, "audience"), ({"aud": ["other"]}, "audience"), ({"aud": ...}, "audience"),
        ({"aud": "openrecord2"}, "audience"), ({"aud": ["openrecord", "other"]}, "authorized_party"),
        ({"azp": "other"}, "authorized_party"), ({"azp": None}, "authorized_party"),
        ({"exp": NOW}, "expired"), ({"exp": NOW - 1}, "expired"), ({"exp": ...}, "expired"), ({"exp": True}, "expired"),
        ({"exp": str(NOW + 60)}, "expired"), ({"exp": 1e300}, "expired"),
        ({"iat": NOW + 31}, "issued"), ({"iat": ...}, "issued"), ({"iat": "0"}, "issued"),
        ({"nonce": "m"}, "nonce"), ({"nonce": ...}, "nonce"), ({"nonce": ["n"]}, "nonce"),
        ({"nonce": "\u00e9"}, "nonce"),
        ({"auth_time": NOW - 151}, "auth_time"), ({"auth_time": NOW + 31}, "auth_time"),
        ({"auth_time": "x"}, "auth_time"), ({"auth_time": None}, "auth_time"),
        ({"vot": "P5.Cp.Cd"}, "vot"), ({"vot": "P9.Cp"}, "vot"), ({"vot": "P9"}, "vot"), ({"vot": ...}, "vot"),
        ({"vot": list(VTR)}, "vot"), ({"vot": "P9.Cm "}, "vot"), ({"vot": "P0.Cp.Cd"}, "vot"),
        ({"vtm": "https://evil.example/trustmark/x"}, "vtm"), ({"vtm": "http://login.example/trustmark/x"}, "vtm"),
        ({"vtm": "https://login.example/x"}, "vtm"), ({"vtm": ...}, "vtm"),
    ],
)  # fmt: skip
def test_each_bad_claim_is_refused_for_its_reason(change: dict[str, Any], reason: str) -> None:
    with pytest.raises(errors.TokenInvalid) as caught:
        verify(claims(**change))
    assert caught.value.reason == reason
    assert isinstance(caught.value, errors.IdentityLevelTooLow) is (reason == "vot")


@given(st.text(max_size=12))
def test_only_a_requested_vector_is_accepted(vot: str) -> None:
    if vot not in VTR:
        with pytest.raises(errors.IdentityLevelTooLow):
            verify(claims(vot=vot))


STRENGTH = RequiredClaim("amr", frozenset({"mfa", "3"}))


@pytest.mark.parametrize("value", ["mfa", ["pwd", "mfa"], 3, "3", [3]])
def test_a_second_factor_may_be_told_in_several_shapes(value: Any) -> None:
    verify(claims(amr=value, vot=..., vtm=...), vtr=(), strength=STRENGTH)


@pytest.mark.parametrize("value", [..., None, "pwd", [], ["pwd"], {"mfa": True}, 1, "mfa2", True, [["mfa"]]])
def test_without_an_accepted_second_factor_nobody_enters(value: Any) -> None:
    with pytest.raises(errors.AuthenticationTooWeak):
        verify(claims(amr=value, vot=..., vtm=...), vtr=(), strength=STRENGTH)


@pytest.mark.parametrize("algorithms", [{"none"}, {"HS256"}, {"RS512", "HS512"}, set()])
def test_only_asymmetric_algorithms_can_be_configured(algorithms: set[str]) -> None:
    with pytest.raises(UnsafeSettings):
        settings(algorithms=frozenset(algorithms))


@pytest.mark.parametrize("address", ["http://login.example/", "ftp://login.example", "login.example", "https://"])
def test_unsafe_addresses_cannot_be_configured(address: str) -> None:
    with pytest.raises(UnsafeSettings):
        settings(issuer=address)
    with pytest.raises(UnsafeSettings):
        settings(redirect_uri=address)


def test_plain_http_only_among_ourselves() -> None:
    here = "http://127.0.0.1:8009"
    assert is_safe(here + "/token", here)
    assert is_safe("https://elsewhere.example/token", here)
    assert not is_safe(here + "/token", ISSUER)
    assert not is_safe("http://127.0.0.1.evil.example/token", here)
    assert not is_safe("https://user:word@login.example/token", ISSUER)


def test_settings_do_not_print_the_key() -> None:
    assert "SECRET" not in repr(settings(private_key="SECRET"))


@pytest.mark.parametrize(
    ("error", "description", "kind", "reason"),
    [
        ("access_denied", "ConsentNotGiven", errors.ConsentNotGiven, "consent_not_given"),
        ("access_denied", "", errors.ConsentNotGiven, "consent_not_given"),
        ("access_denied", "UserLocked", errors.AuthorizationRefused, "access_denied"),
        ("temporarily_unavailable", "", errors.ProviderUnavailable, "temporarily_unavailable"),
        ("login_required", "", errors.AuthorizationRefused, "login_required"),
        ("<script>", "x", errors.AuthorizationRefused, "other"),
    ],
)
def test_errors_in_the_redirect_have_names(
    error: str, description: str, kind: type[errors.OpenIdError], reason: str
) -> None:
    caught = errors.error_from(error, description)
    assert type(caught) is kind
    assert caught.reason == reason
