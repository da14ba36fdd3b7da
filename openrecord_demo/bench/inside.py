"""`python -m openrecord_demo.bench.inside TASK`: what the bench does inside an installation, JSON in and out.

The installation is the one the environment names. Only `bench.places` starts this.
"""

import json
import os
import sys
from collections.abc import Callable
from typing import Any

import django
from django.utils.module_loading import import_string

TASKS = {
    "accounts": "openrecord_demo.bench.practices.open_accounts",
    "download": "openrecord_demo.bench.practices.take_along",
    "go-live": "openrecord_demo.bench.practices.go_live",
    "hold": "openrecord_demo.bench.practices.hold",
    "people": "openrecord_demo.bench.readers.make",
    "rows": "openrecord_demo.bench.copying.copy",
    "staff": "openrecord_demo.bench.practices.staff",
    "statements": "openrecord_demo.bench.replaying.replay",
}
"""Named by text, because stations can be imported only once Django is set up."""


def main(task: str) -> int:
    """Do the task with the keyword arguments that standard input holds; its answer goes to standard output."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "openrecord.config.settings")
    django.setup()
    do: Callable[..., Any] = import_string(TASKS[task])
    json.dump(do(**json.load(sys.stdin)), sys.stdout)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1]))
