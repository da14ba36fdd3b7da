"""How much a practice gives one patient: its default as an account begins, and what people gave since (R42).

The default is given once. It is noted as an act, so that a later change of the default leaves those alone who began
before; until it is noted, the present default holds.
"""

from datetime import datetime

from openrecord.access.rules.viewers import begun
from openrecord.access.rules.windows import is_registered
from openrecord.access.types import AccessFacts, LevelGrant, Viewer, ViewerKind
from openrecord.clinical.kinds import Level
from openrecord.kit.london import midnight
from openrecord.registry.types import OdsCode


def given(facts: AccessFacts, org: OdsCode, at: datetime) -> Level | None:
    """The level that `org` gives this patient; None where the limit for everybody is all that counts.

    What was given before the account began there, before the patient registered again or came of age, is over.
    """
    start = _start(facts, org, at)
    if start is None:
        return None
    grant = facts.levels_given.get(org)
    if grant is not None and grant.given >= start:
        return grant.level
    policy = facts.policies.get(org)
    if policy is None or policy.go_live is None or start <= midnight(policy.go_live):
        return None
    return policy.new_level


def owed(facts: AccessFacts, at: datetime) -> dict[OdsCode, LevelGrant]:
    """The defaults that are to be noted now, by practice: of accounts to which nothing was given since they began."""
    found = {}
    for org in {stay.ods for stay in facts.registrations if is_registered(facts, stay.ods, at)}:
        grant, start = facts.levels_given.get(org), _start(facts, org, at)
        if start is None or (grant is not None and grant.given >= start):
            continue
        level = given(facts, org, at)
        if level is not None:
            found[org] = LevelGrant(level, start)
    return found


def own(facts: AccessFacts) -> Viewer | None:
    """The patient as a viewer of their own record; None while they have no account."""
    return next((v for v in facts.viewers.values() if v.kind is ViewerKind.SELF and v.granted is not None), None)


def _start(facts: AccessFacts, org: OdsCode, at: datetime) -> datetime | None:
    viewer = own(facts)
    start = None if viewer is None else begun(facts, viewer, org, at)
    return start if start is not None and start <= at else None
