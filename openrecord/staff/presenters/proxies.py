"""People who act for a patient, as the practice sees them, and the forms about them: who, on what ground, how much."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from openrecord.access import queries as access
from openrecord.access.events import AnyAct, Evidence, ProxyChanged, ProxyGranted, ProxyRevoked, Relation
from openrecord.access.invitations import Invited
from openrecord.access.queries import Linked
from openrecord.access.rules.granting import Fault, Scope
from openrecord.access.types import Basis, EndReason, Service, Viewer, ViewerKind
from openrecord.clinical.kinds import Level, Section
from openrecord.clinical.nhs_number import InvalidNhsNumber, NhsNumber, parse
from openrecord.identity import queries as identity
from openrecord.identity.types import PersonId
from openrecord.kit.london import day_of as london_day
from openrecord.registry.types import OdsCode, PatientId
from openrecord.web.forms import Field, Option, Shape, chosen, day_of, day_parts, too_long
from openrecord.web.parts import LEVELS, SECTIONS
from openrecord.web.records.levels import level_words
from openrecord.web.text import gettext as _
from openrecord.web.text import gettext_noop
from openrecord.web.words import day_in_words

BASES: Mapping[Basis, str] = {
    Basis.PARENTAL: gettext_noop("Parental responsibility"),
    Basis.CONSENT: gettext_noop("The patient's consent"),
    Basis.LPA: gettext_noop("Lasting power of attorney"),
    Basis.DEPUTY: gettext_noop("Deputy appointed by the court"),
    Basis.BEST_INTERESTS: gettext_noop("Best interests"),
}
BASIS_HINTS: Mapping[Basis, str] = {
    Basis.PARENTAL: gettext_noop(
        "Before the 16th birthday only. It is reviewed at the age that your practice has set."
    ),
    Basis.CONSENT: gettext_noop("An adult, or a young person of 11 or older who understands what they agree to."),
    Basis.LPA: gettext_noop("For health and welfare, registered, and in force."),
    Basis.DEPUTY: gettext_noop("For health and welfare, as the order says."),
    Basis.BEST_INTERESTS: gettext_noop("The patient cannot decide, and you have recorded why this is best for them."),
}
RELATIONS: Mapping[Relation, str] = {
    Relation.PARENT: gettext_noop("Mother or father"),
    Relation.GUARDIAN: gettext_noop("Guardian, or somebody else with parental responsibility"),
    Relation.PARTNER: gettext_noop("Wife, husband or partner"),
    Relation.CHILD: gettext_noop("Son or daughter"),
    Relation.RELATIVE: gettext_noop("Another relative"),
    Relation.CARER: gettext_noop("Unpaid carer or friend"),
    Relation.PROFESSIONAL: gettext_noop("Paid carer or another professional"),
    Relation.OTHER: gettext_noop("Somebody else"),
}
EVIDENCES: Mapping[Evidence, str] = {
    Evidence.BIRTH_CERTIFICATE: gettext_noop("Birth certificate that names them"),
    Evidence.PARENTAL_ORDER: gettext_noop("Court order or agreement about parental responsibility"),
    Evidence.WRITTEN_CONSENT: gettext_noop("The patient's consent in writing"),
    Evidence.SPOKEN_CONSENT: gettext_noop("The patient told us in person"),
    Evidence.LPA_REGISTERED: gettext_noop("Registered lasting power of attorney for health and welfare"),
    Evidence.DEPUTY_ORDER: gettext_noop("Order of the Court of Protection"),
    Evidence.BEST_INTERESTS_NOTE: gettext_noop("Record of the best interests decision"),
}
SERVICES: Mapping[Service, str] = {
    Service.REPORTS: gettext_noop("Ask about entries, and report mistakes"),
    Service.CARDS: gettext_noop("Make Covid-19 vaccination cards"),
}
END_REASONS: Mapping[EndReason, str] = {
    EndReason.PATIENT: gettext_noop("The patient wants it"),
    EndReason.PROXY: gettext_noop("The person no longer wants it"),
    EndReason.SAFEGUARDING: gettext_noop("Safeguarding"),
    EndReason.NOT_NEEDED: gettext_noop("It is no longer needed or no longer justified"),
    EndReason.MISTAKE: gettext_noop("It was given by mistake"),
}
MISSING: Mapping[str, str] = {
    "given": gettext_noop("Enter their first name"),
    "family": gettext_noop("Enter their last name"),
    "born": gettext_noop("Enter their date of birth"),
    "relation": gettext_noop("Choose who they are to the patient"),
    "basis": gettext_noop("Choose on what ground they act"),
    "evidence": gettext_noop("Choose what you saw"),
    "seen": gettext_noop("Enter when you saw it"),
    "level": gettext_noop("Choose how much they may see"),
}
"""What is said of a field that needs an answer and has none."""
FAULTS: Mapping[Fault, tuple[str, str]] = {
    Fault.GROWN: ("basis", gettext_noop("The patient is 16 or older: parental responsibility is no ground any more")),
    Fault.TOO_YOUNG: ("basis", gettext_noop("The patient is too young to consent: choose parental responsibility")),
    Fault.EVIDENCE: ("evidence", gettext_noop("Choose something that shows the ground that you chose")),
    Fault.SEEN_LATER: ("seen", gettext_noop("Enter today or a date in the past")),
    Fault.LEVEL: ("level", gettext_noop("Choose how much they may see")),
    Fault.SECTIONS: ("sections", gettext_noop("Choose sections that your practice shows, or none for all")),
    Fault.NO_END: ("expires", gettext_noop("Enter the day on which access ends unless you renew it")),
    Fault.ENDED: ("expires", gettext_noop("Enter a date in the future")),
    Fault.PAST_SIXTEEN: (
        "expires",
        gettext_noop("Enter the patient's 16th birthday or an earlier day: from then on they decide themselves"),
    ),
}
"""The field that a fault is about, and what is said there."""


@dataclass(frozen=True, slots=True)
class Proxy:
    """Somebody who acts for the patient, in words. `until` None = no end; `waits`: nobody has come for it yet.

    `ahead`: what happens next by date alone; `now`: that they see nothing at the moment; each may be empty.
    """

    viewer: str
    name: str
    relation: str
    basis: str
    evidence: str
    level: str
    sections: str
    services: str
    since: datetime | None
    until: date | None
    waits: bool
    ahead: str = ""
    now: str = ""


def in_words(one: Linked, grants: Mapping[UUID, ProxyGranted], staff: Mapping[UUID, str]) -> Proxy:
    """`grants`: the newest grant of each proxy; `staff`: the practice's people by id."""
    viewer = one.viewer
    granted = grants.get(viewer.viewer_id)
    chosen_sections = [_(words) for section, words in SECTIONS.items() if section in (viewer.sections or ())]
    return Proxy(
        str(viewer.viewer_id),
        name_of(one),
        "" if granted is None or granted.relation is None else _(RELATIONS[granted.relation]),
        "" if viewer.basis is None else _(BASES[viewer.basis]),
        "" if granted is None else _seen(granted, staff),
        level_words(viewer.level).title,
        _("All that the practice shows") if viewer.sections is None else ", ".join(chosen_sections),
        _services(viewer.services),
        viewer.granted,
        viewer.expires,
        one.behind is None and bool(one.invited),
    )


