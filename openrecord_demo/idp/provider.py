"""The provider itself, a WSGI application: discovery, keys, authorize, token and user information.

Lifetimes and behaviour follow NHS login's interface specification: code 10 minutes and once, access token 5 minutes,
ID token 60 minutes, RS512, `private_key_jwt`, `vtr`/`vot`, a refused consent as `access_denied`/`ConsentNotGiven`.
"""

import base64
import hashlib
import hmac
import json
import secrets
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl, urlencode
from wsgiref.types import StartResponse, WSGIEnvironment

from joserfc import jwt
from joserfc.jwk import RSAKey

from openrecord.kit import clock as kit_clock
from openrecord_demo.idp import page
from openrecord_demo.idp.tokens import Assertions, id_token_claims, new_key, shared_claims
from openrecord_demo.idp.types import Client, Grant, Persona, Question, Refused

CODE_LIFE = timedelta(minutes=10)
ACCESS_LIFE = timedelta(minutes=5)
MAX_BODY = 64 * 1024


class Answer:
    """Status, headers and body of one response."""

    def __init__(self, status: int, body: str = "", kind: str = "application/json", **headers: str) -> None:
        self.status = f"{status} {HTTPStatus(status).phrase}"
        self.body = body.encode()
        self.headers = [
            ("Content-Type", f"{kind}; charset=utf-8"),
            ("Content-Length", str(len(self.body))),
            ("Cache-Control", "no-store"),
            ("Referrer-Policy", "no-referrer"),
            ("X-Content-Type-Options", "nosniff"),
            ("X-Frame-Options", "DENY"),
            *((name.replace("_", "-").title(), value) for name, value in headers.items()),
        ]


