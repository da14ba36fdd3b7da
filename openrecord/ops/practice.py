"""`openrecord practice add`: one practice and how it has set online access."""

import argparse
from dataclasses import replace

from openrecord.clinical.kinds import Level
from openrecord.kit import clock
from openrecord.kit.london import day_of
from openrecord.ops.failure import CommandFailed
from openrecord.ops.operator import operator
from openrecord.ops.printing import print_json
from openrecord.registry import actions, queries
from openrecord.registry.types import Policy, Practice

PLACE = ("system", "pcn", "sub_icb", "icb", "region")


def add(arguments: argparse.Namespace) -> int:
    """Add a practice, or change what is stated of a known one; what is not stated stays as it is."""
    known = queries.practice(arguments.ods)
    name = arguments.name or (known.name if known else None)
    if not name:
        raise CommandFailed("a new practice needs --name")
    practice = replace(known or Practice(arguments.ods, name), name=name, policy=_policy(arguments, known))
    stated = {field: value for field in PLACE if (value := getattr(arguments, field)) is not None}
    at = clock.now()
    actions.add_practice(practice=replace(practice, **stated), valid_from=day_of(at), by=operator(), at=at)
    _print(arguments, queries.practice(arguments.ods) or practice)
    return 0


def _policy(arguments: argparse.Namespace, known: Practice | None) -> Policy:
    """A new practice that states no go-live date shows nothing yet."""
    policy = (known.policy if known else None) or Policy(go_live=None)
    if arguments.go_live is not None:
        policy = replace(policy, go_live=arguments.go_live)
    if arguments.level is not None:
        policy = replace(policy, level=Level[arguments.level.upper()])
    if arguments.at_risk_level is not None:
        policy = replace(policy, at_risk_level=Level[arguments.at_risk_level.upper()])
    return policy


def _print(arguments: argparse.Namespace, practice: Practice) -> None:
    policy = practice.policy or Policy(go_live=None)
    if arguments.json:
        told = {"ods": practice.ods, "name": practice.name, **{field: getattr(practice, field) for field in PLACE}}
        print_json({**told, "go_live": policy.go_live, "level": policy.level.name.lower()})
        return
    print(f"{practice.ods} {practice.name}: level {policy.level.name.lower()}, go-live {policy.go_live or 'not set'}")
    if policy.go_live is None:
        print("nothing of this practice is shown until it has a date: --go-live YYYY-MM-DD")
