"""Commands that start at once: a process that has loaded everything makes a new one for each.

`python -m tests.soak.ready` reads what to run as lines of JSON and answers with lines of JSON. Each command still has a
process of its own, with the environment's settings and without anything an earlier one left; only the start of Python
and the loading of modules, which is most of the time that a command takes, happens once.
"""

import gc
import json
import os
import pkgutil
import runpy
import select
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path

PATIENCE = 600.0


class Ready:
    """Runs modules as programs in processes with this environment."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", __name__], env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def run(self, module: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """One program to its end. Raises TimeoutExpired."""
        asked, answers = self._process.stdin, self._process.stdout
        assert asked is not None
        assert answers is not None
        with tempfile.TemporaryDirectory() as folder:
            print(json.dumps([folder, module, *arguments]), file=asked, flush=True)
            if not select.select([answers], [], [], PATIENCE)[0]:
                self.end()
                raise subprocess.TimeoutExpired([module, *arguments], PATIENCE)
            status = json.loads(answers.readline())
            out, err = (Path(folder, name).read_text(encoding="utf-8") for name in ("out", "err"))
        return subprocess.CompletedProcess([module, *arguments], status, out, err)

    def end(self) -> None:
        """No more commands."""
        with self._process:
            self._process.kill()


def _load() -> None:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "openrecord.config.settings")
    django.setup()
    ops = import_module("openrecord.ops")
    for module in pkgutil.walk_packages(ops.__path__, "openrecord.ops."):
        import_module(module.name)
    gc.freeze()  # else every command copies what it only looks through


def _serve() -> None:
    """Returns, exits or fails in the process of a command as the command does; else when nobody asks any more."""
    for line in sys.stdin:
        folder, *words = json.loads(line)
        child = os.fork()
        if child == 0:
            _speak_into(Path(folder))
            sys.argv = words
            runpy.run_module(words[0], run_name="__main__", alter_sys=True)
            return
        print(json.dumps(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])), flush=True)


def _speak_into(folder: Path) -> None:
    """The input is empty from now on, what is said goes into files."""
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    for number, name in ((1, "out"), (2, "err")):
        os.dup2(os.open(folder / name, os.O_WRONLY | os.O_CREAT), number)


if __name__ == "__main__":
    _load()
    _serve()
