"""Covid-19 vaccinations and cards of them: made of what the viewer sees, and checked by a path that is not ours."""

import json
import re
import uuid
import zlib
from base64 import urlsafe_b64decode
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import fhirkit
import pytest
from django.test import Client
from joserfc import jws
from joserfc.jwk import ECKey

from openrecord.access import actions as access
from openrecord.access import events as access_events
from openrecord.cards import keyring, queries
from openrecord.cards.types import Card
from openrecord.clinical.kinds import Level
from openrecord.identity import queries as identity
from openrecord.identity.types import Role
from openrecord.kit import clock
from openrecord.portal.views import covid
from openrecord.registry.types import OdsCode
from openrecord.screening.actions import acts
from openrecord.screening.types import HideReason
from tests.integration.fhir.world import AT, BY, ORG, Json, Record, made_record
from tests.integration.pages import world
from tests.unit.web.test_pdf import tags

DMD, SNOMED = "https://dmd.nhs.uk", "http://snomed.info/sct"
COMIRNATY, FIRST_DOSE = "39115611000001103", "1324681000000101"


def vaccination(key: str, day: str = "2025-02-01", code: str = COMIRNATY, system: str = DMD, **elements: Any) -> Json:
    """A vaccination of a day, recorded on the same day."""
    return {
        "resourceType": "Immunization",
        "id": key,
        "status": "completed",
        "patient": {"reference": "Patient/p"},
        "vaccineCode": {"coding": [{"system": system, "code": code, "display": "Vaccine as recorded"}]},
        "occurrenceDateTime": day,
        "recorded": f"{day}T12:00:00Z",
        "lotNumber": f"FK01{key}",
        "note": [{"text": "A word of the practice"}],
        **elements,
    }


@pytest.fixture(autouse=True)
def ring() -> Iterator[keyring.Keyring]:
    """Keys of this test alone."""
    made = keyring.parsed(keyring.with_new_key(keyring.EMPTY))
    keyring.use(made)
    yield made
    keyring.use(None)


@pytest.fixture
def vaccinated(record: Record) -> Record:  # noqa: ARG001
    """Two doses against Covid-19, and an influenza vaccination."""
    made = made_record(family="Okafor", given="Ada Ngozi")
    flu = vaccination("flu", "2025-02-03", "1", "http://example.org/codes")
    made.deliver(vaccination("a"), vaccination("b", "2025-02-02", FIRST_DOSE, SNOMED), flu)
    return made


def only_card(record: Record) -> Card:
    (found,) = queries.cards(record.patient.patient_id)
    return found


def made_card(browser: Client, record: Record) -> str:
    """Make a card; its address."""
    answer = browser.post("/covid/cards")
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/covid/cards/{only_card(record).card_id}")
    return answer.headers["Location"]


def read(browser: Client, address: str) -> tuple[Json, Json]:
    """Header and claims of the card's file, whose signature fits a published key: read without our own code."""
    answer = browser.get(f"{address}/file")
    assert answer.headers["Content-Type"] == "application/smart-health-card"
    assert answer.headers["Content-Disposition"].endswith('.smart-health-card"')
    (text,) = json.loads(answer.content)["verifiableCredential"]
    head = text.split(".")[0]
    header = json.loads(urlsafe_b64decode(head + "=" * (-len(head) % 4)))
    published = json.loads(world.nobody().get("/.well-known/jwks.json").content)["keys"]
    (key,) = [each for each in published if each["kid"] == header["kid"]]
    registry = jws.JWSRegistry(algorithms=["ES256"], strict_check_header=False)
    checked = jws.deserialize_compact(text, ECKey.import_key(key), registry=registry)
    return header, json.loads(zlib.decompress(checked.payload, wbits=-15))


def resources(claims: Json) -> list[Json]:
    return [entry["resource"] for entry in claims["vc"]["credentialSubject"]["fhirBundle"]["entry"]]


def test_the_page_lists_doses_by_code_with_product_batch_and_place(vaccinated: Record) -> None:
    nurse = {"resourceType": "Practitioner", "id": "nurse", "name": [{"text": "Robin Jones"}]}
    surgery = {"resourceType": "Organization", "id": "org", "name": "Made-up Surgery"}
    actors = [{"actor": {"reference": f"{each['resourceType']}/{each['id']}"}} for each in (nurse, surgery)]
    elsewhere = vaccination("c", "2025-02-05", location={"display": "Elland Road"})
    vaccinated.deliver(nurse, surgery, elsewhere, vaccination("d", "2025-02-06", performer=actors))
    text = world.patient(vaccinated).get("/covid").text
    assert text.count("Made-up Surgery") == 1
    assert text.count("Robin Jones") == 1
    for words in ("Comirnaty (Pfizer)", "FK01a", "1 February 2025", "2 February 2025", "Elland Road"):
        assert words in text
    assert "FK01flu" not in text


