"""As whom a record is previewed, in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from openrecord.access.events import ProxyGranted
from openrecord.access.queries import Linked
from openrecord.access.rules.scopes import readable_slots
from openrecord.access.types import Viewer, ViewerKind
from openrecord.registry.types import Patient
from openrecord.staff.presenters.proxies import BASES, RELATIONS, name_of
from openrecord.staff.seers import Seer
from openrecord.web.records.sections import SECTIONS
from openrecord.web.text import gettext as _
from openrecord.web.words import day_in_words


@dataclass(frozen=True, slots=True)
class Whom:
    """`name`: who it is, or which app; `bond`: what they are to the patient, of an app for whom it reads; `scope`: the
    sections that an app may read, empty for people.
    """

    name: str
    bond: str
    scope: str = ""

    @property
    def line(self) -> str:
        """Both in one line, as a list has them."""
        return f"{self.name} ({self.bond})"


def in_words(patient: Patient, others: Sequence[Seer], grants: Mapping[UUID, ProxyGranted]) -> dict[str, Whom]:
    """Everybody by the id that an address names them by: the patient first, by none. `grants`: each proxy's newest."""
    people = {one.viewer_id: one.linked for one in others if one.linked.viewer.kind is ViewerKind.PROXY}
    found = {"": Whom(_name(patient), _("the patient"))}
    for one in others:
        if one.viewer_id in people:
            found[str(one.viewer_id)] = Whom(name_of(one.linked), _bond(one.linked, grants))
        else:
            reads_for = people.get(one.reader.viewer_id)
            found[str(one.viewer_id)] = _app(one.linked.viewer, name_of(reads_for) if reads_for else _name(patient))
    return found


def _app(viewer: Viewer, reads_for: str) -> Whom:
    slots = readable_slots(viewer.scopes)
    reads = [_(section.title) for section in SECTIONS if section.slots & slots]
    return Whom(
        _("App connected on %(day)s") % {"day": day_in_words(viewer.granted)},
        _("for %(name)s") % {"name": reads_for},
        _("all sections") if len(reads) == len(SECTIONS) else ", ".join(reads) or _("no section"),
    )


def _name(patient: Patient) -> str:
    return f"{patient.given} {patient.family}".strip()


def _bond(one: Linked, grants: Mapping[UUID, ProxyGranted]) -> str:
    granted = grants.get(one.viewer.viewer_id)
    if granted is not None and granted.relation is not None:
        return _(RELATIONS[granted.relation])
    return "" if one.viewer.basis is None else _(BASES[one.viewer.basis])
