"""A provider that is down or slow holds nobody for long: neither who signs in, nor our threads."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from openrecord.gateways.openid import published
from openrecord.gateways.openid.client import REST
from openrecord.gateways.openid.client import Client as OpenIdClient
from openrecord.gateways.openid.errors import ExchangeRefused, ProviderUnavailable
from tests.dripping import Dripping
from tests.integration.identity.world import Moment, World

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
SAYINGS = {
    "nothing at all": b"",
    "headers without end": HEAD + b"X-Slow: " + b"x" * 1000,
    "a body without end": HEAD + b"Content-Length: 1000\r\n\r\n" + b" " * 500,
}


@pytest.fixture
def dripping() -> Iterator[Callable[[bytes], Dripping]]:
    begun: list[Dripping] = []

    def begin(said: bytes) -> Dripping:
        begun.append(Dripping(said))
        return begun[-1]

    yield begin
    for one in begun:
        one.end()


def reason(client: OpenIdClient, moment: Moment) -> str:
    with pytest.raises(ProviderUnavailable) as caught:
        client.start(at=moment.at)
    return caught.value.reason


@pytest.mark.parametrize("said", SAYINGS.values(), ids=SAYINGS.keys())
def test_however_slowly_it_speaks_we_stop_waiting_and_let_it_rest(
    world: World, dripping: Callable[[bytes], Dripping], monkeypatch: pytest.MonkeyPatch, said: bytes
) -> None:
    monkeypatch.setattr(published, "PATIENCE", 0.3)
    provider = dripping(said)
    client = world.client(issuer=provider.issuer)
    assert reason(client, world.moment) == "slow"
    assert reason(client, world.moment) == "resting"
    world.moment.pass_by(REST - timedelta(seconds=1))
    assert reason(client, world.moment) == "resting"
    assert provider.asked == 1
    world.moment.pass_by(timedelta(seconds=1))
    assert reason(client, world.moment) == "slow"
    assert provider.asked == 2


def test_one_that_is_down_rests_and_is_asked_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    issuer, away = world.provider.issuer, "http://127.0.0.1:9"
    client = world.client(issuer=away)
    assert reason(client, world.moment) == "unreachable"
    assert reason(client, world.moment) == "resting"
    monkeypatch.setattr(client, "settings", world.settings(issuer=issuer))
    world.moment.pass_by(REST)
    assert client.start(at=world.moment.at).url.startswith(issuer)


def test_one_that_answers_wrongly_is_not_left_alone(world: World) -> None:
    client = world.client()
    request = client.start(at=world.moment.at)
    facts = {"nonce": request.nonce, "verifier": request.verifier, "asked": world.moment.at, "at": world.moment.at}
    for _ in range(2):
        with pytest.raises(ExchangeRefused):
            client.finish(code="made-up", **facts)  # type: ignore[arg-type]
