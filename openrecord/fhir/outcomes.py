"""OperationOutcome: how every refusal and error is told. An issue has the same bytes, whatever was asked. Pure."""

from typing import Any

import orjson

from openrecord.fhir.types import Issue


def outcome(issue: Issue, parameter: str = "") -> bytes:
    """The OperationOutcome of an issue. `parameter`: the search parameter it is about, by our own name for it."""
    _, code, words = issue.value
    told: dict[str, Any] = {"severity": "error", "code": code, "diagnostics": words}
    if parameter:
        told["expression"] = [f"http.{parameter}"]
    return orjson.dumps({"resourceType": "OperationOutcome", "issue": [told]})


def challenge(issue: Issue) -> str | None:
    """The WWW-Authenticate header of the issue (RFC 6750), None where it has none."""
    return {
        Issue.NO_TOKEN: 'Bearer realm="OpenRecord"',
        Issue.INVALID_TOKEN: 'Bearer realm="OpenRecord", error="invalid_token"',
        Issue.INSUFFICIENT_SCOPE: 'Bearer realm="OpenRecord", error="insufficient_scope"',
    }.get(issue)
