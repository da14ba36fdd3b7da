"""What the demo remembers between two starts: who may sign in, where, and the day it was made for. Encrypted."""

import base64
import os
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
from cryptography.fernet import Fernet

from openrecord.db import keys
from openrecord.kit import environment
from openrecord_demo.idp.types import Group, Persona


@dataclass(frozen=True, slots=True)
class Member:
    """A made-up member of staff: where they work and what they may do there."""

    persona: str
    organisation: str
    roles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Someone:
    """A persona as it is kept."""

    key: str
    name: str
    story: str
    group: Group
    claims: dict[str, Any]

    def as_persona(self) -> Persona:
        """As the provider knows them."""
        return Persona(self.key, self.name, self.story, self.group, self.claims)


@dataclass(frozen=True, slots=True)
class Memory:
    """`provider_port`: where the sign-in service listened, which is part of who staff are. `as_of`: the demo's day."""

    as_of: date
    seed: int
    provider_port: int
    people: tuple[Someone, ...]
    staff: tuple[Member, ...]

    @property
    def personas(self) -> tuple[Persona, ...]:
        """Everybody who can be chosen at the sign-in service."""
        return tuple(someone.as_persona() for someone in self.people)


def file() -> Path:
    """Where it is kept."""
    return environment.data_folder() / "demo.bin"


def _lock() -> Fernet:
    return Fernet(base64.urlsafe_b64encode(keys.derived("demo")))


def load() -> Memory | None:
    """What is remembered; None where no demo has been made in this data folder."""
    if not file().is_file():
        return None
    return msgspec.json.decode(_lock().decrypt(file().read_bytes()), type=Memory)


def save(memory: Memory) -> None:
    """Remember: written beside and put in place at once, so that half a memory is never read."""
    beside = file().with_suffix(".new")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as out:
        out.write(_lock().encrypt(msgspec.json.encode(memory)))
    beside.replace(file())
