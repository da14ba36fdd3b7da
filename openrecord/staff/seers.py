"""As whom a record can be previewed: the patient, who acts for them, and every app let in; each by their own Sight."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from openrecord.access import queries as access
from openrecord.access.queries import Linked
from openrecord.access.types import Viewer, ViewerKind
from openrecord.registry.types import PatientId
from openrecord.staff.record import patient_viewer
from openrecord.timeline.types import Reader

PEOPLE, APPS = "web", "fhir"
"""The channels through which a person and an app read, as `openrecord close channel` names them."""


@dataclass(frozen=True, slots=True)
class Seer:
    """Somebody besides the patient who reads the record. `linked`: who acts for the patient, or which app."""

    reader: Reader
    linked: Linked

    @property
    def viewer_id(self) -> UUID:
        """The grant under which they read: an app's own, not that of the person for whom it reads."""
        return self.linked.viewer.viewer_id


def own_reader(patient_id: PatientId, *, at: datetime) -> Reader | None:
    """The patient as a reader of their own record; None while they have no account."""
    viewer = patient_viewer(access.facts(patient_id, at=at))
    return None if viewer.granted is None else Reader(patient_id, viewer.viewer_id, None, PEOPLE)


def seers(patient_id: PatientId, *, at: datetime) -> tuple[Seer, ...]:
    """Whoever else reads it, suspended or not, people first. Who was invited and has not come has no pages yet."""
    found = sorted(access.linked(patient_id, at=at), key=lambda one: one.viewer.kind is ViewerKind.APP)
    return tuple(Seer(_reader(patient_id, one.viewer), one) for one in found if one.behind is not None)


def _reader(patient_id: PatientId, viewer: Viewer) -> Reader:
    if viewer.kind is ViewerKind.APP:
        return Reader(patient_id, viewer.acts_for or viewer.viewer_id, viewer.viewer_id, APPS)
    return Reader(patient_id, viewer.viewer_id, None, PEOPLE)
