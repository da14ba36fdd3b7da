"""Who is at the desk, for which practice, and which patients that practice may open.

Staff see their own organisation's patients only. Every opening of a record is put on the trail before the answer.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast
from urllib.parse import quote
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse

from openrecord.audit import reads
from openrecord.audit.types import Actor, Read, pack
from openrecord.identity import rules as identity
from openrecord.identity.types import Role, Session, StaffMember
from openrecord.kit import clock
from openrecord.kit.london import day_of
from openrecord.registry import queries as registry
from openrecord.registry.rules.merging import is_theirs
from openrecord.registry.types import OdsCode, Patient, PatientId
from openrecord.restricted import queries as restricted
from openrecord.restricted.rules import CHECKERS, RESTRICTERS, has_to_say_why
from openrecord.restricted.rules import reads as reads_records
from openrecord.screening.types import HideReason
from openrecord.timeline.types import Reader
from openrecord.web.pages import render
from openrecord.web.redirects import Elsewhere
from openrecord.web.session import device_of, signed_in
from openrecord.web.text import gettext as _

CHANNEL = "staff"
RECORD, BREAK_GLASS = "staff:record", "staff:break-glass"
DECIDERS = frozenset({Role.SCREENER, Role.CLINICIAN})
LISTENERS = frozenset({Role.SCREENER, Role.CLINICIAN, Role.MANAGER})
GOVERNORS = frozenset({Role.MANAGER, Role.IG_LEAD})
ACCESS_DECIDERS = frozenset({Role.CLINICIAN, Role.IG_LEAD})
GRANTERS = frozenset({Role.CLINICIAN, Role.MANAGER, Role.IG_LEAD})


@dataclass(frozen=True, slots=True)
class Desk:
    """A member of staff at work. `here`: the page they asked for."""

    session: Session
    member: StaffMember
    practice_name: str
    here: str = ""

    @property
    def ods(self) -> OdsCode:
        """The organisation they work for."""
        return OdsCode(self.member.organisation)

    @property
    def may_read(self) -> bool:
        """Whether their role reads records in the ordinary course."""
        return reads_records(self.member.roles)

    @property
    def may_restrict(self) -> bool:
        """Whether they may restrict a record, so that staff have to say why they open it."""
        return bool(self.member.roles & RESTRICTERS)

    @property
    def may_check(self) -> bool:
        """Whether they check who opened a closed record, and why."""
        return bool(self.member.roles & CHECKERS)

    @property
    def may_decide(self) -> bool:
        """Whether they may hide, unhide and release entries."""
        return bool(self.member.roles & DECIDERS)

    @property
    def may_record_wishes(self) -> bool:
        """Whether they may record what a patient told them about their access."""
        return bool(self.member.roles & LISTENERS)

    @property
    def may_record_requests(self) -> bool:
        """Whether they may note a request of a patient that came by phone, letter or in person."""
        return bool(self.member.roles & (LISTENERS | GOVERNORS))

    @property
    def may_judge_harm(self) -> bool:
        """Whether they may hide an entry because it could cause serious harm, and lift that."""
        return Role.CLINICIAN in self.member.roles

    def may_lift(self, hides: Collection[HideReason]) -> bool:
        """Whether they may lift these hides."""
        return self.may_decide and (self.may_judge_harm or HideReason.SERIOUS_HARM not in hides)

    @property
    def may_find_competent(self) -> bool:
        """Whether they may find a young person competent to have access of their own."""
        return Role.CLINICIAN in self.member.roles

    @property
    def may_govern(self) -> bool:
        """Whether they may change the practice's policy and say how ready it is."""
        return bool(self.member.roles & GOVERNORS)

    @property
    def may_manage_staff(self) -> bool:
        """Whether they may let others work here, change their roles and end their access."""
        return Role.MANAGER in self.member.roles

    @property
    def may_merge(self) -> bool:
        """Whether they may say that two records are one person's, and take that back."""
        return bool(self.member.roles & GOVERNORS)

    @property
    def may_propose_erasure(self) -> bool:
        """Whether they see what may be erased: who speaks for the controller about keeping."""
        return Role.IG_LEAD in self.member.roles

    @property
    def may_grant(self) -> bool:
        """Whether they may let somebody act for a patient, and change what they may see."""
        return bool(self.member.roles & GRANTERS)

    @property
    def may_decide_access(self) -> bool:
        """Whether they may decide about somebody's access after a code or a birthday."""
        return bool(self.member.roles & ACCESS_DECIDERS)


def role_in_words(role: Role) -> str:
    """A role as people say it."""
    words = {
        Role.READER: _("reader"),
        Role.SCREENER: _("screener"),
        Role.CLINICIAN: _("clinician"),
        Role.MANAGER: _("practice manager"),
        Role.IG_LEAD: _("information governance lead"),
    }
    return words[role]


