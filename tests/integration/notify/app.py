"""The NHS App API on a socket of its own, with its token server, as its specification describes them."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

from joserfc import jwt
from joserfc.jwk import RSAKey

from tests.integration.notify.carriers import _running

CLIENT, KEY_ID = "an-application", "key-1"
SENT = "/nhs-app/communication/in-app/FHIR/R4/CommunicationRequest"
REPORT = "/nhs-app/communication/report/receipts/FHIR/R4/Task"


@dataclass
class App:
    """`key`: the client's public key; `status`: answers every message with this one instead; `receipts`: by day."""

    key: RSAKey
    url: str = ""
    status: int | None = None
    token_status: int = 200
    tokens: list[str] = field(default_factory=list)
    assertions: list[dict[str, Any]] = field(default_factory=list)
    sent: dict[str, dict[str, Any]] = field(default_factory=dict)
    receipts: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def token(self, form: dict[str, list[str]]) -> Any:
        """A token for whoever signs as the specification says."""
        [assertion] = form["client_assertion"]
        read = jwt.decode(assertion, self.key, algorithms=["RS512"])
        assert read.header == {"alg": "RS512", "typ": "JWT", "kid": KEY_ID}
        assert form["grant_type"] == ["client_credentials"]
        assert form["client_assertion_type"] == ["urn:ietf:params:oauth:client-assertion-type:jwt-bearer"]
        self.assertions.append(dict(read.claims))
        self.tokens.append(uuid4().hex)
        return {"access_token": self.tokens[-1], "expires_in": "599", "token_type": "Bearer"}

    def taken(self, path: str, authorization: str, body: bytes) -> tuple[int, Any, str]:
        """What a POST is answered: status, body, address of what was made."""
        if path == "/oauth2/token":
            return self.token_status, self.token(parse_qs(body.decode())) if self.token_status == 200 else {}, ""
        if not self._is_known(authorization):
            return 401, {}, ""
        if self.status is not None or path != SENT:
            return self.status or 404, {}, ""
        reference = str(uuid4())
        self.sent[reference] = json.loads(body)
        return 201, {}, f"{self.url}/nhs-app/communication/{reference}"

    def told(self, address: str, authorization: str) -> tuple[int, Any, str]:
        """What a GET is answered."""
        path = urlsplit(address)
        self.asked.append(address)
        if not self._is_known(authorization) or path.path != REPORT:
            return 401, {}, ""
        query = parse_qs(path.query)
        return 200, self.report(query["day"][0], int(query.get("page", ["1"])[0])), ""

    def _is_known(self, authorization: str) -> bool:
        return bool(self.tokens) and authorization == f"Bearer {self.tokens[-1]}"

    def report(self, day: str, page: int) -> Any:
        """One receipt a page."""
        told = self.receipts.get(day, [])
        entries = [{"resource": _task(reference, code)} for reference, code in told[page - 1 : page]]
        more = [{"relation": "next", "url": "x"}] if page < len(told) else []
        return {"resourceType": "Bundle", "type": "searchset", "link": more, "entry": entries}


def _task(reference: str, code: str) -> Any:
    return {
        "resourceType": "Task",
        "status": "rejected" if code == "Rejected" else "completed",
        "identifier": [
            {"system": "https://fhir.nhs.uk/NHSApp/request-id", "value": "other"},
            {"system": "http://fhir.nhs.uk/Id/nhs-app-communication-id", "value": reference},
        ],
        "code": {"coding": [{"system": "https://fhir.nhs.uk/CodeSystem/NHSApp-Communication-Status", "code": code}]},
    }


@contextmanager
def nhs_app(key: RSAKey) -> Iterator[App]:
    """The App, and its token server beside it."""
    app = App(key)

    class Session(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            self._answer(*app.taken(self.path, self.headers["Authorization"], body))

        def do_GET(self) -> None:
            self._answer(*app.told(self.path, self.headers["Authorization"]))

        def _answer(self, status: int, body: Any, location: str) -> None:
            data = json.dumps(body).encode()
            self.send_response(status)
            if location:
                self.send_header("Location", location)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            """Nothing on the terminal."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Session) as server:
        app.url = f"http://127.0.0.1:{server.server_address[1]}"
        yield from _running(server, app)
