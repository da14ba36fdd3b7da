"""How long tests wait for what may never come: longer than a busy machine takes, and never for ever."""

import subprocess
import threading

PATIENCE = 300.0
"""Seconds."""


def ended(thread: threading.Thread) -> None:
    """Wait for a thread's end. Fails where it does not come."""
    thread.join(PATIENCE)
    assert not thread.is_alive(), f"the thread {thread.name} does not end"


def killed(child: "subprocess.Popen[bytes]") -> None:
    """End a process that we started, however it takes that: asked first, then killed."""
    child.terminate()
    try:
        child.wait(30)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait(PATIENCE)
