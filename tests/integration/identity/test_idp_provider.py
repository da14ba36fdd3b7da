"""The demo's provider by itself: its page, its manners, and that it refuses what NHS login refuses."""

import json
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey

from openrecord_demo.idp.tokens import ASSERTION_TYPE
from openrecord_demo.idp.types import Group
from tests.integration.identity.world import ADA, PATIENT_RETURN, TLS, Start, World, choose, persona

ASK = {"client_id": "records", "redirect_uri": PATIENT_RETURN, "response_type": "code", "scope": "openid profile",
       "state": "st", "nonce": "no"}  # fmt: skip


def ask(world: World, **change: Any) -> httpx.Response:
    query = {name: value for name, value in {**ASK, **change}.items() if value is not ...}
    return httpx.get(f"{world.provider.issuer}/authorize", params=query, trust_env=False, verify=TLS)


def redeem(world: World, code: str, **change: Any) -> httpx.Response:
    now = int(world.moment.at.timestamp())
    claims = {"iss": "records", "sub": "records", "aud": f"{world.provider.issuer}/token", "jti": code + "-1",
              "exp": now + 60}  # fmt: skip
    claims |= {name: change.pop(name) for name in list(change) if name in claims}
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": PATIENT_RETURN,
        "client_id": "records",
        "client_assertion_type": ASSERTION_TYPE,
        "client_assertion": jwt.encode({"alg": "RS512"}, claims, world.key, algorithms=["RS512"]),
        **change,
    }
    return httpx.post(f"{world.provider.issuer}/token", data=form, trust_env=False, verify=TLS)


def code_for(world: World, key: str = "ada", **change: Any) -> str:
    return choose(str(ask(world, **change).url), key)["code"]


def test_the_page_is_plain_safe_and_grouped(world: World) -> None:
    shown = ask(world)
    assert "<script" not in shown.text
    assert shown.text.count("<h1>") == 1
    assert "The story of ada." in shown.text
    assert Group.PATIENT.value in shown.text
    assert Group.STAFF.value not in shown.text  # this client is the patients'
    policy = shown.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "form-action 'self' http://127.0.0.1:8000;" in policy
    assert "frame-ancestors 'none'" in policy
    assert shown.headers["cache-control"] == "no-store"
    assert shown.headers["x-content-type-options"] == "nosniff"
    assert "not NHS login" in shown.text


def test_nothing_from_outside_becomes_markup(start: Start) -> None:
    world = start(personas=(persona('a"><script>x</script>', identity_proofing_level="P9"),))
    assert "<script" not in ask(world, state='"><script>y</script>').text


@pytest.mark.parametrize("change", [{"client_id": "stranger"}, {"redirect_uri": "https://evil.example/"},
                                    {"redirect_uri": PATIENT_RETURN + "/x"}, {"redirect_uri": ...}])  # fmt: skip
def test_strangers_get_a_page_and_no_redirect(world: World, change: dict[str, Any]) -> None:
    answer = ask(world, **change)
    assert answer.status_code == 400
    assert "location" not in answer.headers


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": "code id_token"}, "unsupported_response_type"),
        ({"scope": "profile"}, "invalid_scope"),
        ({"state": ...}, "invalid_request"),
        ({"nonce": ...}, "invalid_request"),
        ({"vtr": "P9.Cm"}, "invalid_request"),
        ({"vtr": "[7]"}, "invalid_request"),
        ({"prompt": "none"}, "login_required"),
        ({"code_challenge": "x", "code_challenge_method": "plain"}, "invalid_request"),
    ],
)
def test_a_wrong_request_goes_back_with_its_error(world: World, change: dict[str, Any], error: str) -> None:
    answer = ask(world, **change)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith(PATIENT_RETURN)
    assert dict(parse_qsl(urlsplit(answer.headers["location"]).query))["error"] == error


