"""Our OpenID client against a provider on a real socket, well-behaved and not."""

import base64
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

from openrecord.gateways.openid import errors
from openrecord.gateways.openid.client import Authenticated, AuthorizationRequest
from openrecord.gateways.openid.client import Client as OpenIdClient
from openrecord_demo.idp.provider import Answer, Provider
from tests.integration.identity.world import ADA, PATIENT_RETURN, Start, World, choose, press

MINUTE = timedelta(minutes=1)


def sign_in(world: World, client: OpenIdClient | None = None, *, key: str = "ada", **change: Any) -> Authenticated:
    client = client or world.client()
    asked = world.moment.at
    request = client.start(at=asked)
    code = choose(request.url, key)["code"]
    secrets = {"code": code, "nonce": request.nonce, "verifier": request.verifier, **change}
    return client.finish(**secrets, asked=asked, at=world.moment.at)


def refused(world: World, client: OpenIdClient | None = None, **change: Any) -> str:
    with pytest.raises(errors.OpenIdError) as caught:
        sign_in(world, client, **change)
    return f"{type(caught.value).__name__}:{caught.value.reason}"


def test_a_patient_with_photo_id_signs_in(world: World) -> None:
    who = sign_in(world)
    assert (who.issuer, who.subject, who.vot) == (world.provider.issuer, ADA.subject, "P9.Cp.Cd")
    assert who.authenticated_at == world.moment.at
    assert who.claims["nhs_number"] == "9990000018"
    assert "given_name" not in who.claims  # profile alone does not open it
    assert "9990000018" not in repr(who)


def test_the_request_says_what_nhs_login_wants(world: World) -> None:
    query = parse_qs(urlsplit(world.client().start(at=world.moment.at).url).query)
    assert json.loads(query["vtr"][0]) == ["P9.Cp.Cd", "P9.Cp.Ck", "P9.Cm"]
    assert query["response_type"] == ["code"]
    assert query["code_challenge_method"] == ["S256"]
    assert query["scope"] == ["openid profile"]
    assert query["redirect_uri"] == [PATIENT_RETURN]
    assert query["prompt"] == ["login"]


def test_no_two_requests_share_a_secret(world: World) -> None:
    client = world.client()
    one, two = (client.start(at=world.moment.at) for _ in range(2))
    assert len({one.state, two.state, one.nonce, two.nonce, one.verifier, two.verifier}) == 6
    assert one.verifier not in one.url
    assert one.state not in repr(one)


def test_staff_sign_in_with_a_second_factor_only(world: World) -> None:
    assert sign_in(world, world.staff_client(), key="mo").strength == "3"
    assert refused(world, world.staff_client(), key="wen") == "AuthenticationTooWeak:strength"


def test_p5_is_refused(world: World) -> None:
    assert refused(world, key="ben") == "IdentityLevelTooLow:vot"


def test_secrets_of_the_request_must_fit(world: World) -> None:
    assert refused(world, verifier="a" * 64) == "ExchangeRefused:invalid_grant"
    assert refused(world, nonce="other") == "TokenInvalid:nonce"
    assert refused(world, code="made-up") == "ExchangeRefused:invalid_grant"


def test_a_code_works_once_and_for_ten_minutes(world: World) -> None:
    client = world.client()

    def asked() -> tuple[AuthorizationRequest, str, datetime]:
        request = client.start(at=world.moment.at)
        return request, choose(request.url, "ada")["code"], world.moment.at

    def finish(request: AuthorizationRequest, code: str, begun: datetime) -> Authenticated:
        return client.finish(code=code, nonce=request.nonce, verifier=request.verifier, asked=begun, at=world.moment.at)

    first = asked()
    world.moment.pass_by(10 * MINUTE - timedelta(seconds=1))
    assert finish(*first).subject == ADA.subject
    with pytest.raises(errors.ExchangeRefused):
        finish(*first)
    second = asked()
    world.moment.pass_by(10 * MINUTE)
    with pytest.raises(errors.ExchangeRefused):
        finish(*second)