def test_without_a_dose_no_card_is_spoken_of(record: Record) -> None:
    assert "Take proof with you" not in world.patient(record).get("/covid").text


def test_a_card_says_what_the_framework_asks_and_no_more(vaccinated: Record) -> None:
    browser = world.patient(vaccinated)
    header, claims = read(browser, made_card(browser, vaccinated))
    assert (header["alg"], header["zip"]) == ("ES256", "DEF")
    assert (claims["iss"], claims["nbf"]) == ("http://127.0.0.1:8000", int(AT.timestamp()))
    assert claims["vc"]["type"] == ["https://smarthealth.cards#health-card"]
    person, first, second = resources(claims)
    assert person == {
        "resourceType": "Patient",
        "name": [{"family": "Okafor", "given": ["Ada", "Ngozi"]}],
        "birthDate": "1980-05-10",
    }
    assert first == {
        "resourceType": "Immunization",
        "status": "completed",
        "vaccineCode": {"coding": [{"system": SNOMED, "code": COMIRNATY}]},
        "patient": {"reference": "resource:0"},
        "occurrenceDateTime": "2025-02-01",
        "lotNumber": "FK01a",
    }
    assert second["vaccineCode"] == {"coding": [{"system": SNOMED, "code": FIRST_DOSE}]}
    urls = [entry["fullUrl"] for entry in claims["vc"]["credentialSubject"]["fhirBundle"]["entry"]]
    assert urls == ["resource:0", "resource:1", "resource:2"]
    assert vaccinated.patient.nhs_number not in json.dumps(claims)
    assert fhirkit.validate(json.dumps(claims["vc"]["credentialSubject"]["fhirBundle"]).encode()) == []


def test_the_same_card_is_not_made_twice_and_is_shown_again(vaccinated: Record) -> None:
    browser = world.patient(vaccinated)
    address = made_card(browser, vaccinated)
    assert made_card(browser, vaccinated) == address
    assert '<svg class="or-qr"' in browser.get(address).text


@pytest.mark.usefixtures("record")
def test_keys_and_lists_are_for_everybody(ring: keyring.Keyring) -> None:
    (kid,) = ring.keys
    for path in ("/.well-known/jwks.json", f"/.well-known/crl/{kid}.json"):
        answer = world.nobody().get(path)
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
        assert answer.headers["Content-Type"] == "application/json"
    (key,) = json.loads(world.nobody().get("/.well-known/jwks.json").content)["keys"]
    assert key.keys() == {"kty", "crv", "x", "y", "use", "alg", "kid", "crlVersion"}
    assert world.nobody().get("/.well-known/crl/unknown.json").status_code == 404


def test_withdrawing_is_confirmed_and_published(vaccinated: Record) -> None:
    browser = world.patient(vaccinated)
    address = made_card(browser, vaccinated)
    _, claims = read(browser, address)
    kid = only_card(vaccinated).kid
    assert queries.revocation_list(kid) == {"kid": kid, "method": "rid", "ctr": 1, "rids": ()}
    assert "Withdraw this card?" in browser.get(f"{address}/withdraw").text
    for _ in range(2):
        assert browser.post(f"{address}/withdraw").status_code == 303
    assert "This card was withdrawn on 3 March 2025" in browser.get(address).text
    assert browser.get(f"{address}/file").status_code == 404
    listed = json.loads(world.nobody().get(f"/.well-known/crl/{kid}.json").content)
    assert listed == {"kid": kid, "method": "rid", "ctr": 2, "rids": [claims["vc"]["rid"]]}
    (key,) = json.loads(world.nobody().get("/.well-known/jwks.json").content)["keys"]
    assert key["crlVersion"] == 2
    assert browser.post("/covid/cards").headers["Location"] != address


def test_a_rotated_key_is_published_and_signs_no_more(vaccinated: Record, ring: keyring.Keyring) -> None:
    browser = world.patient(vaccinated)
    address = made_card(browser, vaccinated)
    keyring.use(keyring.parsed(keyring.with_new_key(ring)))
    published = json.loads(world.nobody().get("/.well-known/jwks.json").content)["keys"]
    assert [key["kid"] for key in published][1:] == list(ring.keys)
    assert all("d" not in key for key in published)
    assert "does not say the same any more" in browser.get(address).text
    assert browser.post("/covid/cards").headers["Location"] != address


