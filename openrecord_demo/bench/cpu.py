"""CPU time of other processes, from /proc (Linux): what their work cost, whoever else uses the machine.

A tree is a process with all that it has started; one that has ended counts where its parent has waited for it.
"""

import os
import time
from pathlib import Path

PROC = Path("/proc")
TICKS = os.sysconf("SC_CLK_TCK")
MICROS = 1_000_000
TURNS = 500_000
ATTEMPTS = 20
_PARENT, _TIMES = 1, slice(11, 15)
"""Where the parent and utime, stime, cutime, cstime stand behind a process's name (proc(5))."""


def pace() -> float:
    """Nanoseconds that one turn of an empty loop takes here and now: how fast this machine is at the moment.

    Shared processors change their pace by a factor of two and more from one minute to the next.
    """
    return sorted(_turns() for _ in range(5))[2]


def _turns() -> float:
    began = time.process_time_ns()
    for _ in range(TURNS):
        pass
    return (time.process_time_ns() - began) / TURNS


def tree_micros(root: int) -> int:
    """Microseconds (to the kernel's tick, mostly 10 ms) that the tree of `root` has used; 0 where it is not there.

    A process that ends while the others are read would count twice or not at all: then all are read again.
    """
    for _ in range(ATTEMPTS):
        ticks, is_steady = _tree(root)
        if is_steady:
            break
    return ticks * MICROS // TICKS


def _tree(root: int) -> tuple[int, bool]:
    """The ticks of the tree, and whether everybody was still there when all had been read."""
    stats = {int(folder.name): _stat(int(folder.name)) for folder in PROC.iterdir() if folder.name.isdigit()}
    parents = {pid: int(fields[_PARENT]) for pid, fields in stats.items() if fields}
    below = [pid for pid in parents if _is_below(pid, root, parents)]
    ticks = sum(int(field) for pid in below for field in stats[pid][_TIMES])
    return ticks, len(parents) == len(stats) and all(_stat(pid) for pid in below)


def parent_of(pid: int) -> int | None:
    """The process that started `pid`, None where `pid` is not on this machine."""
    fields = _stat(pid)
    return int(fields[_PARENT]) if fields else None


def name_of(pid: int) -> str:
    """The command's name, "" where there is no such process."""
    try:
        return (PROC / str(pid) / "comm").read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""


def _stat(pid: int) -> list[str]:
    """The fields behind the name, which may hold spaces and brackets itself."""
    try:
        text = (PROC / str(pid) / "stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return []
    return text.rpartition(")")[2].split()


def _is_below(pid: int, root: int, parents: dict[int, int]) -> bool:
    seen = set()
    while pid != root and pid in parents and pid not in seen:
        seen.add(pid)
        pid = parents[pid]
    return pid == root
