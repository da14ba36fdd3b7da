"""`openrecord staff`: who works for a practice. A manager of it adds the others (staff/views/members.py)."""

import argparse
from collections.abc import Callable

from openrecord.identity import actions, queries
from openrecord.identity.types import NotAllowed, Role, StaffExists, StaffId, StaffMember
from openrecord.kit import clock
from openrecord.ops.failure import CommandFailed
from openrecord.ops.operator import as_uuid, operator
from openrecord.ops.printing import print_json, print_table
from openrecord.registry import queries as registry


def first(arguments: argparse.Namespace) -> int:
    """Let the first person sign in for a practice. Raises CommandFailed where there has ever been one."""
    return _let_in(arguments, actions.make_first_staff)


def add(arguments: argparse.Namespace) -> int:
    """Let somebody sign in for a practice: its first manager. Raises CommandFailed."""
    return _let_in(arguments, actions.add_staff)


def _let_in(arguments: argparse.Namespace, let_in: Callable[..., StaffMember]) -> int:
    if registry.practice(arguments.organisation) is None:
        raise CommandFailed("no such practice is known here; add it first")
    try:
        made = let_in(
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
    print(f"{made.name} may sign in for {made.organisation} as {_roles(made)}")
    return 0


def listed(arguments: argparse.Namespace) -> int:
    """Everybody who may sign in for a practice, by name."""
    found = queries.staff_of(arguments.organisation)
    if arguments.json:
        print_json([{"staff": one.staff_id, "name": one.name, "roles": _roles(one)} for one in found])
    else:
        print_table(("staff", "name", "roles"), [(one.staff_id, one.name, _roles(one)) for one in found])
    return 0


def stop(arguments: argparse.Namespace) -> int:
    """End somebody's access and sessions at once. Raises CommandFailed."""
    staff_id = StaffId(as_uuid(arguments.staff, "the member of staff"))
    try:
        actions.stop_staff(staff_id=staff_id, reason=arguments.reason, by=operator(), at=clock.now())
    except NotAllowed:
        raise CommandFailed("nobody with this id may sign in: see `openrecord staff list`") from None
    print("Done.")
    return 0


def _roles(member: StaffMember) -> str:
    return ", ".join(sorted(role.value for role in member.roles))
