"""`openrecord messages`: what could not be delivered (no address, no word of it), and trying one again."""

import argparse
from dataclasses import asdict

from openrecord.kit import clock
from openrecord.notify import actions, queries
from openrecord.notify.types import MessageId
from openrecord.ops.failure import CommandFailed
from openrecord.ops.operator import as_uuid
from openrecord.ops.printing import print_json, print_table

MOST = 1000


def failed(arguments: argparse.Namespace) -> int:
    """List the dead letters, newest first."""
    found = queries.dead_letters(limit=MOST)
    if arguments.json:
        print_json({"messages": [asdict(one) for one in found]})
    elif not found:
        print("every message was delivered, or is on its way")
    else:
        heads = ("message", "channel", "news since", "attempts", "why")
        print_table(heads, [(one.message_id, one.channel, one.at, one.attempts, one.reason) for one in found])
    return 0


def retry(arguments: argparse.Namespace) -> int:
    """Put a dead letter back into the outbox."""
    message_id = MessageId(as_uuid(arguments.message, "MESSAGE"))
    if not actions.retry(message_id=message_id, at=clock.now()):
        raise CommandFailed("no message by that id has failed: `openrecord messages failed` lists those that have")
    print("it is sent again when the worker runs")
    return 0
