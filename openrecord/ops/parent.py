"""Ending with the process that started us. No station is imported here: it runs before Django is set up."""

import os
import signal
import threading

CHECK_SECONDS = 1.0


def end_with_parent(parent: int) -> None:
    """Tell this process to end (SIGTERM) soon after the process `parent` has gone, however that ended.

    granian's workers outlive a parent that was killed, and go on serving on its port.
    """
    threading.Thread(target=_watch, args=(parent,), name="end-with-parent", daemon=True).start()


def _watch(parent: int) -> None:
    never = threading.Event()
    while os.getppid() == parent:
        never.wait(CHECK_SECONDS)
    os.kill(os.getpid(), signal.SIGTERM)
