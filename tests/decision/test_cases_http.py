"""Every worked case over HTTP: what the FHIR API and the patients' pages answer, on real sockets."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from openrecord.access import actions as access
from openrecord.access import events as access_events
from openrecord.access import queries as access_queries
from openrecord.clinical.kinds import KIND_RULES, SLOT_KINDS
from openrecord.gateways import trust
from openrecord.identity.models import PersonRow, SessionRow
from openrecord.identity.queries import token_hash
from openrecord.kit import clock
from openrecord.kit.ids import random_token
from tests.decision import cases
from tests.decision.cases import instant
from tests.decision.served_acts import play
from tests.decision.served_world import BY, ServedWorld, at_time
from tests.serving import serving

CASES = cases.load()
pytestmark = [
    pytest.mark.skipif(not CASES, reason="the decision cases are not beside the repository"),
    pytest.mark.usefixtures("stored"),
]
TYPES = sorted({str(KIND_RULES[kind].fhir_type) for kind in SLOT_KINDS.values()})
SECTIONS = (
    "test-results", "consultations", "medicines", "allergies", "vaccinations", "health-conditions", "measurements",
    "documents", "referrals",
)  # fmt: skip
EVERYTHING = ("patient/*.rs",)
_ENTRY = re.compile(r'href="/record/[a-z-]+/([0-9a-f-]{36})"')
_FORM_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]*)')
FAR = datetime(2040, 1, 1, tzinfo=UTC)


@dataclass
class HttpWorld(ServedWorld):
    """A case whose viewers hold tokens: apps their own, people one of an app that may read all they may."""

    tokens: dict[str, str] = field(default_factory=dict)

    def grant(self, name: str, at: datetime) -> None:
        super().grant(name, at)
        patient_id = self.patient_id(name)
        if self.viewers[name]["kind"] == "app":
            viewer_id, client_id, scopes = (
                self.ids[self.viewers[name]["for"]],
                self.ids[name],
                self.viewers[name]["scopes"],
            )
        else:
            viewer_id, client_id, scopes = self.ids[name], uuid4(), EVERYTHING
            act = access_events.AppAuthorised(viewer=client_id, acts_for=viewer_id, scopes=scopes)
            access.record(patient_id=patient_id, act=act, by=BY, at=at, behind=client_id)
        self.tokens[name] = access.issue_token(
            patient_id=patient_id,
            viewer_id=viewer_id,
            client_id=client_id,
            scopes=tuple(scopes),
            expires=FAR,
            by=BY,
            at=at,
        )

    def session(self, name: str, at: datetime) -> str:
        """A signed-in browser of the person behind a viewer."""
        own = self.patient_id(name) if self.viewers[name]["kind"] == "self" else None
        person, _ = PersonRow.objects.get_or_create(
            id=self.ids[name],
            defaults={"family": "Case", "born": at.date(), "patient_id": own, "created": at, "last_sign_in": at},
        )
        token = random_token()
        SessionRow.objects.create(
            token_hash=token_hash(token), id=uuid4(), person=person, strength="P9.Cp.Cd", created=at, last_seen=at,
            ends_at=at + timedelta(hours=1),
        )  # fmt: skip
        return token


@pytest.fixture(scope="module")
def origin(_migrated: None, django_db_blocker: Any) -> Iterator[str]:
    with django_db_blocker.unblock(), serving() as address:
        yield address


def fhir(origin: str, token: str) -> dict[str, str]:
    """Outside id -> text of everything the FHIR API finds with a token."""
    found: dict[str, str] = {}
    headers = {"Authorization": f"Bearer {token}"}
    with httpx.Client(headers=headers, verify=trust.authorities(), trust_env=False) as client:
        for fhir_type in TYPES:
            address: str | None = f"{origin}/fhir/{fhir_type}?_count=3"
            while address is not None:
                answer = client.get(address)
                if answer.status_code in {401, 403}:
                    break
                assert answer.status_code == 200, answer.text
                bundle = answer.json()
                assert "total" not in bundle
                for entry in bundle.get("entry", []):
                    assert entry["resource"]["id"] not in found
                    found[entry["resource"]["id"]] = answer.text
                links = {link["relation"]: link["url"] for link in bundle.get("link", [])}
                address = None if "next" not in links else origin + "/fhir" + links["next"].partition("/fhir")[2]
    return found


def reader(session: str) -> httpx.Client:
    """A browser of somebody who is signed in."""
    cookies = {"openrecord_session": session}
    return httpx.Client(cookies=cookies, verify=trust.authorities(), trust_env=False, follow_redirects=True)


def pages(origin: str, session: str) -> str:
    """The text of every record page of a signed-in person, details included."""
    with reader(session) as client:
        texts = [client.get(f"{origin}/home").text, client.get(f"{origin}/record/on-its-way").text]
        for section in SECTIONS:
            listed = client.get(f"{origin}/record/{section}").text
            details = sorted(set(re.findall(rf"/record/{section}/[0-9a-f-]{{36}}", listed)))
            texts += [listed, *(client.get(origin + path).text for path in details)]
    return "\n".join(texts)


def together(origin: str, session: str) -> tuple[str, str, str]:
    """The record by date, and what is found by a word of every coded rendering and by one of every free text."""
    with reader(session) as client:
        by_date = client.get(f"{origin}/record/timeline").text
        return by_date, searched(client, "coded", origin), searched(client, "text", origin)


def searched(client: httpx.Client, words: str, origin: str = "") -> str:
    """What the record answers to these words in the form; the marks of what was found taken off."""
    form = client.get(f"{origin}/record/search").text
    token = _FORM_TOKEN.findall(form)[0]
    sent = client.post(f"{origin}/record/search", data={"csrfmiddlewaretoken": token, "words": words})
    answer = sent if sent.status_code == 200 else client.get(f"{origin}/record/search")
    return re.sub("</?mark>", "", answer.text)


def check(world: HttpWorld, step: dict[str, Any], origin: str) -> None:
    at = instant(step["at"])
    at_time(at)
    viewer = step["ask"]
    copies = {copy for _, copy in step.get("same", [])}
    owner = world.owner(viewer)
    names = {n: str(world.entry(n)[2]) for n, s in world.sent.items() if s.patient == owner and n not in copies}
    seen = fhir(origin, world.tokens[viewer])
    assert sorted(n for n, public in names.items() if public in seen) == sorted(step["see"])
    assert len(seen) == len(step["see"])
    answered = "\n".join(seen.values())
    for name, rendering in step.get("as", {}).items():
        assert (f"TEXT-{name}" in answered) == (rendering == "full"), name
    if world.viewers[viewer]["kind"] != "app":
        shown = pages(origin, world.session(viewer, at))
        by_date, found, by_text = together(origin, world.session(viewer, at))
        for name in step["see"]:
            if world.sent[name].step["kind"] != "comment":
                assert names[name] in shown, name
                assert names[name] in by_date, name
        assert set(_ENTRY.findall(found)) == {names[name] for name in step["see"]}
        assert set(_ENTRY.findall(by_text)) <= {names[name] for name in step["see"]}
        for name, rendering in step.get("as", {}).items():
            assert (names[name] in by_text) == (rendering == "full"), name
        shown += by_date + found + by_text
        answered += shown
    for name in step["hidden"]:
        assert names[name] not in answered, name
        assert f"CODED-{name}-" not in answered
        assert f"TEXT-{name}" not in answered


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_case(case: cases.Case, origin: str) -> None:
    world = HttpWorld(case.body)
    try:
        for step in case.body["steps"]:
            if "do" in step:
                play(world, step)
            else:
                check(world, step, origin)
    finally:
        for closure in access_queries.closures():
            access.reopen(scope=closure.scope, which=closure.which, by=BY, at=clock.now())
