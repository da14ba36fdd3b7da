"""Whether code 104 stands for so many patients of a practice that somebody has to say why (R44).

What was said is kept with a version of the policy, also where nothing else of it changed.
"""

from dataclasses import replace
from datetime import datetime

from openrecord.access import due as access_due
from openrecord.access import queries as access
from openrecord.access.rules.dry_run import ReviewCover, review_cover
from openrecord.kit import environment
from openrecord.kit.london import day_of
from openrecord.registry import queries as registry
from openrecord.registry.types import OdsCode, PolicyVersion


def unexplained(ods: OdsCode, versions: tuple[PolicyVersion, ...], at: datetime) -> ReviewCover | None:
    """The cover that nobody has explained yet; None where nothing is to be said. `versions`: the newest first."""
    if not versions or versions[0].policy.go_live is None:
        return None  # nothing is open; whoever goes live is asked then
    since = next((version.at for version in versions if version.why), None)
    size, bulk = registry.list_size(ods, on=day_of(at)), environment.bulk_reviews()
    arrived = access_due.reviewed(registry.patients_ever_at(ods))
    fresh = sum(since is None or instant > since for instant in arrived.values())
    if fresh < bulk and (since is not None or len(arrived) * 2 <= size):
        return None  # without looking at anybody: too few, even if every one of them stands
    found = replace(review_cover(access.facts_of(arrived, at=at).values(), ods, at, since), patients=size)
    needed = found.needs_justification(bulk) if since is None else found.needs_another(bulk)
    return found if needed else None
