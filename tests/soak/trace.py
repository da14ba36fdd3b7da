"""One arm of the no-trace test, in a process and a store of its own: play the worlds, write down every answer.

    python -m tests.soak.trace with|without FIRST COUNT FILE [ANSWERS-OF-THE-OTHER-ARM]

Clock, ids and secrets are drawn anew from each act's name, so that an act more or less shifts nothing in the others.
The arm without the hidden entries learns their ids from the other arm's file, to ask for them all the same.
"""

import gzip
import json
import os
import random
import re
import sys
from collections.abc import Iterator
from typing import Any
from unittest import mock
from uuid import UUID

import httpx

Json = dict[str, Any]
NEVER = str(UUID(int=0x0DD0DD0DD0DD4DD08DD0DD0DD0DD0DD0))
_FORM_TOKEN = re.compile(r'(?<=name="csrfmiddlewaretoken" value=")[^"]*')
_COOKIE = re.compile(r"(csrftoken=|openrecord_search=).*?(?=; HttpOnly)")
PARTS = ("", "?kind=test-results&kind=referrals", "?first=2024", "?last=2020&kind=measurements")
WORDS = ("coded", "text", "coded x", "text y", "x")


class Arm:
    """One pair's world in this arm."""

    def __init__(self, seed: int, hidden_ids: dict[str, dict[str, str]] | None) -> None:
        from tests.soak.hidden import random_pair

        self.seed = seed
        self.generator = random.Random()
        self.case, self.steps = random_pair(seed)
        self.hidden_ids = hidden_ids
        self.with_hidden = hidden_ids is None

    def begin(self, name: str) -> None:
        """What is drawn from now on depends on this name alone."""
        self.generator.seed(f"{self.seed}/{name}")

    def play(self) -> Iterator[Json]:
        """Every question's answers, in order."""
        from openrecord.kit import ids
        from tests.decision.served_acts import play
        from tests.decision.test_cases_http import HttpWorld

        ids.use_random(self.generator.randbytes)
        self.begin("world")
        world = HttpWorld(self.case)
        for step in self.steps:
            if "ask" in step:
                for viewer in step["ask"]:
                    yield self.ask(world, viewer, step["at"])
            elif self.with_hidden or not step.get("hidden"):
                self.begin(f"{step['do']}/{step.get('id', step.get('entry'))}/{step['at']}")
                play(world, step)

    def ask(self, world: Any, viewer: str, at: str) -> Json:
        from tests.decision.cases import instant
        from tests.decision.served_world import at_time

        at_time(instant(at))
        self.begin(f"{viewer}/{at}")
        session = None if viewer == "lab" else world.session(viewer, instant(at))
        told: Json = {"seed": self.seed, "viewer": viewer, "at": at}
        unseen = (self.hidden_ids or {}).get(f"{viewer} {at}", {})
        if self.with_hidden:
            unseen, told["visible"] = self._hidden(world, viewer, instant(at))
            told["ids"] = unseen
        visitor = Visitor(world.tokens[viewer], session, str(world.people["P"].public_id))
        told["answers"] = visitor.visit(sorted({*unseen.values(), NEVER}))
        return told

    def _hidden(self, world: Any, viewer: str, at: Any) -> tuple[dict[str, str], bool]:
        """Outside ids of the hidden ones, and whether any is visible after all."""
        from openrecord.screening import queries as screening
        from tests.soak.hidden import HIDDEN, PART

        found = {name: world.entry(name) for name in (HIDDEN, PART) if name in world.sent}
        viewer_id, client_id = world.viewer_sight_id(viewer)
        visible = False
        for channel in ("web", "fhir"):
            verdicts = screening.verdicts(
                world.patient_id(viewer), viewer_id, at=at, channel=channel, client_id=client_id
            )
            visible |= any(verdicts[inside].visible for _, inside, _ in found.values())
        return {name: str(public) for name, (_, _, public) in found.items()}, visible


