"""Ports on this machine."""

import socket

from openrecord.ops.failure import CommandFailed
from openrecord.ops.serve import require_free

HOST = "127.0.0.1"


def free_port(preferred: int) -> int:
    """The preferred port, or any free one where that is taken (or 0)."""
    try:
        if preferred:
            require_free(HOST, preferred)
            return preferred
    except CommandFailed:
        pass
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind((HOST, 0))
        found: int = probe.getsockname()[1]
        return found