def test_another_clients_code_or_key_is_refused(world: World) -> None:
    stranger = RSAKey.generate_key(2048).as_pem(private=True).decode()
    assert refused(world, world.client(private_key=stranger)) == "ExchangeRefused:invalid_client"
    request = world.staff_client().start(at=world.moment.at)
    staff_code = choose(request.url, "mo")["code"]
    assert refused(world, code=staff_code) == "ExchangeRefused:invalid_grant"


def test_not_agreeing_to_share_comes_back_by_name(world: World) -> None:
    back = press(world.client().start(at=world.moment.at).url, "refuse", "yes")
    assert (back["error"], back["error_description"]) == ("access_denied", "ConsentNotGiven")
    assert isinstance(errors.error_from(back["error"], back["error_description"]), errors.ConsentNotGiven)


def test_the_providers_key_may_rotate_but_not_vanish(
    world: World, provider_key: RSAKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = world.client()
    assert sign_in(world, client).subject == ADA.subject
    world.provider.rotate_key()
    assert sign_in(world, client).subject == ADA.subject
    old = jwt.encode({"alg": "RS512", "kid": "first"}, {}, provider_key, algorithms=["RS512"])
    monkeypatch.setattr(world.provider, "sign", lambda _: old)
    assert refused(world, client) == "TokenInvalid:key"


def test_keys_are_fetched_once_an_hour_and_once_for_an_unknown_one(start: Start) -> None:
    fetched: list[str] = []

    class Counting(Provider):
        def _published_keys(self, environ: Any) -> Answer:
            fetched.append(environ["PATH_INFO"])
            return super()._published_keys(environ)

    world = start(Counting)
    client = world.client()
    sign_in(world, client)
    sign_in(world, client)
    assert len(fetched) == 1
    world.provider.rotate_key()
    sign_in(world, client)
    assert len(fetched) == 2
    world.moment.pass_by(timedelta(hours=1))
    client.start(at=world.moment.at)
    assert len(fetched) == 3


def test_a_provider_that_signs_with_unknown_keys_is_asked_for_them_once_a_minute(start: Start) -> None:
    fetched: list[str] = []

    class Storming(Provider):
        def _published_keys(self, environ: Any) -> Answer:
            fetched.append(environ["PATH_INFO"])
            return super()._published_keys(environ)

        def sign(self, claims: Mapping[str, Any]) -> str:
            stranger = RSAKey.generate_key(2048, {"kid": "never-published", "alg": "RS512"})
            return jwt.encode({"alg": "RS512", "kid": "never-published"}, dict(claims), stranger, algorithms=["RS512"])

    world = start(Storming)
    client = world.client()
    assert {refused(world, client) for _ in range(3)} == {"TokenInvalid:key"}
    assert len(fetched) == 2
    world.moment.pass_by(MINUTE)
    assert refused(world, client) == "TokenInvalid:key"
    assert len(fetched) == 3


def _claims_changed(**change: Any) -> type[Provider]:
    class Changed(Provider):
        def sign(self, claims: Mapping[str, Any]) -> str:
            kept = {name: value for name, value in {**claims, **change}.items() if value is not ...}
            return super().sign(kept)

    return Changed


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"nonce": "stolen"}, "TokenInvalid:nonce"),
        ({"nonce": ...}, "TokenInvalid:nonce"),
        ({"aud": "other-service"}, "TokenInvalid:audience"),
        ({"aud": ["records", "other-service"]}, "TokenInvalid:authorized_party"),
        ({"iss": "https://evil.example"}, "TokenInvalid:issuer"),
        ({"exp": 1772442000}, "TokenInvalid:expired"),
        ({"iat": 1772442031}, "TokenInvalid:issued"),
        ({"auth_time": 1772441000}, "TokenInvalid:auth_time"),
        ({"vot": "P5.Cp.Cd"}, "IdentityLevelTooLow:vot"),
        ({"vot": ...}, "IdentityLevelTooLow:vot"),
        ({"vtm": "https://evil.example/trustmark/x"}, "TokenInvalid:vtm"),
        ({"sub": "somebody-else"}, "TokenInvalid:userinfo_subject"),
        ({"nhs_number": "9990000026"}, "TokenInvalid:claims_differ"),
    ],
)
def test_a_signed_token_with_a_wrong_claim_is_refused(start: Start, change: dict[str, Any], reason: str) -> None:
    world = start(_claims_changed(**change))
    assert int(world.moment.at.timestamp()) == 1772442000
    assert refused(world) == reason


