"""CPU time of a tree counts what lives in it and what has ended in it, and nobody else."""

import os
import subprocess
import sys

import pytest

from openrecord_demo.bench import cpu

pytestmark = pytest.mark.skipif(not cpu.PROC.is_dir(), reason="there is no /proc here")
BURN = "import time\nwhile time.process_time() < {seconds}: pass\n"
WAIT = "import sys; print('ready', flush=True); sys.stdin.read()\n"
A_TICK = cpu.MICROS // cpu.TICKS


def used_by(program: str) -> int:
    """The CPU time of a program that says when it is ready and then waits."""
    with subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"ready\n"
        return cpu.tree_micros(child.pid)


def test_what_a_process_uses_counts() -> None:
    assert used_by(BURN.format(seconds=0.3) + WAIT) >= 300_000 - 2 * A_TICK


def test_a_child_that_has_ended_counts() -> None:
    child = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {BURN.format(seconds=0.3)!r}])\n"
    assert used_by(child + WAIT) >= 300_000 - 2 * A_TICK


def test_a_child_that_lives_counts() -> None:
    inner = BURN.format(seconds=0.3) + WAIT
    program = (
        "import subprocess, sys\n"
        f"child = subprocess.Popen([sys.executable, '-c', {inner!r}], stdin=subprocess.PIPE, stdout=subprocess.PIPE)\n"
        "child.stdout.readline()\n" + WAIT
    )
    assert used_by(program) >= 300_000 - 2 * A_TICK


def test_others_do_not_count() -> None:
    with subprocess.Popen([sys.executable, "-c", WAIT], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        child.stdout.readline()
        before = cpu.tree_micros(child.pid)
        subprocess.run([sys.executable, "-c", BURN.format(seconds=0.3)], check=True)
        assert cpu.tree_micros(child.pid) - before <= 2 * A_TICK


def test_parents_and_names() -> None:
    assert cpu.parent_of(os.getpid()) == os.getppid()
    assert cpu.name_of(os.getpid())
    with subprocess.Popen([sys.executable, "-c", ""]) as child:
        pass
    assert cpu.parent_of(child.pid) is None
    assert cpu.name_of(child.pid) == ""
    assert cpu.tree_micros(child.pid) == 0
