"""Since when a practice's release rules hold."""

from dataclasses import replace
from datetime import datetime

from openrecord.registry.types import Policy


def dated(policy: Policy, previous: Policy | None, at: datetime) -> Policy:
    """The policy with the time since when each rule of it holds, as it takes the place of `previous` now."""
    if previous is None:
        return policy
    rules = {}
    for kind, rule in policy.release.items():
        old = previous.release_rule(kind)
        rules[kind] = replace(rule, since=old.since if rule == old else at)
    return replace(policy, release=rules)
