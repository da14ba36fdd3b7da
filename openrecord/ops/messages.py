"""`openrecord messages`: what could not be delivered (no address, no word of it), and trying one again; `push-key`."""

import argparse
import os
from dataclasses import asdict
from pathlib import Path

from openrecord.gateways import web_push
from openrecord.kit import clock
from openrecord.notify import actions, queries
from openrecord.notify.types import MessageId
from openrecord.ops.failure import CommandFailed
from openrecord.ops.operator import as_uuid, operator
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
    if not actions.retry(message_id=message_id, by=operator(), at=clock.now()):
        raise CommandFailed("no message by that id has failed: `openrecord messages failed` lists those that have")
    print("it is sent again when the worker runs")
    return 0


def push_key(arguments: argparse.Namespace) -> int:
    """Write a new key for web push. A file that is there stays: with its key all subscriptions would be lost."""
    path = Path(arguments.file).absolute()
    try:
        out = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise CommandFailed("the file is there already; nothing was changed") from None
    except OSError:
        raise CommandFailed("the file cannot be written") from None
    with os.fdopen(out, "wb") as file:
        file.write(web_push.new_key())
    print("set OPENRECORD_PUSH_KEY_FILE to it, and OPENRECORD_PUSH_CONTACT")
    return 0
