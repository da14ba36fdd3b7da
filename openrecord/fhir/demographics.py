"""The Patient resource: who the record is about, by the reviewed allow-list. No address, no telephone: none is kept.

It is shown to a reader for whom at least one slot of the record is open, by the rules themselves.
"""

from datetime import datetime

import falcon

from openrecord.access import queries as access
from openrecord.access.rules.scopes import reads_patient
from openrecord.access.rules.sight import SightContext
from openrecord.access.types import ViewerId
from openrecord.audit import reads
from openrecord.db import keys
from openrecord.fhir import bundles, reading
from openrecord.fhir.reading import Asked, Refused
from openrecord.fhir.requests import Pairs, check_acceptable, form_of, is_lenient, parameters_of
from openrecord.fhir.resources import answer, begin, check_read, reject
from openrecord.fhir.searching import NOBODY, check_usual, count_of, ids_of, kept, public_id
from openrecord.fhir.types import CHANNEL, BadRequest, Holder, Issue, Served
from openrecord.registry import queries as registry
from openrecord.registry.rules.resource import patient_resource
from openrecord.registry.types import PatientId

ROUTE = "/fhir/Patient"


def is_open(who: Holder, at: datetime) -> bool:
    """Whether the reader may see anything of the record now, whatever lies in it and whatever the app's scopes are."""
    facts = access.facts(PatientId(who.patient_id), at=at)
    viewer = facts.viewers.get(ViewerId(who.viewer_id if who.client_id == access.NO_CLIENT else who.client_id))
    if viewer is None:
        return False
    return SightContext(facts, viewer, at, CHANNEL).opens_anything()


class PatientResource:
    """Patient by id, and the search for it by _id. `base`: the absolute address of the FHIR root."""

    def __init__(self, base: str) -> None:
        self._address = f"{base}/Patient"

    def on_get(self, request: falcon.Request, response: falcon.Response) -> None:
        """Search by address."""
        self._search(request, response, by_form=False)

    def on_post_form(self, request: falcon.Request, response: falcon.Response) -> None:
        """Search by body (_search)."""
        self._search(request, response, by_form=True)

    def on_get_one(self, request: falcon.Request, response: falcon.Response, key: str) -> None:
        """Read the patient whose record the token opens."""
        asked = begin(request, f"{ROUTE}/id")
        try:
            check_read(request)
        except BadRequest as error:
            raise reject(asked, error) from error
        who, patient = self._find(asked, frozenset({public_id(key) or NOBODY}))
        if patient is None:
            raise Refused(Issue.NOT_FOUND)
        answer(request, response, self._tag(who, [key], [patient]), patient[3])

    on_head, on_head_one = on_get, on_get_one

    def _search(self, request: falcon.Request, response: falcon.Response, *, by_form: bool) -> None:
        asked = begin(request, ROUTE)
        try:
            pairs = parameters_of(request) + (form_of(request) if by_form else [])
            check_acceptable(request, pairs)
            used, wanted = _understood(pairs, lenient=is_lenient(request))
        except BadRequest as error:
            raise reject(asked, error) from error
        who, patient = self._find(asked, wanted)
        entries = [] if patient is None else [patient]
        links = bundles.page_links(self._address, used, None)
        body = bundles.bundle(self._address, entries, links)
        answer(request, response, self._tag(who, [address for _, address in links], entries), body)

    def _find(self, asked: Asked, wanted: frozenset[bytes] | None) -> tuple[Holder, Served | None]:
        """The token's reader, and the patient where it is one of those wanted. Recorded. Raises Refused."""
        who = reading.holder(asked)
        told = ",".join(sorted(key.hex() for key in wanted or ()))
        asked = Asked(asked.token, asked.route, f"_id={told}", asked.at)
        if not reads_patient(who.scopes):
            reading.refuse(asked, who, "insufficient_scope")
            raise Refused(Issue.INSUFFICIENT_SCOPE)
        is_wanted = wanted is None or who.patient.bytes in wanted
        if not is_wanted or not is_open(who, asked.at):
            reading.refuse(asked, who, "not_found")
            return who, None
        patient = registry.patient(PatientId(who.patient_id))
        reads.record_read(reading.read_of(asked, who, served=patient.public_id.bytes))
        return who, (patient.public_id.bytes, 0, 0, patient_resource(patient), b"")

    @staticmethod
    def _tag(who: Holder, addresses: list[str], entries: list[Served]) -> str:
        return bundles.etag(
            keys.derived("etag"),
            reader=who.viewer_id.bytes + who.client_id.bytes,
            content=b"".join(body for _, _, _, body, _ in entries),
            addresses=addresses,
            entries=entries,
        )


def _understood(pairs: Pairs, *, lenient: bool) -> tuple[Pairs, frozenset[bytes] | None]:
    """The parameters that count, and the ids asked for: None where any will do."""
    asked: list[frozenset[bytes]] = []

    def read(name: str, value: str) -> None:
        if name == "_id":
            asked.append(ids_of(value))
        elif name == "_count":
            count_of(value)
        else:
            check_usual(name, value)

    used = kept(pairs, read, lenient=lenient)
    return used, frozenset.intersection(*asked) if asked else None