def _unsigned(claims: Mapping[str, Any], key: RSAKey) -> str:
    token = jwt.encode({"alg": "RS512", "kid": key.kid}, dict(claims), key, algorithms=["RS512"])
    header = base64.urlsafe_b64encode(json.dumps({"alg": "none", "kid": key.kid}).encode()).rstrip(b"=").decode()
    return f"{header}.{token.split('.')[1]}."


def _by_public_key(claims: Mapping[str, Any], key: RSAKey) -> str:
    public = key.as_dict(private=False)
    secret = OctKey.import_key(json.dumps(public))
    return jwt.encode({"alg": "HS256", "kid": key.kid}, dict(claims), secret, algorithms=["HS256"])


def _other_algorithm(claims: Mapping[str, Any], key: RSAKey) -> str:
    same = RSAKey.import_key({**key.as_dict(private=True), "alg": "RS256"})
    return jwt.encode({"alg": "RS256", "kid": key.kid}, dict(claims), same, algorithms=["RS256"])


def _other_key_same_kid(claims: Mapping[str, Any], key: RSAKey) -> str:
    stranger = RSAKey.generate_key(2048)
    return jwt.encode({"alg": "RS512", "kid": key.kid}, dict(claims), stranger, algorithms=["RS512"])


def _key_in_the_header(claims: Mapping[str, Any], key: RSAKey) -> str:
    stranger = RSAKey.generate_key(2048)
    header = {"alg": "RS512", "kid": key.kid, "jku": "https://evil.example/keys"}
    return jwt.encode(header, dict(claims), stranger, algorithms=["RS512"])


def _without_kid(claims: Mapping[str, Any], key: RSAKey) -> str:
    return jwt.encode({"alg": "RS512"}, dict(claims), key, algorithms=["RS512"])


def _changed_after_signing(claims: Mapping[str, Any], key: RSAKey) -> str:
    token = jwt.encode({"alg": "RS512", "kid": key.kid}, dict(claims), key, algorithms=["RS512"])
    head, body, signature = token.split(".")
    return f"{head}.{body[:-2]}{'AA' if body[-2:] != 'AA' else 'BB'}.{signature}"


@pytest.mark.parametrize(
    ("forge", "reason"),
    [
        (_unsigned, "algorithm"),
        (_by_public_key, "algorithm"),
        (_other_algorithm, "algorithm"),
        (_other_key_same_kid, "signature"),
        (_key_in_the_header, "signature"),
        (_without_kid, "key"),
        (_changed_after_signing, "signature"),
        (lambda _c, _k: "not a token", "malformed"),
        (lambda _c, _k: "", "malformed"),
        (lambda _c, _k: "\u00e9.a.b", "malformed"),
        (lambda _c, _k: None, "malformed"),
    ],
)
def test_a_forged_token_is_refused(start: Start, provider_key: RSAKey, forge: Any, reason: str) -> None:
    class Forging(Provider):
        def sign(self, claims: Mapping[str, Any]) -> Any:
            return forge(claims, provider_key)

    assert refused(start(Forging)) == f"TokenInvalid:{reason}"


def _answering(path: str, answer: Answer) -> type[Provider]:
    class Broken(Provider):
        def _answer(self, environ: Any) -> Answer:
            return answer if environ["PATH_INFO"] == path else super()._answer(environ)

    return Broken


