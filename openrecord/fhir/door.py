"""What Django's middleware does for pages, for the FHIR mount: host, sizes and rate on the way in, headers out."""

import re
from functools import lru_cache
from typing import Any

import falcon
from django.conf import settings
from django.http.request import split_domain_port, validate_host

from openrecord.fhir.types import BadRequest, Issue
from openrecord.kit import clock
from openrecord.web import bodies, limits
from openrecord.web.headers import TRANSPORT_SECURITY

MOST_ADDRESS = 8 * 1024
MOST_BODY = 64 * 1024
HEADERS = {
    "Cache-Control": "private, no-cache",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "Vary": "Authorization, Accept, Prefer",
    "X-Content-Type-Options": "nosniff",
}
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")


@lru_cache(maxsize=256)
def _is_served(host: str, allowed: tuple[str, ...]) -> bool:
    domain, _ = split_domain_port(host)
    return bool(domain) and validate_host(domain, list(allowed))


def too_many(seconds: int) -> falcon.HTTPTooManyRequests:
    """What to raise for who shall come again after so many seconds."""
    return falcon.HTTPTooManyRequests(retry_after=seconds)


class Door:
    """Falcon middleware around every answer of the mount."""

    def __init__(self) -> None:
        self._headers = dict(HEADERS)
        if settings.PUBLIC_URL.startswith("https://"):
            self._headers["Strict-Transport-Security"] = TRANSPORT_SECURITY

    def process_request(self, request: falcon.Request, _response: falcon.Response) -> None:
        """Raises BadRequest for a host that is not ours and what is too long, HTTPTooManyRequests for who hurries."""
        env = request.env
        if not _is_served(env.get("HTTP_HOST", ""), tuple(settings.ALLOWED_HOSTS)):
            raise BadRequest(Issue.HOST)
        if len(env["PATH_INFO"]) + len(env.get("QUERY_STRING", "")) >= MOST_ADDRESS:
            raise BadRequest(Issue.ADDRESS_TOO_LONG)
        length = env.get("CONTENT_LENGTH") or "0"
        if not (length.isascii() and length.isdigit()) or len(length) > 9 or int(length) > MOST_BODY:
            raise BadRequest(Issue.TOO_LARGE)
        if "HTTP_TRANSFER_ENCODING" in env:
            raise BadRequest(Issue.TOO_LARGE)
        if not limits.LIMITER.allows(limits.ADDRESS, env.get("REMOTE_ADDR", ""), at=clock.now()):
            raise too_many(limits.ADDRESS.retry_after)
        if bodies.is_left(env):
            raise too_many(bodies.RETRY_AFTER)

    def process_response(
        self, request: falcon.Request, response: falcon.Response, _resource: Any, _succeeded: object
    ) -> None:
        """The same headers on every answer."""
        response.set_headers(self._headers)
        request_id = request.env.get("HTTP_X_REQUEST_ID")
        if request_id is not None and _REQUEST_ID.fullmatch(request_id):
            response.set_header("X-Request-ID", request_id)
