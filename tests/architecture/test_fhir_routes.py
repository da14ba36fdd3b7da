"""Every address of the FHIR interface but its own description needs a token."""

from typing import Any
from uuid import UUID

import falcon.inspect
import falcon.testing
import pytest

from openrecord.fhir.app import PREFIX, make

SOMETHING = str(UUID(int=1, version=4))
METHODS = ("GET", "POST")
TOKEN_OR_NOT_AT_ALL = {401, 405}

pytestmark = pytest.mark.usefixtures("stored")


def _status(app: Any, path: str, method: str) -> int:
    headers = {"Content-Type": "application/x-www-form-urlencoded"} if method == "POST" else {}
    client = falcon.testing.TestClient(app)
    address = path.replace("{key}", SOMETHING)
    sent = client.simulate_request(method, address, headers=headers, host="127.0.0.1", remote_addr=f"{method} {path}")
    return sent.status_code


def test_every_address_but_the_description_needs_a_token() -> None:
    app = make()
    paths = {route.path for route in falcon.inspect.inspect_routes(app)}
    answers = {path: {_status(app, path, method) for method in METHODS} for path in paths}
    assert len(paths) > 20, "the routes were not found"
    assert answers.pop(f"{PREFIX}/metadata") == {200, 405}
    assert {path: found for path, found in answers.items() if 401 not in found or found - TOKEN_OR_NOT_AT_ALL} == {}
