"""A provider on a real socket and a clock that stands still."""

from collections.abc import Iterator
from typing import Any

import pytest
from joserfc.jwk import RSAKey

from openrecord_demo.idp.provider import Provider
from openrecord_demo.idp.serve import running
from openrecord_demo.idp.types import Client, Group, Persona
from tests.integration.identity.world import (
    ADA,
    ALIEN,
    BEN,
    MO,
    PATIENT_RETURN,
    STAFF_RETURN,
    WEN,
    Moment,
    Start,
    World,
)


@pytest.fixture(scope="session")
def our_key() -> RSAKey:
    return RSAKey.generate_key(2048)


@pytest.fixture(scope="session")
def provider_key() -> RSAKey:
    return RSAKey.generate_key(2048, {"kid": "first", "use": "sig", "alg": "RS512"})


@pytest.fixture
def moment() -> Moment:
    return Moment()


@pytest.fixture
def start(our_key: RSAKey, provider_key: RSAKey, moment: Moment) -> Iterator[Start]:
    """Start a provider of the given kind (Provider or a subclass that misbehaves)."""
    stack: list[Any] = []
    public = our_key.as_pem(private=False).decode()
    clients = [
        Client("records", frozenset({PATIENT_RETURN}), public, frozenset({Group.PATIENT, Group.PROXY})),
        Client("staff", frozenset({STAFF_RETURN}), public, frozenset({Group.STAFF})),
    ]

    def begin(kind: type[Provider] = Provider, personas: tuple[Persona, ...] = (ADA, BEN, MO, WEN, ALIEN)) -> World:
        context = running(lambda issuer: kind(issuer, personas, clients, lambda: moment.at, provider_key))
        stack.append(context)
        return World(context.__enter__(), our_key, moment)

    yield begin
    for context in reversed(stack):
        context.__exit__(None, None, None)


@pytest.fixture
def world(start: Start) -> World:
    return start()