HUGE = Answer(200, json.dumps({"keys": [], "padding": "x" * 300_000}))
DISCOVERY, KEYS = "/.well-known/openid-configuration", "/jwks.json"


@pytest.mark.parametrize(
    ("path", "answer", "reason"),
    [
        (DISCOVERY, Answer(500, "{}"), "ProviderUnavailable:status"),
        (DISCOVERY, Answer(302, "", location="http://127.0.0.1:1/"), "ProviderUnavailable:status"),
        (DISCOVERY, HUGE, "ProviderUnavailable:too_large"),
        (DISCOVERY, Answer(200, "<html>"), "ProviderUnavailable:malformed"),
        (DISCOVERY, Answer(200, "[]"), "ProviderUnavailable:malformed"),
        (DISCOVERY, Answer(200, "[" * 100_000), "ProviderUnavailable:malformed"),
        (DISCOVERY, Answer(200, '{"issuer": "https://evil.example"}'), "ProviderUnavailable:discovery"),
        (KEYS, HUGE, "ProviderUnavailable:too_large"),
        (KEYS, Answer(200, '{"keys": 7}'), "ProviderUnavailable:keys"),
        (KEYS, Answer(200, '{"keys": [7, {"kty": "oct", "k": "eA", "kid": "first"}]}'), "TokenInvalid:key"),
        ("/token", Answer(503, "{}"), "ProviderUnavailable:status"),
        ("/token", Answer(400, '{"error": "<b>"}'), "ExchangeRefused:other"),
        ("/token", Answer(200, "{}"), "TokenInvalid:malformed"),
        ("/userinfo", Answer(401, "{}"), "ProviderUnavailable:userinfo"),
        ("/userinfo", HUGE, "ProviderUnavailable:too_large"),
        ("/userinfo", Answer(200, "{}"), "TokenInvalid:userinfo_subject"),
        ("/userinfo", Answer(200, '{"sub": "somebody-else"}'), "TokenInvalid:userinfo_subject"),
    ],
)
def test_a_broken_provider_opens_nothing(start: Start, path: str, answer: Answer, reason: str) -> None:
    assert refused(start(_answering(path, answer))) == reason


def test_endpoints_elsewhere_without_https_are_not_called(start: Start) -> None:
    told = dict.fromkeys(("authorization_endpoint", "token_endpoint", "userinfo_endpoint"), "http://evil.example/")

    class Leading(Provider):
        def _discovery(self, environ: Any) -> Answer:
            return Answer(200, json.dumps({**json.loads(super()._discovery(environ).body), **told}))

    assert refused(start(Leading)) == "ProviderUnavailable:discovery"


def test_a_provider_that_is_down(world: World) -> None:
    client = world.client(issuer="http://127.0.0.1:9")
    with pytest.raises(errors.ProviderUnavailable) as caught:
        client.start(at=world.moment.at)
    assert caught.value.reason == "unreachable"


def test_the_assertion_is_short_lived_ours_and_used_once(start: Start, our_key: RSAKey) -> None:
    sent: list[dict[str, str]] = []

    class Listening(Provider):
        def _token(self, environ: Any) -> Answer:
            body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
            sent.append(dict(httpx.QueryParams(body.decode())))
            return Answer(400, '{"error": "invalid_grant"}')

    world = start(Listening)
    assert refused(world) == "ExchangeRefused:invalid_grant"
    assert refused(world) == "ExchangeRefused:invalid_grant"
    one, two = (jwt.decode(form["client_assertion"], our_key, algorithms=["RS512"]) for form in sent)
    assert one.header["alg"] == "RS512"
    assert one.claims["iss"] == one.claims["sub"] == "records"
    assert one.claims["aud"] == f"{world.provider.issuer}/token"
    assert datetime.fromtimestamp(one.claims["exp"], UTC) - world.moment.at <= MINUTE
    assert one.claims["jti"] != two.claims["jti"]
    assert sent[0]["grant_type"] == "authorization_code"
    assert "client_secret" not in sent[0]
