"""`openrecord serve`: the web server. No station is imported here: granian's workers load this file first."""

import argparse
import errno
import importlib
import multiprocessing
import os
import socket
from collections.abc import Callable
from functools import partial
from typing import Any

from django.db import connections
from granian.constants import HTTPModes, Interfaces
from granian.log import LogLevels
from granian.server import Server

from openrecord.kit import clock, environment
from openrecord.ops.failure import CommandFailed
from openrecord.ops.migrate import require_migrations
from openrecord.ops.parent import end_with_parent
from openrecord.ops.pool import spare_the_collector

APPLICATION = "openrecord.config.wsgi:application"
IDLE_SECONDS = 600
"""How long a thread is kept without work: with it goes its database connection."""

KILL_SECONDS = 20


def run(arguments: argparse.Namespace) -> int:
    """Serve until told to end."""
    processes = arguments.processes
    embedded = environment.value("OPENRECORD_DATABASE_URL") is None
    if embedded and processes != 1:
        raise CommandFailed("the embedded database takes one server process; use PostgreSQL for more")
    require_free(arguments.host, arguments.port)
    require_migrations()
    timekeeping = importlib.import_module("openrecord.ops.timekeeping")
    timekeeping.require_clock(clock.now())
    connections.close_all()
    if arguments.stop_with_parent:
        end_with_parent(os.getppid())
    multiprocessing.set_start_method("spawn", force=True)
    server = Server(
        APPLICATION,
        address=arguments.host,
        port=arguments.port,
        interface=Interfaces.WSGI,
        workers=processes,
        blocking_threads=arguments.threads or (4 if embedded else 2),
        blocking_threads_idle_timeout=IDLE_SECONDS,
        http=HTTPModes.http1,
        websockets=False,
        log_level=LogLevels.warning,
        workers_kill_timeout=KILL_SECONDS,
    )
    print(f"OpenRecord serves http://{arguments.host}:{arguments.port}", flush=True)
    server.serve(target_loader=partial(load, os.getpid()))
    return 0


def load(parent: int, target: str) -> Callable[..., Any]:
    """The WSGI application, loaded in a worker, which ends when its parent does, even if that was before this."""
    end_with_parent(parent)
    module, _, name = target.partition(":")
    application: Callable[..., Any] = getattr(importlib.import_module(module), name)
    spare_the_collector()
    return application


def require_free(host: str, port: int) -> None:
    """Raises CommandFailed where the port is taken: a second granian would start on it without complaint."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise CommandFailed(f"port {port} is taken; choose another with --port") from None
            raise CommandFailed(f"cannot serve on {host}:{port}: {error.strerror}") from None
