"""Asking the record for one request: the statement, the slow path, the trail. The answer leaves after the trail.

On PostgreSQL the statement records itself; on SQLite the trail's own writer does, before anything is returned.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from django.db import close_old_connections

from openrecord.access.events import SightNeeded
from openrecord.access.queries import NO_CLIENT
from openrecord.audit import reads, rules, writers
from openrecord.audit.types import Actor, ActorKind, Read
from openrecord.clinical.r4 import links
from openrecord.db import bus, lean
from openrecord.fhir import statements
from openrecord.fhir.statements import ACTORS
from openrecord.fhir.types import CHANNEL, SERVED, Head, Holder, Issue, Search, Served
from openrecord.kit import ids
from openrecord.kit.instants import to_micros
from openrecord.registry.types import PatientId

Value = TypeVar("Value")
EVERY_SLOT = sum(SERVED.values())
MOST_KEYS = 100
NOTHING = bytes(16)
"""An id that no entry has."""


class Refused(Exception):
    """The request gets no data. It has been recorded."""

    def __init__(self, issue: Issue) -> None:
        super().__init__(issue.name)
        self.issue = issue


@dataclass(frozen=True, slots=True)
class Asked:
    """One request to be recorded: the token's hash, the address without ids, the parameters that counted."""

    token: bytes
    route: str
    query: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Found:
    """What was found for the head's reader. `more`: something follows."""

    head: Head
    entries: Sequence[Served]
    more: bool


def search(asked: Asked, wanted: Search) -> Found:
    """A page of a search, recorded. Raises Refused."""
    parameters: dict[str, Any] = {
        "type": wanted.fhir_type,
        "slots": wanted.slots,
        "covering": SERVED[wanted.fhir_type],
        "sort": wanted.position[0],
        "after": wanted.position[1],
        "count": wanted.limit,
    }
    if wanted.patient is not None:
        parameters["patient"] = wanted.patient
    if wanted.is_dated:
        parameters["since"] = wanted.since
    if wanted.updated is not None:
        parameters["updated"], parameters["outdated"] = wanted.updated
    keys = None if wanted.ids is None else _padded(wanted.ids, NOTHING)
    parameters |= _numbered(keys or ())
    groups = [_padded(group, group[0]) for group in wanted.codes]
    for number, group in enumerate(groups):
        parameters |= {f"code{number}_{place}": part for place, part in enumerate(group)}

    def statement(vendor: str) -> str:
        return statements.search(
            vendor,
            for_patient=wanted.patient is not None,
            ids=None if keys is None else len(keys),
            is_dated=wanted.is_dated,
            is_updated=wanted.updated is not None,
            codes=tuple(map(len, groups)),
            limit=wanted.limit + 1,
        )

    head, entries = _ask(asked, statement, parameters, wanted.limit)
    more = len(entries) > wanted.limit
    page = entries[: wanted.limit]
    return Found(head, _stripped(asked, head, page), more)


def entry(asked: Asked, fhir_type: str, public_id: bytes) -> Found:
    """One entry, recorded. Raises Refused, with NOT_FOUND alike for what is hidden, another's or nobody's."""
    parameters = {"type": fhir_type, "covering": SERVED[fhir_type], "entry": public_id, "count": 1}
    head, entries = _ask(asked, statements.entry, parameters, 1)
    if not entries:
        raise Refused(Issue.NOT_FOUND)
    return Found(head, _stripped(asked, head, entries), more=False)


def holder(asked: Asked) -> Holder:
    """Whom the token reads for; nothing is recorded unless it is refused. Raises Refused."""
    parameters = {"hash": asked.token, "at": to_micros(asked.at)}
    rows = lean.run(lambda connection: connection.rows(statements.holder(connection.vendor), parameters))
    if not rows:
        raise _unknown(asked)
    viewer, client, patient_id, patient, scopes, is_proxy = rows[0]
    return Holder(
        UUID(bytes=viewer),
        UUID(bytes=client),
        patient_id,
        UUID(bytes=patient),
        tuple(scopes.split()),
        bool(is_proxy),
    )


def refuse_without_token(asked: Asked) -> Refused:
    """Records that somebody came without a token; returns what to raise."""
    nobody = Actor(ActorKind.APP, "unknown", "app", "none")
    reads.record_refusal(_read(asked, nobody), reason="no_token")
    return Refused(Issue.NO_TOKEN)


def refuse(asked: Asked, who: Holder, reason: str) -> None:
    """Records that a request of a known reader was refused."""
    reads.record_refusal(read_of(asked, who), reason=reason)


def read_of(asked: Asked, who: Head | Holder, **more: Any) -> Read:
    """What the trail keeps of a request of a known reader."""
    kind, role, authority = ACTORS[who.client_id != NO_CLIENT, who.is_proxy]
    client = None if who.client_id == NO_CLIENT else who.client_id
    by = Actor(kind, str(client or who.viewer_id), role, authority)
    return _read(asked, by, patient_id=who.patient_id, viewer_id=who.viewer_id, client_id=client, **more)


