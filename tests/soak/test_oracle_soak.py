"""Random lives through the real stations: whatever a surface serves is what the oracle says, at every question.

Every question is put to the timeline in the asked channel and to the FHIR API, page by page; at the end of each life
the patients' pages are read as well. The oracle shares no code with access, screening or timeline.
"""

import re
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from openrecord.access import actions as access
from openrecord.access import queries as access_queries
from openrecord.kit import clock
from tests.decision.cases import instant
from tests.decision.served_acts import play
from tests.decision.served_world import BY, at_time
from tests.decision.test_cases_http import SECTIONS, TYPES, HttpWorld
from tests.decision.test_cases_stored import seen
from tests.oracle.oracle import Answer, Oracle
from tests.soak.lives import Json, life
from tests.soak.scale import FIGURES, SEED, scaled

LIVES = scaled(400)
pytestmark = [pytest.mark.soak, pytest.mark.usefixtures("stored", "unlimited")]


class _Done:
    entries = asks = seconds = 0.0


@pytest.fixture(scope="module", autouse=True)
def _figures() -> Iterator[None]:
    began = time.monotonic()
    yield
    FIGURES.append(
        f"oracle: {LIVES} lives from seed {SEED}, {_Done.entries:.0f} entries, {_Done.asks:.0f} questions, "
        f"{time.monotonic() - began:.0f} s"
    )


@pytest.fixture(scope="module")
def server() -> httpx.WSGITransport:
    from openrecord.config.wsgi import application

    return httpx.WSGITransport(app=application)


def by_fhir(server: httpx.WSGITransport, token: str) -> dict[str, str]:
    """Outside id -> the resource's text, of everything that a token finds."""
    found: dict[str, str] = {}
    headers = {"Authorization": f"Bearer {token}"}
    with httpx.Client(transport=server, base_url="http://127.0.0.1:8000", headers=headers) as client:
        for fhir_type in TYPES:
            address: str | None = f"/fhir/{fhir_type}?_count=7"
            while address is not None:
                answer = client.get(address)
                if answer.status_code in {401, 403}:
                    break
                assert answer.status_code == 200, answer.text
                for entry in answer.json().get("entry", []):
                    assert entry["resource"]["id"] not in found
                    found[entry["resource"]["id"]] = str(entry["resource"])
                links = {link["relation"]: link["url"] for link in answer.json()["link"]}
                address = links.get("next")
    return found


def by_pages(server: httpx.WSGITransport, session: str) -> str:
    """The text of every record page of a signed-in person: every page of every list, and the details."""
    texts = []
    with httpx.Client(
        transport=server, base_url="http://127.0.0.1:8000", cookies={"openrecord_session": session}
    ) as client:
        for section in (*SECTIONS, "timeline"):
            waiting = [f"/record/{section}"]
            while waiting:
                text = client.get(waiting.pop()).text
                details = sorted(set(re.findall(rf"/record/{section}/[0-9a-f-]{{36}}", text)))
                texts += [text, *(client.get(path).text for path in details)]
                waiting += [f"/record/{section}?after={a}" for a in re.findall(r"\?after=([\w=-]+)", text)]
    return "\n".join(texts)


def names_of(world: HttpWorld, viewer: str, answer: Answer) -> dict[str, str]:
    """Outside id -> name of every entry of the record that is asked about."""
    copies = {copy for _, copy in answer.same}
    owner = world.owner(viewer)
    return {str(world.entry(n)[2]): n for n, s in world.sent.items() if s.patient == owner and n not in copies}


def compare(world: HttpWorld, answer: Answer, names: dict[str, str], served: dict[str, str]) -> None:
    """Exactly the visible entries, each in its rendering and version, and no word of another."""
    assert sorted(names.get(public, public) for public in served) == sorted(answer.see)
    for public, text in served.items():
        name = names[public]
        if world.texts[name, answer.version[name]]:
            assert (f"TEXT-{name}" in text) == (answer.as_[name] == "full"), name
        same = [name, *(copy for first, copy in answer.same if first == name)]
        assert any(f"CODED-{one}-v{answer.version[name]}" in text for one in same), name
    check_silence(answer, names, "\n".join(served.values()))


def check_silence(answer: Answer, names: dict[str, str], text: str) -> None:
    """Not a word of what is hidden."""
    told = set(re.findall(r"(?:CODED|TEXT)-(\w+)", text)) | {names[i] for i in names if i in text}
    assert not told & set(answer.hidden)


def carry_out(world: HttpWorld, step: Json) -> None:
    """Play an act; what is sent of an entry from then on, also about somebody else, is its newest version."""
    sent = world.sent.get(step.get("entry", ""))
    kept = None if sent is None else (sent.step, sent.text, sent.label, sent.filed)
    play(world, step)
    if sent is None or kept is None or step["do"] != "version":
        return
    if step["v"] > sent.step.get("v", 1):
        sent.step = {**sent.step, "v": step["v"], "status": step["status"]}
    else:
        sent.step, sent.text, sent.label, sent.filed = kept


def ask(world: HttpWorld, oracle: Oracle, step: Json, server: httpx.WSGITransport) -> None:
    at_time(instant(step["at"]))
    viewer, channel = step["ask"], step["channel"]
    answer = oracle.answer(step["at"], viewer, channel)
    names = names_of(world, viewer, answer)
    stored = {public: body.decode() for public, body in seen(world, viewer, channel).items()}
    compare(world, answer, names, stored)
    answer = oracle.answer(step["at"], viewer, "fhir")
    compare(world, answer, names, by_fhir(server, world.tokens[viewer]))
    _Done.asks += 1


def read_pages(world: HttpWorld, oracle: Oracle, step: Json, server: httpx.WSGITransport) -> None:
    """The pages show every visible entry (a comment in its consultation) and no word of another."""
    viewer = step["ask"]
    answer = oracle.answer(step["at"], viewer, "web")
    names = names_of(world, viewer, answer)
    shown = by_pages(server, world.session(viewer, instant(step["at"])))
    check_silence(answer, names, shown)
    for public, name in names.items():
        if name in answer.see and world.sent[name].step["kind"] != "comment":
            assert public in shown, name


@pytest.mark.parametrize("seed", range(SEED * 1000, SEED * 1000 + LIVES))
def test_what_is_served_is_what_the_oracle_says(seed: int, server: httpx.WSGITransport) -> None:
    case: dict[str, Any] = life(seed)
    oracle, world = Oracle(case), HttpWorld(case)
    last = {step["ask"]: number for number, step in enumerate(case["steps"]) if "ask" in step}
    try:
        for number, step in enumerate(case["steps"]):
            if "do" in step:
                oracle.act(step)
                carry_out(world, step)
                continue
            ask(world, oracle, step, server)
            if last[step["ask"]] == number and world.viewers[step["ask"]]["kind"] != "app":
                read_pages(world, oracle, step, server)
    finally:
        _Done.entries += len(world.sent)
        for closure in access_queries.closures():
            access.reopen(scope=closure.scope, which=closure.which, by=BY, at=clock.now())
