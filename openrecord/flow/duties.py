"""What is open in front of a practice's staff about access: the rules of codes, birthdays and drift together."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from openrecord.access.matters import Due, Matter
from openrecord.access.rules.ahead import soon
from openrecord.access.rules.drift import drift
from openrecord.access.rules.windows import is_registered
from openrecord.access.types import AccessFacts, ViewerKind
from openrecord.registry.types import OdsCode
from openrecord.screening.rules.due import access_due, age_reviews_due


def duties(facts: AccessFacts, at: datetime) -> frozenset[Due]:
    """Every matter that stands open at a practice where the patient is registered; none for who has died."""
    if facts.died:
        return frozenset()
    orgs = {stay.ods for stay in facts.registrations}
    return frozenset(due for org in orgs if is_registered(facts, org, at) for due in _at(facts, org, at))


def _at(facts: AccessFacts, org: OdsCode, at: datetime) -> Iterable[Due]:
    here = replace(facts, policies={org: facts.policies.get(org)})
    yield from (Due(org, Matter(asked)) for asked in access_due(here, at))
    yield from (Due(org, matter) for matter in drift(facts, org, at))
    yield from (Due(org, Matter.AGE_REVIEW, viewer) for viewer in age_reviews_due(facts, at))
    proxies = (viewer for viewer in facts.viewers.values() if viewer.kind is ViewerKind.PROXY)
    yield from (Due(org, Matter.TURNS_SOON, one.viewer_id) for one in proxies if soon(facts, one, org, at) is not None)
