"""What the resources read from a request: the token, the parameters, what the app accepts and already has."""

import hashlib
import re
from urllib.parse import parse_qsl

import falcon

from openrecord.fhir.door import MOST_BODY
from openrecord.fhir.media import takes_json
from openrecord.fhir.types import BadRequest, Issue

Pairs = list[tuple[str, str]]
MOST_PARAMETERS = 50
_BEARER = re.compile(r"(?i:bearer) +([A-Za-z0-9._~+/-]+=*)")
_FORM = "application/x-www-form-urlencoded"


def token_of(request: falcon.Request) -> bytes | None:
    """The hash of the bearer token, None where there is none."""
    match = _BEARER.fullmatch(request.env.get("HTTP_AUTHORIZATION", ""))
    return None if match is None else hashlib.sha256(match[1].encode()).digest()


def parameters_of(request: falcon.Request) -> Pairs:
    """The parameters of the address. Raises BadRequest."""
    text = request.env.get("QUERY_STRING", "")
    return _pairs(text) if text else []


def form_of(request: falcon.Request) -> Pairs:
    """The parameters of a search body. Raises BadRequest."""
    if (request.content_type or "").partition(";")[0].strip().lower() != _FORM:
        raise BadRequest(Issue.MEDIA_TYPE)
    body = request.bounded_stream.read(MOST_BODY + 1)
    try:
        return _pairs(body.decode("ascii"))
    except UnicodeDecodeError as error:
        raise BadRequest(Issue.INVALID) from error


def _pairs(text: str) -> Pairs:
    try:
        return parse_qsl(text, keep_blank_values=True, max_num_fields=MOST_PARAMETERS, errors="strict")
    except ValueError as error:
        raise BadRequest(Issue.INVALID) from error


def is_lenient(request: falcon.Request) -> bool:
    """Whether unknown parameters shall be passed over (Prefer: handling=lenient)."""
    preferred = request.env.get("HTTP_PREFER")
    return preferred is not None and any(
        part.strip().lower() == "handling=lenient" for part in preferred.replace(";", ",").split(",")
    )


def check_acceptable(request: falcon.Request, pairs: Pairs) -> None:
    """Raises BadRequest where the app takes no JSON; `_format` counts before the header."""
    accepted = request.env.get("HTTP_ACCEPT")
    if accepted and not takes_json(accepted) and not any(name == "_format" for name, _ in pairs):
        raise BadRequest(Issue.NOT_ACCEPTABLE)
