"""The command line `openrecord`: sets Django up, runs one command, says in one line what went wrong.

Exit status: 0 done, 1 not done or not well, 2 wrong arguments or settings, 130 interrupted.
"""

import os
import sys
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path

import django
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError
from django.utils.module_loading import import_string

from openrecord.audit.types import NotRecorded
from openrecord.config.arguments import parser
from openrecord.db.keys import BadKey
from openrecord.kit import environment
from openrecord.ops.failure import CommandFailed

UNSEALED = frozenset({
    "openrecord.ops.migrate.run",
    "openrecord.ops.serve.run",
    "openrecord.flow.worker.run",
    "openrecord.ops.doctor.run",
    "openrecord.ops.trail.verify",
    "openrecord.ops.cards.new_key",
})  # fmt: skip
"""Commands after which nothing is sealed: they do nothing that is audited, or seal by themselves, or only look."""

NEED_ALL = frozenset({"openrecord.flow.worker.run", "openrecord.ops.export.run"})
"""Commands that tell others what is here: not before a restore is finished, nor from a database of another version."""

DEMONSTRATION = "openrecord_demo."


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command that the arguments name; the exit status."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "openrecord.config.settings")
    chosen = parser().parse_args(arguments)
    try:
        _allow(chosen.does)
        django.setup()
        if chosen.does in NEED_ALL:
            require: Callable[[], None] = import_string("openrecord.ops.migrate.require_migrations")
            require()
        command: Callable[..., int] = import_string(chosen.does)
        status = command(chosen)
        if chosen.does not in UNSEALED:
            seal: Callable[[], None] = import_string("openrecord.ops.trail.seal_what_a_command_did")
            seal()
    except CommandFailed as failed:
        return _say(str(failed), 1)
    except NotRecorded as error:
        return _say(f"{error}; what was done stands", 1)
    except (environment.MissingSetting, BadKey, ImproperlyConfigured) as error:
        return _say(str(error), 2)
    except DatabaseError as error:
        return _say(f"the database failed ({type(error).__name__}): `openrecord doctor` may say why", 1)
    except KeyboardInterrupt:
        return _say("interrupted", 130)
    except BrokenPipeError:
        sys.stderr.close()
        return 1
    except OSError as error:  # its file may be named after a patient
        told = error.strerror or type(error).__name__
        return _say(f"{told}: may this user read and write the data folder, and is its disk full?", 1)
    return status


def _allow(does: str) -> None:
    """The demonstration lies beside the product in a checkout and is installed nowhere: only its own mode finds it."""
    if not does.startswith(DEMONSTRATION):
        return
    if environment.mode() != "demo":
        raise CommandFailed("this command exists in the demonstration only (OPENRECORD_MODE=demo)")
    sys.path.append(str(Path(__file__).resolve().parents[2]))
    if find_spec(DEMONSTRATION.rstrip(".")) is None:
        raise CommandFailed("the demonstration is not here: it comes with a checkout of the source")


def _say(text: str, status: int) -> int:
    print(f"openrecord: {text}", file=sys.stderr)
    return status


if __name__ == "__main__":
    raise SystemExit(main())
