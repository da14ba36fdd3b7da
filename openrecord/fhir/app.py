"""The Falcon application of /fhir: which resource answers where, and how errors are told. Never a word of detail."""

import logging
from typing import Any

import falcon
from django.conf import settings

from openrecord.fhir.binaries import Binary
from openrecord.fhir.capability import statement
from openrecord.fhir.demographics import PatientResource
from openrecord.fhir.door import Door
from openrecord.fhir.outcomes import challenge, outcome
from openrecord.fhir.pace import Pace
from openrecord.fhir.reading import Refused
from openrecord.fhir.resources import JSON, Metadata, TypeResource
from openrecord.fhir.types import SERVED, BadRequest, Issue

PREFIX = "/fhir"
_BY_STATUS = {404: Issue.UNKNOWN_ADDRESS, 405: Issue.METHOD, 429: Issue.THROTTLED}
_log = logging.getLogger(__name__)


def _tell(response: falcon.Response, issue: Issue, parameter: str = "") -> None:
    response.status = issue.status
    response.content_type = JSON
    response.data = outcome(issue, parameter)
    if (header := challenge(issue)) is not None:
        response.set_header("WWW-Authenticate", header)


def _on_bad_request(_: falcon.Request, response: falcon.Response, error: BadRequest, __: dict[str, Any]) -> None:
    _tell(response, error.issue, error.parameter)


def _on_refused(_: falcon.Request, response: falcon.Response, error: Refused, __: dict[str, Any]) -> None:
    _tell(response, error.issue)


def _on_http_error(_: falcon.Request, response: falcon.Response, error: falcon.HTTPError, __: dict[str, Any]) -> None:
    response.set_headers(error.headers or {})
    _tell(response, _BY_STATUS.get(error.status_code, Issue.INVALID))


def _on_failure(_: falcon.Request, response: falcon.Response, error: Exception, __: dict[str, Any]) -> None:
    """Only the kind of the error is logged: its words may hold what was read."""
    _log.error("a FHIR request failed: %s", type(error).__name__)
    _tell(response, Issue.FAILED)


def make() -> Any:
    """The WSGI application; it answers under PREFIX. Django must be set up."""
    base = f"{settings.PUBLIC_URL}{PREFIX}"
    metadata = Metadata(statement(base))
    around: list[Any] = [Door(), Pace(metadata)]
    app = falcon.App(middleware=around)
    app.add_error_handler(Exception, _on_failure)
    app.add_error_handler(falcon.HTTPError, _on_http_error)
    app.add_error_handler(BadRequest, _on_bad_request)
    app.add_error_handler(Refused, _on_refused)
    app.add_route(f"{PREFIX}/metadata", metadata)
    resources: dict[str, Any] = {name: TypeResource(name, base) for name in SERVED}
    for name, resource in [*resources.items(), ("Patient", PatientResource(base))]:
        app.add_route(f"{PREFIX}/{name}", resource)
        app.add_route(f"{PREFIX}/{name}/_search", resource, suffix="form")
        app.add_route(f"{PREFIX}/{name}/{{key}}", resource, suffix="one")
    app.add_route(f"{PREFIX}/Binary/{{key}}", Binary(), suffix="one")
    return app