class Provider:
    """An OpenID provider for many clients. Keeps codes and access tokens in memory."""

    def __init__(
        self,
        issuer: str,
        personas: Sequence[Persona],
        clients: Sequence[Client],
        clock: Callable[[], datetime] = kit_clock.now,
        key: RSAKey | None = None,
    ) -> None:
        self.issuer = issuer
        self._base = issuer.rstrip("/")
        self._personas = {persona.key: persona for persona in personas}
        self._clients = {client.client_id: client for client in clients}
        self._clock = clock
        self._keys = [key or new_key()]
        self._assertions = Assertions(self._clients, f"{self._base}/token", clock)
        self._codes: dict[str, Grant] = {}
        self._access: dict[str, tuple[Grant, datetime]] = {}
        self._lock = threading.Lock()
        self._routes: Mapping[tuple[str, str], Callable[[WSGIEnvironment], Answer]] = {
            ("GET", "/.well-known/openid-configuration"): self._discovery,
            ("GET", "/jwks.json"): self._published_keys,
            ("GET", "/style.css"): lambda _: Answer(200, page.STYLE, "text/css"),
            ("GET", "/authorize"): self._ask,
            ("POST", "/authorize"): self._chosen,
            ("POST", "/token"): self._token,
            ("GET", "/userinfo"): self._userinfo,
        }

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request (WSGI)."""
        answer = self._answer(environ)
        start_response(answer.status, answer.headers)
        return [answer.body]

    def rotate_key(self) -> None:
        """Sign with a fresh key from now on; the old one is no longer published."""
        self._keys = [new_key()]

    def sign(self, claims: Mapping[str, Any]) -> str:
        """An ID token with these claims, by the present key."""
        key = self._keys[0]
        return jwt.encode({"alg": "RS512", "kid": key.kid}, dict(claims), key, algorithms=["RS512"])

    def _answer(self, environ: WSGIEnvironment) -> Answer:
        handler = self._routes.get((environ["REQUEST_METHOD"], environ.get("PATH_INFO", "")))
        if handler is None:
            return Answer(404, json.dumps({"error": "not_found"}))
        try:
            return handler(environ)
        except Refused as refused:
            return Answer(refused.status, json.dumps({"error": refused.error}))

    def _discovery(self, _: WSGIEnvironment) -> Answer:
        told = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self._base}/authorize",
            "token_endpoint": f"{self._base}/token",
            "userinfo_endpoint": f"{self._base}/userinfo",
            "jwks_uri": f"{self._base}/jwks.json",
            "response_types_supported": ["code"],
            "grant_types_supported": ["authorization_code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS512"],
            "token_endpoint_auth_methods_supported": ["private_key_jwt"],
            "token_endpoint_auth_signing_alg_values_supported": ["RS512"],
            "code_challenge_methods_supported": ["S256"],
            "scopes_supported": ["openid", "profile", "profile_extended", "email", "phone", "gp_registration_details",
                                 "gp_integration_credentials"],
        }  # fmt: skip
        return Answer(200, json.dumps(told))

    def _published_keys(self, _: WSGIEnvironment) -> Answer:
        return Answer(200, json.dumps({"keys": [key.as_dict(private=False) for key in self._keys]}))

    def _ask(self, environ: WSGIEnvironment) -> Answer:
        fields = dict(parse_qsl(environ.get("QUERY_STRING", "")))
        question = self._question(fields)
        if isinstance(question, Answer):
            return question
        body = page.picker(question, fields, self._personas.values())
        return Answer(200, body, "text/html", content_security_policy=page.policy(question.redirect_uri))

    def _chosen(self, environ: WSGIEnvironment) -> Answer:
        fields = _form(environ)
        question = self._question(fields)
        if isinstance(question, Answer):
            return question
        if "refuse" in fields:
            return _back(question.redirect_uri, question.state, Refused("access_denied", "ConsentNotGiven"))
        persona = self._personas.get(fields.get("persona", ""))
        if persona is None or persona.group not in question.client.groups:
            return _back(question.redirect_uri, question.state, Refused("access_denied", "UnknownPersona"))
        code = secrets.token_urlsafe(32)
        with self._lock:
            self._codes[code] = Grant(question, persona, self._clock())
        return _to(question.redirect_uri, {"code": code, "state": question.state})

    def _question(self, fields: Mapping[str, str]) -> Question | Answer:
        """The checked request, or the answer that says what is wrong with it.

        An unknown client or redirect address gets a page, everything else goes back to the client.
        """
        client, redirect_uri = self._clients.get(fields.get("client_id", "")), fields.get("redirect_uri", "")
        if client is None or redirect_uri not in client.redirect_uris:
            text = (
                "The service that sent you here is not registered, or gave another return address than it registered."
            )
            return Answer(400, page.mistake(text), "text/html", content_security_policy=page.policy(None))
        try:
            return _checked(client, redirect_uri, fields)
        except Refused as refused:
            return _back(redirect_uri, fields.get("state", ""), refused)

    def _token(self, environ: WSGIEnvironment) -> Answer:
        form = _form(environ)
        client = self._assertions.client(form)
        if form.get("grant_type") != "authorization_code":
            raise Refused("unsupported_grant_type")
        now = self._clock()
        with self._lock:
            grant = self._codes.pop(form.get("code", ""), None)
        if grant is None or grant.question.client != client or now >= grant.chosen + CODE_LIFE:
            raise Refused("invalid_grant")
        if form.get("redirect_uri") != grant.question.redirect_uri:
            raise Refused("invalid_grant")
        if not _verifier_fits(grant.question.challenge, form.get("code_verifier", "")):
            raise Refused("invalid_grant")
        access = secrets.token_urlsafe(32)
        with self._lock:
            self._access = {token: held for token, held in self._access.items() if held[1] > now}
            self._access[access] = (grant, now + ACCESS_LIFE)
        told = {
            "access_token": access,
            "token_type": "bearer",
            "expires_in": int(ACCESS_LIFE.total_seconds()),
            "scope": " ".join(grant.question.scopes),
            "id_token": self.sign(id_token_claims(grant, issuer=self.issuer, at=now)),
        }
        return Answer(200, json.dumps(told))

    def _userinfo(self, environ: WSGIEnvironment) -> Answer:
        scheme, _, token = environ.get("HTTP_AUTHORIZATION", "").partition(" ")
        with self._lock:
            held = self._access.get(token)
        if scheme.lower() != "bearer" or held is None or self._clock() >= held[1]:
            raise Refused("invalid_token", status=401)
        return Answer(200, json.dumps({"sub": held[0].persona.subject, **shared_claims(held[0])}))


def make_provider(
    issuer: str,
    personas: Sequence[Persona],
    clients: Sequence[Client],
    clock: Callable[[], datetime] = kit_clock.now,
    key: RSAKey | None = None,
) -> Provider:
    """The WSGI application; `issuer` is the address under which browser and clients reach it."""
    return Provider(issuer, personas, clients, clock, key)


def _checked(client: Client, redirect_uri: str, fields: Mapping[str, str]) -> Question:
    scopes = tuple(fields.get("scope", "").split())
    if fields.get("response_type") != "code":
        raise Refused("unsupported_response_type")
    if "openid" not in scopes:
        raise Refused("invalid_scope")
    if not (fields.get("state") and fields.get("nonce")):
        raise Refused("invalid_request", "state and nonce are mandatory")
    challenge = fields.get("code_challenge", "")
    if challenge and fields.get("code_challenge_method") != "S256":
        raise Refused("invalid_request", "only S256 is supported")
    if fields.get("prompt") == "none":
        raise Refused("login_required")
    try:
        vtr = json.loads(fields.get("vtr") or '["P9.Cp.Cd","P9.Cp.Ck","P9.Cm"]')
    except ValueError as error:
        raise Refused("invalid_request", "vtr is not a JSON array") from error
    if not (isinstance(vtr, list) and all(isinstance(one, str) for one in vtr)):
        raise Refused("invalid_request", "vtr is not a JSON array of strings")
    return Question(client, redirect_uri, fields["state"], fields["nonce"], scopes, tuple(vtr), challenge)


def _verifier_fits(challenge: str, verifier: str) -> bool:
    if not challenge:
        return True
    digest = hashlib.sha256(verifier.encode()).digest()
    return hmac.compare_digest(base64.urlsafe_b64encode(digest).rstrip(b"=").decode(), challenge)


def _form(environ: WSGIEnvironment) -> dict[str, str]:
    try:
        length = int(environ.get("CONTENT_LENGTH") or 0)
    except ValueError as error:
        raise Refused("invalid_request") from error
    if not 0 <= length <= MAX_BODY:
        raise Refused("invalid_request", status=413)
    return dict(parse_qsl(environ["wsgi.input"].read(length).decode("utf-8", "replace")))


def _back(redirect_uri: str, state: str, refused: Refused) -> Answer:
    return _to(redirect_uri, {"error": refused.error, "error_description": refused.description, "state": state})


def _to(redirect_uri: str, parameters: Mapping[str, str]) -> Answer:
    query = urlencode({name: value for name, value in parameters.items() if value})
    return Answer(303, "", "text/plain", location=f"{redirect_uri}?{query}")