@dataclass(frozen=True, slots=True)
class Ended:
    """Somebody who acted for the patient once. `day`: when that ended, None = not known; `why` may be empty."""

    name: str
    day: date | None
    why: str


def ended_in_words(patient_id: PatientId, org: OdsCode, at: datetime) -> tuple[Ended, ...]:
    """Those whose access this practice gave and which has ended, the latest first: who lets somebody in again has to
    know why it ended.
    """
    every, acts = access.linked(patient_id, at=at, ended=True), access.acts(patient_id)
    revoked = {act.viewer: (at, act) for at, act in acts if isinstance(act, ProxyRevoked)}
    ours = (one for one in every if one.viewer.kind is ViewerKind.PROXY and one.viewer.listed_org == org)
    found = (_ended(one, revoked.get(one.viewer.viewer_id), london_day(at)) for one in ours)
    return tuple(sorted(found, key=lambda one: one.day or date.min, reverse=True))


def _ended(one: Linked, revoked: tuple[datetime, ProxyRevoked] | None, today: date) -> Ended:
    if one.viewer.revoked and revoked is not None:
        at, act = revoked
        return Ended(name_of(one), london_day(at), "" if act.reason is None else _(END_REASONS[act.reason]))
    if one.viewer.expires is not None and one.viewer.expires <= today:
        return Ended(name_of(one), one.viewer.expires, _("Its last day came"))
    return Ended(name_of(one), None, _("The patient was registered elsewhere"))


def _services(given: frozenset[Service] | None) -> str:
    words = [_(text) for service, text in SERVICES.items() if given is None or service in given]
    return ", ".join(words) or _("Only reading")


def name_of(one: Linked) -> str:
    """Their name, before they have come the one that the practice wrote down."""
    return one.invited if one.behind is None else identity.name_of(PersonId(one.behind), written=one.invited)


def _seen(granted: ProxyGranted, staff: Mapping[UUID, str]) -> str:
    """What was seen, by whom and when."""
    if granted.evidence is None or granted.seen_by is None:
        return ""
    words = {
        "what": _(EVIDENCES[granted.evidence]),
        "whom": staff.get(granted.seen_by, _("somebody who has left")),
        "day": day_in_words(granted.seen_on),
    }
    return _("%(what)s, by %(whom)s on %(day)s") % words


def newest_grants(acts: Iterable[tuple[datetime, AnyAct]]) -> dict[UUID, ProxyGranted]:
    """The newest grant of each proxy."""
    return {act.viewer: act for _at, act in acts if isinstance(act, ProxyGranted)}


