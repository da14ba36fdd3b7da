"""Whether somebody may be let in to act for a patient on these terms (R22, R23, R28), and the code that links them;
what may be decided about a young person's own access (R29).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import Enum

from openrecord.access.events import Evidence
from openrecord.access.rules.viewers import ADULT, is_of_age
from openrecord.access.types import AccessFacts, Basis, Service
from openrecord.clinical.kinds import Level, Section
from openrecord.kit.ids import TYPEABLE
from openrecord.kit.london import birthday, day_of
from openrecord.registry.types import OdsCode, Policy

CODE_DAYS = 14
"""How many whole days a code links: a letter has to arrive. A new one can be made at any time."""
EVIDENCE: Mapping[Basis, tuple[Evidence, ...]] = {
    Basis.PARENTAL: (Evidence.BIRTH_CERTIFICATE, Evidence.PARENTAL_ORDER),
    Basis.CONSENT: (Evidence.WRITTEN_CONSENT, Evidence.SPOKEN_CONSENT),
    Basis.LPA: (Evidence.LPA_REGISTERED,),
    Basis.DEPUTY: (Evidence.DEPUTY_ORDER,),
    Basis.BEST_INTERESTS: (Evidence.BEST_INTERESTS_NOTE,),
}
"""What shows each basis."""


class Fault(Enum):
    """Why terms cannot stand."""

    ADDRESS_FLAGGED = "address_flagged"
    DECEASED = "deceased"
    GROWN = "grown"
    TOO_YOUNG = "too_young"
    EVIDENCE = "evidence"
    SEEN_LATER = "seen_later"
    LEVEL = "level"
    SECTIONS = "sections"
    NO_END = "no_end"
    ENDED = "ended"
    PAST_SIXTEEN = "past_sixteen"


@dataclass(frozen=True, slots=True)
class Scope:
    """How much somebody may see and do, and until when. `sections` None = all; `expires` None = no end."""

    level: Level
    sections: frozenset[Section] | None
    expires: date | None
    services: frozenset[Service] = frozenset()


def bars(facts: AccessFacts) -> frozenset[Fault]:
    """Why nobody at all can act for the patient: a flagged address (R29), death."""
    found = {Fault.ADDRESS_FLAGGED: facts.address_flagged, Fault.DECEASED: facts.died}
    return frozenset(fault for fault, holds in found.items() if holds)


def basis_faults(facts: AccessFacts, basis: Basis, evidence: Evidence, seen_on: date, at: datetime) -> frozenset[Fault]:
    """What is wrong with the ground: a parent acts before 16 only, a child consents from 11 on (domain 3)."""
    found = {
        Fault.GROWN: basis is Basis.PARENTAL and is_of_age(facts, ADULT, at),
        Fault.TOO_YOUNG: basis is Basis.CONSENT and not is_of_age(facts, Policy().review_age, at),
        Fault.EVIDENCE: evidence not in EVIDENCE[basis],
        Fault.SEEN_LATER: seen_on > day_of(at),
    }
    return frozenset(fault for fault, holds in found.items() if holds)


def own_bars(facts: AccessFacts, at: datetime) -> frozenset[Fault]:
    """Why nothing can be decided about a young person's own access (R29): from 11 to 15 only (domain 3); at 16 the
    practice's default takes its place (R40). Without a birth date nobody has reached 11.
    """
    found = {
        Fault.TOO_YOUNG: not is_of_age(facts, Policy().review_age, at),
        Fault.GROWN: is_of_age(facts, ADULT, at),
        Fault.DECEASED: facts.died,
    }
    return frozenset(fault for fault, holds in found.items() if holds)


def own_levels(facts: AccessFacts, org: OdsCode) -> tuple[Level, ...]:
    """The levels of their own that a practice can give a young person; NONE, which ends it, once some was given."""
    most, _ = offers(facts, org)
    lowest = Level.SUMMARY if facts.competence is None else Level.NONE
    return tuple(level for level in Level if lowest <= level <= most)


def scope_faults(facts: AccessFacts, org: OdsCode, basis: Basis, scope: Scope, at: datetime) -> frozenset[Fault]:
    """What is wrong with the scope: never more than the practice gives (R22), an end for adults (R28), and at 16 at the
    latest whatever the basis, because from then on the patient decides (R25).
    """
    most, offered = offers(facts, org)
    found = {
        Fault.LEVEL: not Level.NONE < scope.level <= most,
        Fault.SECTIONS: scope.sections is not None and (not scope.sections or not scope.sections <= offered),
        Fault.NO_END: scope.expires is None and basis is not Basis.PARENTAL,
        Fault.ENDED: scope.expires is not None and scope.expires <= day_of(at),
        Fault.PAST_SIXTEEN: _outlasts_childhood(facts, scope.expires, at),
    }
    return frozenset(fault for fault, holds in found.items() if holds)


def _outlasts_childhood(facts: AccessFacts, expires: date | None, at: datetime) -> bool:
    if expires is None or facts.born is None or is_of_age(facts, ADULT, at):
        return False
    return expires > birthday(facts.born, ADULT)


def offers(facts: AccessFacts, org: OdsCode) -> tuple[Level, frozenset[Section]]:
    """The highest level and the sections that the practice gives anybody: nothing where no policy is known."""
    policy = facts.policies.get(org)
    if policy is None:
        return Level.NONE, frozenset()
    return policy.level, frozenset(Section) - policy.sections_off


def last_day(at: datetime) -> date:
    """The last London day on which a code made at `at` links anybody."""
    return day_of(at) + timedelta(days=CODE_DAYS)


def in_groups(code: str) -> str:
    """A code as a letter shows it: "ABCD-EFGH-JKMN"."""
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))


def as_typed(text: str) -> str:
    """The code that was typed, whatever its groups and case; what looks like another sign is taken for that."""
    upper = text.upper().translate(str.maketrans("OIL", "011"))
    return "".join(sign for sign in upper if sign in TYPEABLE)
