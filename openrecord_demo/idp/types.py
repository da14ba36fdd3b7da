"""Who may sign in here (personas, all made up) and which services may ask (clients)."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any


class Group(Enum):
    """Under which heading the page lists a persona."""

    PATIENT = "Patients"
    PROXY = "People who act for somebody else"
    STAFF = "Practice staff"


@dataclass(frozen=True, slots=True)
class Persona:
    """A made-up person. `story`: one or two sentences for the page.

    `claims`: what the provider says of them. For patients and proxies `identity_proofing_level` (P0, P5 or P9) decides
    the vector of trust; a persona without it gets none. `sub` may be given, else it is made from the key.
    """

    key: str
    name: str
    story: str
    group: Group
    claims: Mapping[str, Any]

    @property
    def subject(self) -> str:
        """The stable subject identifier of this persona."""
        given = self.claims.get("sub")
        return str(given) if given else hashlib.sha256(f"openrecord-demo|{self.key}".encode()).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class Client:
    """A registered service. `public_key`: PEM, RSA. `groups`: which personas its page offers."""

    client_id: str
    redirect_uris: frozenset[str]
    public_key: str
    groups: frozenset[Group] = frozenset(Group)


@dataclass(frozen=True, slots=True)
class Question:
    """A checked authorization request."""

    client: Client
    redirect_uri: str
    state: str
    nonce: str
    scopes: tuple[str, ...]
    vtr: tuple[str, ...]
    challenge: str


@dataclass(frozen=True, slots=True)
class Grant:
    """A persona chosen in answer to a question: what a code stands for until it is exchanged."""

    question: Question
    persona: Persona
    chosen: datetime = field(compare=False)


class Refused(Exception):
    """An answer with an OAuth error code; `status` is the HTTP status where it is not sent by redirect."""

    def __init__(self, error: str, description: str = "", *, status: int = 400) -> None:
        super().__init__(error)
        self.error = error
        self.description = description
        self.status = status