def _one_of(name: str, label: str, options: Sequence[Option], typed: str = "", hint: str = "") -> Field:
    return Field(name, label, Shape.ONE_OF, hint, options=options, typed=(typed,))


def person_fields(given: str, family: str) -> tuple[Field, ...]:
    """Who it is."""
    relations = [Option(one.value, _(words)) for one, words in RELATIONS.items()]
    return (
        Field("given", _("First name"), Shape.LINE, typed=(given,)),
        Field("family", _("Last name"), Shape.LINE, typed=(family,)),
        Field("born", _("Date of birth"), Shape.DAY, _("For example, 31 3 1980")),
        Field(
            "number", _("NHS number (if you know it)"), Shape.LINE, _("Who has signed in here before is linked by it.")
        ),
        _one_of("relation", _("Who are they to the patient?"), relations),
    )


def ground_fields(today: date) -> tuple[Field, ...]:
    """On what ground, and what shows it."""
    grounds = [Option(one.value, _(words), _(BASIS_HINTS[one])) for one, words in BASES.items()]
    seen = [Option(one.value, _(words)) for one, words in EVIDENCES.items()]
    return (
        _one_of("basis", _("On what ground do they act?"), grounds),
        _one_of("evidence", _("What did you see?"), seen, hint=_("Do not keep a copy. Your name is recorded with it.")),
        Field("seen", _("When did you see it?"), Shape.DAY, typed=day_parts(today)),
    )


def scope_fields(most: Level, offered: Collection[Section], now: Viewer | None = None) -> tuple[Field, ...]:
    """How much, and until when; `now`: as it stands."""
    levels = [Option(str(int(level)), _(words)) for level, words in LEVELS.items() if level <= most]
    sections = [Option(one.value, _(words)) for one, words in SECTIONS.items() if one in offered]
    kept = () if now is None or now.sections is None else tuple(sorted(now.sections))
    until = None if now is None else now.expires
    services = [Option(one.value, _(words)) for one, words in SERVICES.items()]
    given = tuple(Service) if now is None or now.services is None else tuple(sorted(now.services))
    return (
        _one_of(
            "level",
            _("How much may they see at most?"),
            levels,
            "" if now is None else str(int(now.level)),
            _("They never see more than your practice shows."),
        ),
        Field("sections", _("Which sections?"), Shape.SOME_OF, _("None: all sections"), options=sections, typed=kept),
        Field(
            "services",
            _("What else may they do for the patient?"),
            Shape.SOME_OF,
            _("None: only reading"),
            options=services,
            typed=given,
        ),
        Field(
            "expires",
            _("When does it end, unless you renew it?"),
            Shape.DAY,
            _("For a parent it can be empty: it is reviewed by age."),
            typed=day_parts(until),
        ),
    )


def mistakes(fields: Sequence[Field]) -> dict[str, str]:
    """What is missing or cannot be read, by the name of the field."""
    found = too_long(fields)
    for field in fields:
        optional = field.name in {"number", "expires", "sections", "services"}
        missing = field.shape is Shape.ONE_OF and not chosen(field)
        if missing or (not any(field.typed) and not optional):
            found[field.name] = _(MISSING[field.name])
        elif field.shape is Shape.DAY and not _is_day(field, optional=optional):
            found[field.name] = _("Enter a real date, like 1 4 2015")
        elif field.name == "number" and field.value and _number(field.value) is None:
            found[field.name] = _("Enter a real NHS number, or leave it empty")
    return found


def _is_day(field: Field, *, optional: bool) -> bool:
    try:
        return day_of(field) is not None or optional
    except ValueError:
        return False


def _number(text: str) -> NhsNumber | None:
    try:
        return parse(text)
    except InvalidNhsNumber:
        return None


def fault_errors(faults: Iterable[Fault]) -> dict[str, str]:
    """What is wrong with the terms, by the name of the field."""
    return {name: _(words) for name, words in (FAULTS[fault] for fault in faults if fault in FAULTS)}


def invited_of(fields: Mapping[str, Field]) -> Invited:
    """Who is let in, from a form without mistakes."""
    born = day_of(fields["born"])
    if born is None:
        raise ValueError("a form without mistakes has a birth date")
    return Invited(fields["given"].value, fields["family"].value, born, _number(fields["number"].value))


def scope_of(fields: Mapping[str, Field]) -> Scope:
    """How much, from a form without mistakes."""
    sections = frozenset(Section(name) for name in chosen(fields["sections"]))
    services = frozenset(Service(name) for name in chosen(fields["services"]))
    return Scope(Level(int(fields["level"].value)), sections or None, day_of(fields["expires"]), services)


def change_of(viewer: UUID, scope: Scope) -> ProxyChanged:
    """The act that makes this the scope."""
    sections = None if scope.sections is None else tuple(sorted(scope.sections))
    return ProxyChanged(
        viewer=viewer,
        level=int(scope.level),
        sections=sections,
        expires=scope.expires,
        services=tuple(sorted(scope.services)),
    )