class Visitor:
    """Asks everything that one viewer can ask, and keeps every byte of the answers."""

    def __init__(self, token: str, session: str | None, patient: str) -> None:
        from openrecord.config.wsgi import application

        self.transport = httpx.WSGITransport(app=application)
        self.token, self.session, self.patient = token, session, patient
        self.answers: list[list[Any]] = []

    def visit(self, unseen: list[str]) -> list[list[Any]]:
        self._fhir(unseen)
        if self.session is not None:
            self._pages(unseen)
        return self.answers

    def _get(self, client: httpx.Client, address: str, **more: Any) -> httpx.Response:
        name = address if not more else f"{address} {sorted(more)}"
        return self._keep(name, client.get(address, **more))

    def _keep(self, name: str, answer: httpx.Response) -> httpx.Response:
        headers = [(name, _COOKIE.sub(r"\1", value)) for name, value in answer.headers.multi_items()]
        text = _FORM_TOKEN.sub("", answer.content.decode())
        self.answers.append([name, answer.status_code, headers, len(answer.content), text])
        return answer

    def _client(self, **more: Any) -> httpx.Client:
        return httpx.Client(transport=self.transport, base_url="http://127.0.0.1:8000", **more)

    def _fhir(self, unseen: list[str]) -> None:
        from openrecord.fhir.types import SERVED

        with self._client(headers={"Authorization": f"Bearer {self.token}"}) as client:
            for address in (
                "metadata",
                "Patient",
                f"Patient/{self.patient}",
                f"Patient/{NEVER}",
                "Observation?_cursor=x",
            ):
                self._get(client, f"/fhir/{address}")
            for fhir_type in SERVED:
                seen = self._search(client, f"/fhir/{fhir_type}?_count=3")
                self._get(client, f"/fhir/{fhir_type}?patient={self.patient}&_lastUpdated=ge2024-03-05")
                self._get(client, f"/fhir/{fhir_type}?_id={','.join([*seen, *unseen])}")
                for public_id in [*seen, *unseen]:
                    self._get(client, f"/fhir/{fhir_type}/{public_id}")
                if seen:
                    self._again(client, f"/fhir/{fhir_type}/{seen[0]}")
            self._get(client, "/fhir/Observation?date=ge2019-01-01&date=lt2024-03-06&category=laboratory")

    def _search(self, client: httpx.Client, address: str | None) -> list[str]:
        seen: list[str] = []
        while address is not None:
            answer = self._get(client, address)
            if answer.status_code != 200:
                break
            self._again(client, address)
            seen += [entry["resource"]["id"] for entry in answer.json().get("entry", [])]
            address = {link["relation"]: link["url"] for link in answer.json()["link"]}.get("next")
        return seen

    def _again(self, client: httpx.Client, address: str) -> None:
        """What an app gets that has the answer already."""
        tag = self.answers[-1][2]
        known = next((value for name, value in tag if name == "etag"), '"none"')
        self._get(client, address, headers={"If-None-Match": known})

    def _pages(self, unseen: list[str]) -> None:
        from tests.decision.test_cases_http import SECTIONS

        with self._client(cookies={"openrecord_session": str(self.session)}) as client:
            for address in ("/", "/home", "/people", "/covid", "/messages", "/record/nothing", "/record/on-its-way"):
                self._get(client, address)
            for section in SECTIONS:
                listed = self._get(client, f"/record/{section}").text
                for public_id in dict.fromkeys(re.findall(rf"/record/{section}/([0-9a-f-]{{36}})", listed)):
                    self._get(client, f"/record/{section}/{public_id}")
            for section in SECTIONS[:3]:
                for public_id in unseen:
                    self._get(client, f"/record/{section}/{public_id}")
            self._get(client, f"/record/{SECTIONS[0]}?after=x")
            for part in PARTS:
                self._get(client, f"/record/timeline{part}")
            for words in WORDS:
                self._search_pages(client, words)

    def _search_pages(self, client: httpx.Client, words: str) -> None:
        """The form, what it answers, and what it leads to."""
        tokens = re.findall(r'name="csrfmiddlewaretoken" value="([^"]*)', client.get("/record/search").text)
        form = {"csrfmiddlewaretoken": tokens[0], "words": words}
        self._keep(f"search {words}", client.post("/record/search", data=form))
        for part in PARTS:
            self._get(client, f"/record/search{part}")


def main(which: str, first: str, count: str, file: str, other: str | None = None) -> None:
    """Play the pairs and write one line of JSON for every question."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "openrecord.config.settings")
    django.setup()
    from openrecord.kit import ids
    from openrecord.web.limits import Limiter

    known: dict[int, dict[str, dict[str, str]]] = {}
    if other is not None:
        with gzip.open(other, "rt") as lines:
            for told in map(json.loads, lines):
                known.setdefault(told["seed"], {})[f"{told['viewer']} {told['at']}"] = told["ids"]
    drawn = ("tests.decision.served_world.uuid4", "tests.decision.test_cases_http.uuid4")
    with (
        gzip.open(file, "wt", compresslevel=1) as out,
        mock.patch.object(Limiter, "allows", lambda *_, **__: True),  # noqa: PT008
        mock.patch(drawn[0], ids.random_id),
        mock.patch(drawn[1], ids.random_id),
    ):
        for seed in range(int(first), int(first) + int(count)):
            for told in Arm(seed, None if which == "with" else known[seed]).play():
                out.write(json.dumps(told) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
