"""The interactions of the FHIR API: read and search of every type that lies in the timeline, and the statement."""

import falcon

from openrecord.audit import rules
from openrecord.db import keys
from openrecord.fhir import bundles, reading
from openrecord.fhir.cursors import cursor
from openrecord.fhir.reading import Asked, Found
from openrecord.fhir.requests import Pairs, check_acceptable, form_of, is_lenient, parameters_of, token_of
from openrecord.fhir.searching import NOBODY, check_usual, kept, public_id, understand
from openrecord.fhir.types import BadRequest
from openrecord.kit import clock

JSON = "application/fhir+json; charset=utf-8"


def begin(request: falcon.Request, route: str) -> Asked:
    """The request as the trail keeps it. Raises Refused where it brings no token."""
    token = token_of(request)
    asked = Asked(token or b"", route, "", clock.now())
    if token is None:
        raise reading.refuse_without_token(asked)
    return asked


def reject(asked: Asked, error: BadRequest) -> BadRequest:
    """Records that a request could not be understood; returns what to raise. Raises Refused for a dead token first."""
    reading.refuse(asked, reading.holder(asked), error.issue.name.lower())
    return error


def check_read(request: falcon.Request) -> None:
    """Raises BadRequest for parameters that a read does not know, and where the app takes no JSON."""
    pairs = parameters_of(request)
    kept(pairs, check_usual, lenient=is_lenient(request))
    check_acceptable(request, pairs)


def answer(request: falcon.Request, response: falcon.Response, tag: str, body: bytes) -> None:
    """The body, or 304 where the app has it already. What was served has been recorded before."""
    response.set_header("ETag", tag)
    known = request.env.get("HTTP_IF_NONE_MATCH")
    if known is not None and request.method in {"GET", "HEAD"} and bundles.matches(known, tag):
        response.status = falcon.HTTP_304
        return
    response.content_type = JSON
    response.data = body


class TypeResource:
    """One resource type of the timeline. `base`: the absolute address of the FHIR root."""

    def __init__(self, fhir_type: str, base: str) -> None:
        self._type = fhir_type
        self._base = base
        self._address = f"{base}/{fhir_type}"
        self._route = f"/fhir/{fhir_type}"

    def on_get(self, request: falcon.Request, response: falcon.Response) -> None:
        """Search by address."""
        self._search(request, response, by_form=False)

    def on_post_form(self, request: falcon.Request, response: falcon.Response) -> None:
        """Search by body (_search)."""
        self._search(request, response, by_form=True)

    def _search(self, request: falcon.Request, response: falcon.Response, *, by_form: bool) -> None:
        asked = begin(request, self._route)
        try:
            pairs = parameters_of(request) + (form_of(request) if by_form else [])
            check_acceptable(request, pairs)
            wanted = understand(self._type, pairs, base=self._base, lenient=is_lenient(request))
        except BadRequest as error:
            raise reject(asked, error) from error
        asked = Asked(asked.token, asked.route, _told(wanted.used), asked.at)
        found = reading.search(asked, wanted)
        last = found.entries[-1] if found.more else None
        links = bundles.page_links(self._address, wanted.used, None if last is None else cursor(last[2], last[0]))
        tag = self._tag(found, [address for _, address in links])
        answer(request, response, tag, bundles.bundle(self._address, found.entries, links))

    def on_get_one(self, request: falcon.Request, response: falcon.Response, key: str) -> None:
        """Read one resource."""
        asked = begin(request, f"{self._route}/id")
        try:
            check_read(request)
        except BadRequest as error:
            raise reject(asked, error) from error
        wanted = public_id(key) or NOBODY
        asked = Asked(asked.token, asked.route, f"_id={wanted.hex()}", asked.at)
        found = reading.entry(asked, self._type, wanted)
        (entry,) = found.entries
        tag = self._tag(found, [self._address, key])
        answer(request, response, tag, bundles.resource(entry))

    on_head, on_head_one = on_get, on_get_one

    @staticmethod
    def _tag(found: Found, addresses: list[str]) -> str:
        head = found.head
        return bundles.etag(
            keys.derived("etag"),
            reader=head.viewer + head.client,
            addresses=addresses,
            entries=found.entries,
        )


def _told(used: Pairs | tuple[tuple[str, str], ...]) -> str:
    return rules.normalised_query(used) if used else ""


class Metadata:
    """GET /fhir/metadata, for everybody."""

    def __init__(self, statement: bytes) -> None:
        self._statement = statement

    def on_get(self, request: falcon.Request, response: falcon.Response) -> None:
        """The CapabilityStatement."""
        check_read(request)
        response.content_type = JSON
        response.data = self._statement

    on_head = on_get