def test_a_hidden_dose_ends_the_showing_of_the_cards_it_was_in(vaccinated: Record) -> None:
    browser = world.patient(vaccinated)
    address = made_card(browser, vaccinated)
    hide(vaccinated, "FK01b", browser)
    assert "<svg" not in browser.get(address).text
    assert browser.get(f"{address}/file").status_code == 404
    _, claims = read(browser, browser.post("/covid/cards").headers["Location"])
    assert [each["lotNumber"] for each in resources(claims)[1:]] == ["FK01a"]


def test_nothing_tells_of_a_hidden_dose(record: Record) -> None:  # noqa: ARG001
    told = made_record()
    told.deliver(vaccination("a"))
    browser = world.patient(told)
    address = made_card(browser, told)
    before = everything(browser, address)
    told.deliver(vaccination("b", "2025-02-02"))
    hide(told, "FK01b", browser)
    assert everything(browser, address) == before
    assert made_card(browser, told) == address


TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="[^"]*"')


def everything(browser: Client, address: str) -> list[str]:
    """Every page and file of cards, without what differs at each answer: form tokens, and the signature."""
    pages = [TOKEN.sub("", browser.get(path).text) for path in ("/covid", f"{address}/withdraw")]
    shown = re.sub(r"<svg.*</svg>", "", TOKEN.sub("", browser.get(address).text))
    return [*pages, shown, json.dumps(read(browser, address))]


def proxy_of(record: Record) -> Client:
    """The browser of somebody who acts for the patient."""
    carer = made_record("Carer", "Kim")
    browser = world.patient(carer)
    person = identity.person_by_nhs_number(carer.patient.nhs_number)
    assert person is not None
    viewer = uuid.uuid4()
    granted = access_events.ProxyGranted(viewer=viewer, basis="consent", listed_org=str(ORG), level=4)
    access.record(patient_id=record.patient.patient_id, act=granted, by=BY, at=AT, behind=person.person_id)
    assert browser.post("/people", {"viewer": str(viewer)}).status_code == 303
    return browser


def test_a_proxy_has_cards_of_what_a_proxy_sees_and_of_those_alone(vaccinated: Record) -> None:
    own, proxy = world.patient(vaccinated), proxy_of(vaccinated)
    address = made_card(own, vaccinated)
    entry = vaccinated.entry(entry_address("FK01b", own).rpartition("/")[2])
    patient_id = vaccinated.patient.patient_id
    acts.set_proxy_rule(patient_id=patient_id, entry_id=entry, everyone=True, excluded=(), by=BY, at=AT)
    assert "Card made on" not in proxy.get("/covid").text
    for path in (address, f"{address}/file", f"{address}/pdf", f"{address}/withdraw"):
        assert proxy.get(path).status_code == 404
    theirs = proxy.post("/covid/cards").headers["Location"]
    _, claims = read(proxy, theirs)
    assert [each["lotNumber"] for each in resources(claims)[1:]] == ["FK01a"]
    assert own.get("/covid").text.count("Card made on") == 2
    assert own.post(f"{theirs}/withdraw").status_code == 303
    assert "This card was withdrawn" in proxy.get(theirs).text


def entry_address(batch: str, browser: Client) -> str:
    """The page of the dose of this batch."""
    links = [link for link in browser.get("/covid").text.split('"') if link.startswith("/record/vaccinations/")]
    return next(link for link in links if batch in browser.get(link).text)


def hide(record: Record, batch: str, browser: Client) -> None:
    """The practice hides the dose of this batch."""
    entry = record.entry(entry_address(batch, browser).rpartition("/")[2])
    why = {"reason": HideReason.OTHER, "responsible": None}
    acts.hide(patient_id=record.patient.patient_id, entry_id=entry, by=BY, at=AT, **why)


def test_whoever_sees_no_vaccinations_has_no_card(vaccinated: Record) -> None:
    browser = world.patient(vaccinated)
    address = made_card(browser, vaccinated)
    vaccinated.lower(Level.SUMMARY)
    assert "Your access does not include this part of the record." in browser.get("/covid").text
    assert browser.post("/covid/cards").headers["Location"] == "/covid"
    assert browser.get(f"{address}/file").status_code == 404


def test_a_card_is_nobody_elses(vaccinated: Record) -> None:
    address = made_card(world.patient(vaccinated), vaccinated)
    stranger = world.patient(made_record())
    for path in (address, f"{address}/file", f"{address}/withdraw"):
        assert stranger.get(path).status_code == 404
    assert stranger.post(f"{address}/withdraw").status_code == 404
    assert only_card(vaccinated).withdrawn is None


