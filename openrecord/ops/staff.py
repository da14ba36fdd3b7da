"""`openrecord staff first`: the first member of staff, once; a manager adds the others."""

import argparse

from openrecord.identity import actions
from openrecord.identity.types import Role, StaffExists
from openrecord.kit import clock
from openrecord.ops.failure import CommandFailed
from openrecord.ops.operator import operator
from openrecord.registry import queries as registry


def first(arguments: argparse.Namespace) -> int:
    """Let the first person sign in for a practice. Raises CommandFailed where there has ever been one."""
    if registry.practice(arguments.organisation) is None:
        raise CommandFailed("no such practice is known here; add it first")
    try:
        made = actions.make_first_staff(
            issuer=arguments.issuer,
            subject=arguments.subject,
            name=arguments.name,
            organisation=arguments.organisation,
            roles=[Role(name) for name in arguments.roles],
            by=operator(),
            at=clock.now(),
        )
    except StaffExists as error:
        raise CommandFailed(str(error)) from None
    print(f"{made.name} may sign in for {made.organisation} as {', '.join(sorted(r.value for r in made.roles))}")
    return 0
