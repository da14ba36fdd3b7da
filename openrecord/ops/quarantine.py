"""`openrecord quarantine`: what could not be accepted, why, and what becomes of it."""

import argparse
from collections.abc import Mapping
from dataclasses import asdict
from uuid import UUID

from openrecord.ingest import queries
from openrecord.ingest.actions import deliver
from openrecord.ingest.queries import Quarantined
from openrecord.kit import clock
from openrecord.ops.failure import CommandFailed
from openrecord.ops.ingest import terms_of
from openrecord.ops.operator import as_uuid, operator
from openrecord.ops.printing import print_json, print_table

HEADS = ("id", "at", "reason", "place", "resources", "file", "what to do")


def show_all(arguments: argparse.Namespace) -> int:
    """List what is open (or retried, or discarded)."""
    found = queries.quarantine(state=arguments.state)
    if arguments.json:
        print_json([asdict(item) for item in found])
        return 0
    if not found:
        print(f"nothing in quarantine is {arguments.state}")
        return 0
    print_table(HEADS, [_row(item) for item in found])
    return 0


def _row(item: Quarantined) -> tuple[object, ...]:
    return item.quarantine_id, item.at, item.reason, item.place, item.resources, item.source_name, item.detail


def show(arguments: argparse.Namespace) -> int:
    """One part in full."""
    fields: Mapping[str, object] = asdict(_known(arguments.id))
    if arguments.json:
        print_json(fields)
    else:
        print_table(("", ""), [(name.replace("_", " "), value) for name, value in fields.items()])
    return 0


def retry(arguments: argparse.Namespace) -> int:
    """Deliver the whole source again, under the terms given now."""
    item = _known(arguments.id)
    if item.state != "open":
        raise CommandFailed(f"it is not open any more: {item.state}")
    tally = deliver.retry(quarantine_id=item.quarantine_id, terms=terms_of(arguments), by=operator(), at=clock.now())
    if arguments.json:
        print_json(tally.as_json())
    else:
        print(
            f"accepted {tally.accepted}, unchanged {tally.unchanged}, superseded {tally.superseded}, "
            f"still in quarantine {tally.quarantined}"
        )
    return 0


def discard(arguments: argparse.Namespace) -> int:
    """Decide that a part is not to be accepted; its source stays."""
    item = _known(arguments.id)
    if item.state != "open":
        raise CommandFailed(f"it is not open any more: {item.state}")
    deliver.discard(quarantine_id=item.quarantine_id, by=operator(), at=clock.now())
    if arguments.json:
        print_json({"id": item.quarantine_id, "state": "discarded"})
    else:
        print("discarded; the source is kept")
    return 0


def _known(text: str) -> Quarantined:
    identity: UUID = as_uuid(text, "ID")
    item = queries.quarantined(identity)
    if item is None:
        raise CommandFailed("no such part is in quarantine")
    return item