def test_a_practice_sees_that_there_is_a_card_and_withdraws_it(vaccinated: Record) -> None:
    browser = world.patient(vaccinated)
    address = made_card(browser, vaccinated)
    staff, here = world.staff(), f"/staff/patients/{vaccinated.patient.public_id}/cards"
    card = {"card": str(only_card(vaccinated).card_id)}
    assert "3 March 2025" in staff.get(here).text
    assert "FK01a" not in staff.get(here).text
    assert "Withdraw this card?" in staff.post(here, card).text
    assert only_card(vaccinated).withdrawn is None
    assert world.staff(roles=(Role.READER,)).post(here, card | {"confirmed": "yes"}).status_code == 403
    assert world.staff(ods=OdsCode("Y90778")).get(here).status_code == 404
    assert staff.post(here, card | {"confirmed": "yes"}).headers["Location"] == f"{here}?saved"
    assert only_card(vaccinated).withdrawn == AT
    assert "This card was withdrawn" in browser.get(address).text


def test_a_card_is_printed_as_a_tagged_pdf(vaccinated: Record) -> None:
    browser = world.patient(vaccinated)
    address = made_card(browser, vaccinated)
    answer = browser.get(f"{address}/pdf")
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="covid-19-vaccination.pdf"'
    assert answer.content.startswith(b"%PDF-1.7")
    assert tags(answer.content) >= {"Document", "Title", "Table", "TH", "TD", "Figure", "P"}
    hide(vaccinated, "FK01b", browser)
    assert browser.get(f"{address}/pdf").status_code == 404


def test_a_printed_card_says_where_it_is_checked(vaccinated: Record, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[Json] = []
    monkeypatch.setattr(covid, "pdf", lambda _template, data, **_: told.append(data) or b"")
    monkeypatch.setenv("OPENRECORD_CARD_ISSUER", "https://cards.example/")
    browser = world.patient(vaccinated)
    assert browser.get(f"{made_card(browser, vaccinated)}/pdf").status_code == 200
    assert "To check it, go to https://cards.example/check-card" in told[0]["sentences"]


def test_a_name_that_cannot_be_printed_is_said(record: Record) -> None:  # noqa: ARG001
    foreign = made_record(family="Οικονόμου", given="Ada")
    foreign.deliver(vaccination("a"))
    browser = world.patient(foreign)
    address = made_card(browser, foreign)
    answer = browser.get(f"{address}/pdf")
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{address}?no-pdf")
    assert "There is no PDF of this card" in browser.get(answer.headers["Location"]).text
    assert read(browser, address)[1]["vc"]


def test_without_keys_no_card_is_offered(vaccinated: Record) -> None:
    keyring.use(keyring.EMPTY)
    browser = world.patient(vaccinated)
    assert "Make a card" not in browser.get("/covid").text
    assert browser.post("/covid/cards").headers["Location"] == "/covid"
    assert json.loads(world.nobody().get("/.well-known/jwks.json").content) == {"keys": []}
    assert "makes no cards at present" in world.nobody().get("/check-card").text


def test_a_broken_file_of_keys_costs_the_cards_and_not_the_doses(
    vaccinated: Record, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    keyring.use(None)
    monkeypatch.setenv("OPENRECORD_CARD_KEYS_FILE", str(tmp_path / "gone.json"))
    browser = world.patient(vaccinated)
    page = browser.get("/covid").text
    assert "Batch number" in page
    assert "Make a card" not in page
    assert browser.post("/covid/cards").headers["Location"] == "/covid"
    assert "makes no cards at present" in world.nobody().get("/check-card").text


def test_making_and_withdrawing_are_on_the_trail(vaccinated: Record) -> None:
    browser = world.patient(vaccinated)
    before = len(vaccinated.trail())
    address = made_card(browser, vaccinated)
    browser.get(address)
    browser.get(f"{address}/file")
    told = vaccinated.trail()[before:]
    assert [route for route, *_ in told] == ["/covid/cards", "/covid/cards/card", "/covid/cards/file"]
    assert {len(served) for *_, served in told} == {32}


def test_the_page_that_checks_may_run_our_scripts_and_nothing_else() -> None:
    answer = world.nobody().get("/check-card")
    policy = answer.headers["Content-Security-Policy"]
    assert "script-src 'self'; connect-src 'self'" in policy
    assert "form-action 'none'" in policy
    assert "unsafe" not in policy
    assert "camera=(self)" in answer.headers["Permissions-Policy"]
    assert "camera=()" in world.nobody().get("/").headers["Permissions-Policy"]


def test_a_card_of_a_later_day_is_another(vaccinated: Record) -> None:
    browser = world.patient(vaccinated)
    address = made_card(browser, vaccinated)
    clock.use(lambda: AT + timedelta(minutes=5))
    vaccinated.deliver(vaccination("d", "2025-03-01"), at=AT + timedelta(minutes=5))
    assert "does not say the same any more" in browser.get(address).text
    second = browser.post("/covid/cards").headers["Location"]
    assert len(resources(read(browser, second)[1])) == 4
