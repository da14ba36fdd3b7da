"""The demo's processes: sign-in service and scanner (in here), server and worker (started), all ended together."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx
from joserfc.jwk import RSAKey

from openrecord.kit import environment
from openrecord_demo import scanner
from openrecord_demo.idp.provider import make_provider
from openrecord_demo.idp.serve import running as provider_running
from openrecord_demo.idp.types import Client, Group, Persona
from openrecord_demo.ports import HOST, free_port

Settings = Mapping[str, str | None]
PATIENTS_CLIENT, STAFF_CLIENT = "openrecord-demo", "openrecord-demo-staff"
START_SECONDS = 60.0
STOP_SECONDS = 20.0


class DemoFailed(Exception):
    """A part of the demo did not do what it should; the message says which."""


@dataclass(frozen=True, slots=True)
class Demo:
    """A running demo. `settings`: the environment of its processes; `built`: what `openrecord demo build` said."""

    address: str
    settings: Settings
    built: Mapping[str, Any]
    personas: tuple[Persona, ...]
    children: tuple["subprocess.Popen[bytes]", ...]


def openrecord(settings: Settings, *arguments: str) -> str:
    """Run one command to its end; what it wrote. Raises DemoFailed where it says that it failed."""
    done = subprocess.run(  # noqa: S603  our own command
        [*_COMMAND, *arguments], env=environment.of_child(settings), stdout=subprocess.PIPE, text=True, check=False
    )
    if done.returncode:
        raise DemoFailed(f"`openrecord {' '.join(arguments[:2])}` failed")
    return done.stdout


_COMMAND = (sys.executable, "-m", "openrecord.config.command")


@contextmanager
def running(data: Path, *, port: int, patients: int, england: Path | None = None) -> Iterator[Demo]:
    """Make the demo in `data` where it is not there yet, start everything, and stop it when the block ends.

    `england`: a folder that keeps the files of the synthetic England; the demo then holds nothing else, so that it can
    be compared with them.
    """
    settings: dict[str, str | None] = {"OPENRECORD_MODE": "demo", "OPENRECORD_DATA": str(data.absolute())}
    with ExitStack() as stack:
        settings["OPENRECORD_CLAMAV"] = stack.enter_context(scanner.running(host=HOST))
        built = _made(settings, data, patients, england)
        personas = tuple(_persona(told) for told in built["people"])
        port = free_port(port)
        address = f"http://{HOST}:{port}"
        secrets = Path(stack.enter_context(TemporaryDirectory(prefix="openrecord-demo-")))
        settings["OPENRECORD_CARD_KEYS_FILE"] = _card_keys(settings, data)
        settings |= _sign_in(stack, secrets, address, built["provider_port"], personas)
        children = tuple(
            stack.enter_context(_child(settings, *command)) for command in (("serve", "--port", str(port)), ("worker",))
        )
        _wait_until_served(address, children)
        yield Demo(address, settings, built, personas, children)


def _card_keys(settings: Settings, data: Path) -> str:
    """The keys that sign cards, beside the data and kept with it, so that a card of yesterday still counts."""
    path = data.absolute().with_name(data.name + ".card-keys.json")
    if not path.exists():
        openrecord(settings, "card-key", str(path))
    return str(path)


def _made(settings: Settings, data: Path, patients: int, england: Path | None) -> Mapping[str, Any]:
    """The demo's content, made where it is not there yet; one that was interrupted half-way is made anew."""
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    unfinished = data / "demo.unfinished"
    if unfinished.exists():
        for file in (*data.glob("openrecord.db*"), *data.glob("reads.db*")):
            file.unlink()
    elif not (data / "openrecord.db").exists():
        unfinished.touch()
    openrecord(settings, "migrate", "--quiet")
    keep = [] if england is None else ["--bare", "--england", str(england)]
    built: Mapping[str, Any] = json.loads(
        openrecord(settings, "demo", "build", "--json", "--patients", str(patients), *keep)
    )
    unfinished.unlink(missing_ok=True)
    return built


def _persona(told: Mapping[str, Any]) -> Persona:
    return Persona(told["key"], told["name"], told["story"], Group(told["group"]), told["claims"])


def _sign_in(
    stack: ExitStack, secrets: Path, address: str, port: int, personas: Sequence[Persona]
) -> dict[str, str | None]:
    """Start the sign-in service; the settings by which the server finds it. The key is new at each start."""
    key = RSAKey.generate_key(2048)
    file = secrets / "client.pem"
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        out.write(key.as_pem(private=True))
    public = key.as_pem(private=False).decode()
    clients = [
        Client(
            PATIENTS_CLIENT, frozenset({f"{address}/sign-in/return"}), public, frozenset({Group.PATIENT, Group.PROXY})
        ),
        Client(STAFF_CLIENT, frozenset({f"{address}/staff/sign-in/return"}), public, frozenset({Group.STAFF})),
    ]
    serving = provider_running(lambda issuer: make_provider(issuer, personas, clients), host=HOST, port=port)
    try:
        provider = stack.enter_context(serving)
    except OSError as error:
        raise DemoFailed(f"something took port {port} in the meantime; start the demo again") from error
    return {
        "OPENRECORD_PUBLIC_URL": address,
        "OPENRECORD_LOGIN_ISSUER": provider.issuer,
        "OPENRECORD_LOGIN_CLIENT": PATIENTS_CLIENT,
        "OPENRECORD_LOGIN_KEY_FILE": str(file),
        "OPENRECORD_STAFF_ISSUER": provider.issuer,
        "OPENRECORD_STAFF_CLIENT": STAFF_CLIENT,
        "OPENRECORD_STAFF_KEY_FILE": str(file),
    }


@contextmanager
def _child(settings: Settings, *arguments: str) -> Iterator["subprocess.Popen[bytes]"]:
    """A process of ours in a session of its own, so that Ctrl-C reaches us first and we end it."""
    child = subprocess.Popen(  # noqa: S603  our own command
        [*_COMMAND, *arguments, "--stop-with-parent"], env=environment.of_child(settings), start_new_session=True,
        stdout=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        yield child
    finally:
        child.terminate()
        try:
            child.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def _wait_until_served(address: str, children: Sequence["subprocess.Popen[bytes]"]) -> None:
    began = time.monotonic()
    with httpx.Client(trust_env=False, timeout=5) as http:
        while time.monotonic() - began < START_SECONDS:
            if any(child.poll() is not None for child in children):
                raise DemoFailed("the server or the worker ended at once")
            try:
                if http.get(address).status_code == httpx.codes.OK:
                    return
            except httpx.HTTPError:
                pass
            time.sleep(0.1)
    raise DemoFailed(f"the server did not answer within {START_SECONDS:.0f} s")