def test_tokens_live_as_long_as_nhs_logins(world: World, provider_key: RSAKey) -> None:
    told = redeem(world, code_for(world)).json()
    token = jwt.decode(told["id_token"], provider_key, algorithms=["RS512"]).claims
    assert token["exp"] - token["iat"] == 3600
    assert told["expires_in"] == 300
    bearer = {"Authorization": f"Bearer {told['access_token']}"}

    def userinfo(headers: dict[str, str]) -> int:
        return httpx.get(f"{world.provider.issuer}/userinfo", headers=headers, trust_env=False, verify=TLS).status_code

    world.moment.pass_by(timedelta(minutes=5) - timedelta(seconds=1))
    assert userinfo(bearer) == 200
    assert userinfo({}) == 401
    assert userinfo({"Authorization": "Bearer x"}) == 401
    world.moment.pass_by(timedelta(seconds=1))
    assert userinfo(bearer) == 401


@pytest.mark.parametrize(
    "change",
    [
        {"iss": "staff"}, {"sub": "staff"}, {"aud": "https://elsewhere.example/token"}, {"exp": 1772442000},
        {"exp": 1772442062}, {"exp": None}, {"jti": None}, {"client_id": "staff"}, {"client_id": "stranger"},
        {"client_assertion_type": "x"}, {"client_assertion": "x"}, {"client_assertion": ""},
    ],
)  # fmt: skip
def test_a_client_must_prove_itself(world: World, change: dict[str, Any]) -> None:
    code = code_for(world)
    refused = redeem(world, code, **change)
    assert (refused.status_code, refused.json()) == (401, {"error": "invalid_client"})
    assert redeem(world, code).status_code == 200


def test_an_assertion_works_once(world: World) -> None:
    assert redeem(world, code_for(world), jti="same").status_code == 200
    assert redeem(world, code_for(world), jti="same").status_code == 401


@pytest.mark.parametrize("change", [{"redirect_uri": "https://evil.example/"}, {"code_verifier": "wrong"}])
def test_a_code_is_bound_to_its_request(world: World, change: dict[str, str]) -> None:
    code = code_for(world, code_challenge="E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM", code_challenge_method="S256")
    assert redeem(world, code, **change).json() == {"error": "invalid_grant"}
    again = code_for(world, code_challenge="E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM", code_challenge_method="S256")
    rfc7636_example = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    assert redeem(world, again, code_verifier=rfc7636_example).status_code == 200


def _told(world: World, key: RSAKey, persona_key: str, **change: Any) -> dict[str, Any]:
    told = redeem(world, code_for(world, persona_key, **change)).json()
    return jwt.decode(told["id_token"], key, algorithms=["RS512"]).claims


def test_the_vector_of_trust_is_the_persons(world: World, provider_key: RSAKey) -> None:
    p5, p9 = json.dumps(["P5.Cp.Cd", "P5.Cm"]), json.dumps(["P9.Cm"])
    assert _told(world, provider_key, "ada", vtr=p9)["vot"] == "P9.Cm"
    assert _told(world, provider_key, "ada")["vot"] == "P9.Cp.Cd"
    assert _told(world, provider_key, "ada", vtr=p5)["vot"] == "P5.Cp.Cd"
    assert _told(world, provider_key, "ben", vtr=p5)["vot"] == "P5.Cp.Cd"
    assert _told(world, provider_key, "ben", vtr=p9)["vot"] == "P5.Cp.Cd"


def test_scopes_open_claims(start: Start, provider_key: RSAKey) -> None:
    credentials: dict[str, Any] = {
        "gp_integration_credentials": {"gp_ods_code": "Y00001"},
        "gp_registration_details": {"x": "y"},
    }
    able = persona("able", **ADA.claims, **credentials)
    lower = persona("lower", **{**ADA.claims, "identity_proofing_level": "P5"}, **credentials)
    world = start(personas=(able, lower))
    everything = "openid profile profile_extended gp_integration_credentials gp_registration_details"
    assert _told(world, provider_key, "able", scope=everything).keys() >= {"given_name", *credentials}
    assert "gp_integration_credentials" not in _told(world, provider_key, "lower", scope=everything)
    assert not _told(world, provider_key, "able", scope="openid").keys() & {"nhs_number", "given_name", *credentials}


def test_an_overlong_or_unknown_request_is_refused(world: World) -> None:
    assert (
        httpx.post(f"{world.provider.issuer}/token", data={"x": "y" * 70_000}, trust_env=False, verify=TLS).status_code
        == 413
    )
    assert httpx.get(f"{world.provider.issuer}/elsewhere", trust_env=False, verify=TLS).status_code == 404