def _read(asked: Asked, by: Actor, **more: Any) -> Read:
    return Read(
        by=by, at=asked.at, channel=CHANNEL, route=asked.route, query=asked.query, **{"patient_id": None} | more
    )


def _unknown(asked: Asked) -> Refused:
    """Records a token that is none (any more) by the first digits of its hash."""
    by = Actor(ActorKind.APP, f"token {asked.token.hex()[:16]}", "app", "none")
    reads.record_refusal(_read(asked, by), reason="invalid_token")
    return Refused(Issue.INVALID_TOKEN)


def _ask(
    asked: Asked, statement: Callable[[str], str], parameters: dict[str, Any], limit: int
) -> tuple[Head, list[Served]]:
    """Run the statement, computing the Sight where it is missing or out of date. Raises Refused."""
    parameters["hash"] = asked.token
    parameters["at"] = rules.microseconds(asked.at)
    head, entries = _once(asked, statement, parameters)
    if head.fingerprint is None:
        close_old_connections()
        bus.publish(SightNeeded(PatientId(head.patient_id), head.viewer_id, head.client_id, CHANNEL, asked.at))
        head, entries = _once(asked, statement, parameters)
        if head.fingerprint is None:
            raise RuntimeError("the Sight was computed and is not there")
    outside = not head.slots & parameters["covering"]
    if lean.vendor() == "sqlite":
        _record(asked, head, parameters, entries[:limit], outside=outside)
    if outside:
        raise Refused(Issue.INSUFFICIENT_SCOPE)
    return head, entries


def _once(asked: Asked, statement: Callable[[str], str], parameters: Mapping[str, Any]) -> tuple[Head, list[Served]]:
    def run(connection: lean.Connection) -> list[lean.Row]:
        given = parameters
        if connection.vendor == "postgresql":
            given = {
                **parameters,
                "id": ids.time_ordered_id(),
                "writer": writers.writer_of(connection.driver),
                "route": asked.route,
                "query": asked.query,
            }
        return connection.rows(statement(connection.vendor), given)

    rows = lean.run(run)
    if not rows:
        raise _unknown(asked)
    viewer, patient_id, flags, client, fingerprint = rows[0]
    slots = flags >> statements.FLAG_BITS
    head = Head(
        viewer,
        client,
        patient_id,
        slots,
        fingerprint,
        bool(flags & statements.AT_CEILING) and slots & EVERY_SLOT == EVERY_SLOT,
        bool(flags & statements.IS_PROXY),
        bool(flags & statements.PATIENT_ASKED),
    )
    return head, rows[1:]


def _record(
    asked: Asked, head: Head, parameters: Mapping[str, Any], served: Sequence[Served], *, outside: bool
) -> None:
    """The row that the statement itself writes on PostgreSQL."""
    if outside:
        refused = "insufficient_scope"
    elif not head.is_patient_asked:
        refused = "other_patient"
    else:
        refused = "not_found" if "entry" in parameters and not served else ""
    packed = b"".join([entry[0] for entry in served])
    reads.record_read(read_of(asked, head, sight=head.fingerprint, served=packed, refused=refused))


def _stripped(asked: Asked, head: Head, page: Sequence[Served]) -> Sequence[Served]:
    """The entries with only those references that the reader may follow; nothing to do at the ceiling."""
    if head.at_ceiling or not any(references for *_, references in page):
        return page
    wanted: set[str] = set()
    for *_, references in page:
        wanted |= links.named(references)
    allowed: set[str] = set()
    keys = [UUID(reference.partition("/")[2]).bytes for reference in sorted(wanted)]
    for start in range(0, len(keys), MOST_KEYS):
        allowed |= _visible(asked, keys[start : start + MOST_KEYS])
    open_to_reader = frozenset(allowed)
    return [
        (key, revised, sort, body, links.strip(references, open_to_reader))
        for key, revised, sort, body, references in page
    ]


def _visible(asked: Asked, keys: Sequence[bytes]) -> set[str]:
    padded = _padded(keys, NOTHING)
    parameters = {"hash": asked.token, "at": to_micros(asked.at), **_numbered(padded)}
    rows = lean.run(lambda connection: connection.rows(statements.named(connection.vendor, len(padded)), parameters))
    return {f"{fhir_type}/{UUID(bytes=public_id)}" for fhir_type, public_id in rows}


def _padded(values: Sequence[Value], filler: Value) -> list[Value]:
    """The values and what changes nothing, up to one of few sizes, so that few statements are prepared."""
    size = next(size for size in (0, 1, 10, MOST_KEYS) if size >= len(values))
    return [*values, *([filler] * (size - len(values)))]


def _numbered(keys: Sequence[bytes]) -> dict[str, bytes]:
    return {f"id{number}": key for number, key in enumerate(keys)}