def desk_of(request: HttpRequest) -> Desk:
    """Who is signed in to a practice page."""
    session = cast("Session", signed_in(request).holder)
    member = cast("StaffMember", session.who)
    here = request.get_full_path() if request.method in {"GET", "HEAD"} else ""
    name = registry.practice_name(OdsCode(member.organisation))
    return Desk(session, member, member.organisation if name is None else name, here)


def actor_of(request: HttpRequest, desk: Desk, authority: str) -> Actor:
    """The member of staff as the trail names them; `authority`: what they do ("staff:screening", …)."""
    return identity.actor(desk.session, authority=authority, device=device_of(request))


def patient_of(desk: Desk, public_id: UUID, *, content: bool = True) -> Patient:
    """The patient, if ever registered at the desk's practice. Raises Http404 otherwise, whoever else may know them.

    `content`: whether the page shows entries. Raises Elsewhere where the record is closed to this member of staff until
    they say why.
    """
    found = known_patient(desk, public_id)
    at = clock.now()
    standing = restricted.standing(desk.ods, found.patient_id, desk.member.staff_id, at=at)
    if has_to_say_why(desk.member.roles, standing, at, content=content):
        raise Elsewhere(f"/staff/patients/{public_id}/open?next={quote(desk.here)}")
    return found


def known_patient(desk: Desk, public_id: UUID) -> Patient:
    """Who the patient is, if ever registered at the desk's practice; nothing of their record. Raises Http404.

    A record that is part of another is not opened by itself: it is that one.
    """
    named = registry.patient_by_public_id(public_id)
    found = None if named is None else registry.patient(registry.home(named.patient_id))
    if found is None or not is_ours(desk, found):
        raise Http404
    return found


def is_ours(desk: Desk, patient: Patient) -> bool:
    """Whether the patient is or was registered at the desk's practice."""
    return any(stay.ods == desk.ods for stay in registry.stays(patient.patient_id))


def is_registered(desk: Desk, patient: Patient, at: datetime) -> bool:
    """Whether the patient is registered at the desk's practice now: who left lets it see nothing written elsewhere."""
    return any(stay.ods == desk.ods for stay in registry.registered(patient.patient_id, on=day_of(at)))


def is_last_here(desk: Desk, patient: Patient, at: datetime) -> bool:
    """Whether the patient is registered at the desk's practice, or was and is nowhere now: the dead are deducted."""
    return is_registered(desk, patient, at) or not registry.registered(patient.patient_id, on=day_of(at))


def may_say_whose(desk: Desk, patient: Patient, at: datetime) -> bool:
    """Whether this member of staff may merge the record with another one, or part it: the practice's alone."""
    return desk.may_merge and is_theirs(desk.ods, registry.stays(patient.patient_id), day_of(at))


def record_staff_read(
    request: HttpRequest,
    desk: Desk,
    patient: Patient | None,
    *,
    route: str,
    served: Collection[UUID],
    at: datetime,
    seen_as: Reader | None = None,
) -> None:
    """Put what this answer shows on the trail; `seen_as`: the viewer whose sight it is, in a preview.

    Raises NotRecorded, and then the answer must not leave.
    """
    by = actor_of(request, desk, BREAK_GLASS if patient and _is_opened(desk, patient, at) else RECORD)
    patient_id = patient.patient_id if patient else None
    viewer_id, client_id = (None, None) if seen_as is None else (seen_as.viewer_id, seen_as.client_id)
    reads.record_read(
        Read(
            by=by,
            at=at,
            patient_id=patient_id,
            channel=CHANNEL,
            route=route,
            viewer_id=viewer_id,
            client_id=client_id,
            served=pack(served),
        )
    )


def _is_opened(desk: Desk, patient: Patient, at: datetime) -> bool:
    return restricted.standing(desk.ods, patient.patient_id, desk.member.staff_id, at=at).until is not None


def record_staff_reads(
    request: HttpRequest, desk: Desk, served: Collection[tuple[Patient, UUID]], *, route: str, at: datetime
) -> None:
    """Put a list across patients on the trail: a read of each one's record. Raises NotRecorded."""
    by = actor_of(request, desk, RECORD)
    of_each: dict[PatientId, list[UUID]] = {}
    for patient, public_id in served:
        of_each.setdefault(patient.patient_id, []).append(public_id)
    reads.record_every(
        Read(by=by, at=at, patient_id=patient_id, channel=CHANNEL, route=route, served=pack(ids))
        for patient_id, ids in of_each.items()
    )


def page(
    request: HttpRequest, name: str, desk: Desk, context: Mapping[str, Any], patient: Patient | None = None
) -> HttpResponse:
    """A practice page, which always says for whom one acts and whose record is open."""
    roles = ", ".join(role_in_words(role) for role in Role if role in desk.member.roles)
    return render(
        request, name, {"desk": desk, "roles": roles, "patient": patient, "layout": "staff/layout.html", **context}
    )
