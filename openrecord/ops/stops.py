"""`openrecord close` and `openrecord open`: emergency stops. They act at the next read, everywhere."""

import argparse

from openrecord.access import actions
from openrecord.access import queries as access
from openrecord.audit.journal import JournalDamaged
from openrecord.kit import clock
from openrecord.ops.failure import CommandFailed
from openrecord.ops.migrate import require_finished
from openrecord.ops.operator import as_uuid, operator, patient_named
from openrecord.ops.replaying import catch_up
from openrecord.registry import queries as registry
from openrecord.registry.types import OdsCode

CHANNELS = ("web", "fhir")


def close(arguments: argparse.Namespace) -> int:
    """Stop everything of a scope."""
    which = _named(arguments.scope, arguments.which)
    actions.close(scope=arguments.scope, which=which, reason=arguments.reason, by=operator(), at=clock.now())
    print(f"closed: {arguments.scope} {which}".rstrip())
    return 0


def reopen(arguments: argparse.Namespace) -> int:
    """End the stops of a scope. Raises CommandFailed where there was none."""
    which = _named(arguments.scope, arguments.which)
    if arguments.scope == "all":
        _catch_up(despite=arguments.despite_waiting)
    ended = actions.reopen(scope=arguments.scope, which=which, by=operator(), at=clock.now())
    if not ended:
        raise CommandFailed("nothing of that was closed")
    print(f"open again: {arguments.scope} {which} ({ended} stops ended)")
    return 0


def _catch_up(*, despite: bool) -> None:
    """After a restore nothing is opened before all that people decided stands again. Raises CommandFailed."""
    require_finished()
    try:
        done = catch_up(operator())
    except JournalDamaged as error:
        if not despite:
            raise CommandFailed(f"{error}; to open nevertheless: --despite-waiting") from None
        return
    if done.awaited and not despite:
        raise CommandFailed(
            f"{done.awaited} acts of people (hides among them) are about what was not delivered again since the "
            "restore: deliver it (openrecord ingest); to open nevertheless: --despite-waiting"
        )


def _named(scope: str, which: str | None) -> str:
    """What exactly is meant, checked, because closing what does not exist would stop nothing. Raises CommandFailed."""
    if scope == "all":
        if which is not None:
            raise CommandFailed("`all` takes no further name")
        return ""
    if which is None:
        raise CommandFailed(f"which {scope}?")
    if scope == "practice":
        ods = OdsCode(which.strip().upper())
        if registry.practice(ods) is None:
            raise CommandFailed("no such practice is known here")
        return ods
    if scope == "patient":
        return str(patient_named(which).public_id)
    if scope == "client":
        client = as_uuid(which, "the client")
        if not access.is_app(client):
            raise CommandFailed("nobody here has let in such an app")
        return str(client)
    if which not in CHANNELS:
        raise CommandFailed(f"a channel is one of: {', '.join(CHANNELS)}")
    return which
