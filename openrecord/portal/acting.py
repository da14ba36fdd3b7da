"""Whose record a signed-in person is reading, and the reading itself, recorded before the answer leaves."""

from dataclasses import dataclass
from datetime import datetime
from typing import cast

from django.http import HttpRequest

from openrecord.access import queries as access
from openrecord.access.queries import Viewing
from openrecord.access.types import ViewerKind
from openrecord.audit import reads
from openrecord.audit.types import OWN_RECORD, Read
from openrecord.identity import rules as identity
from openrecord.identity.types import Person, Session
from openrecord.kit import clock
from openrecord.registry import queries as registry
from openrecord.timeline.types import Reader, ServedEntry
from openrecord.web.session import VIEWER, device_of, keep_cookie, read_cookie, signed_in

CHANNEL = "web"


@dataclass(frozen=True, slots=True)
class Acting:
    """The record being read. `name` is the patient's, empty for one's own; `others`: there is a choice of records."""

    viewing: Viewing
    name: str
    others: bool

    @property
    def reader(self) -> Reader:
        """As the timeline asks for it."""
        return Reader(self.viewing.patient_id, self.viewing.viewer_id, None, CHANNEL)

    @property
    def authority(self) -> str:
        """As the trail names it."""
        basis = self.viewing.basis
        return OWN_RECORD if basis is None else f"proxy:{basis.value}"


def session_of(request: HttpRequest) -> Session:
    """The identity session behind a patients' page."""
    return cast("Session", signed_in(request).holder)


def person_of(request: HttpRequest) -> Person:
    """The person signed in to a patients' page."""
    return cast("Person", session_of(request).who)


def viewings_of(request: HttpRequest) -> tuple[Viewing, ...]:
    """Every record that this person may act on, their own first."""
    found = access.viewings(person_of(request).person_id, at=clock.now())
    return tuple(sorted(found, key=lambda viewing: (viewing.kind is not ViewerKind.SELF, str(viewing.viewer_id))))


def acting(request: HttpRequest) -> Acting | None:
    """The record chosen in this browser if this person still has it, else the person's own, else the first; or None.

    A form is about the record of its page (`record`): another may have been chosen in another tab since. From then on
    that record is chosen, so that what follows is about it, too. Whoever no longer has it sends nothing: None.
    """
    viewings = viewings_of(request)
    chosen, named = read_cookie(request, VIEWER), request.POST.get("record")
    usual = viewings[0] if viewings and named is None else None
    viewing = next((item for item in viewings if str(item.viewer_id) == (named or chosen)), usual)
    if viewing is None:
        return None
    if named is not None and named != chosen:
        keep_cookie(request, VIEWER, named)
    name = "" if viewing.kind is ViewerKind.SELF else patient_name(viewing)
    return Acting(viewing, name, len(viewings) > 1)


def patient_name(viewing: Viewing) -> str:
    """The name of the person whose record it is."""
    patient = registry.patient(viewing.patient_id)
    return f"{patient.given} {patient.family}".strip()


def record_page_read(
    request: HttpRequest, by: Acting, entries: tuple[ServedEntry, ...], *, route: str, query: str, at: datetime
) -> None:
    """Put what this answer shows on the trail. Raises NotRecorded, and then the answer must not leave."""
    actor = identity.actor(session_of(request), authority=by.authority, device=device_of(request))
    reads.record_read(
        Read(
            by=actor,
            at=at,
            patient_id=by.viewing.patient_id,
            channel=CHANNEL,
            route=route,
            query=query,
            viewer_id=by.viewing.viewer_id,
            served=b"".join([entry.key for entry in entries]),
        )
    )
