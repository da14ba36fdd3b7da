"""What does not work is said: the sign-in service, which puts nobody out; the journal, which undoes nothing."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from joserfc.jwk import RSAKey

from openrecord.access import queries as access_queries
from openrecord.gateways.openid.client import Client as OpenIdClient
from openrecord.gateways.openid.settings import ProviderSettings
from openrecord.identity import providers
from openrecord.identity.types import Kind
from tests.integration.fhir.world import AT, Record
from tests.integration.identity.world import PATIENT_RETURN
from tests.integration.pages import world

NOWHERE = "http://127.0.0.1:9"


@pytest.fixture
def down(stored: None) -> Iterator[None]:  # noqa: ARG001  the database, open
    """Providers at which nobody listens."""
    key = RSAKey.generate_key(2048).as_pem(private=True).decode()
    settings = ProviderSettings(NOWHERE, "records", PATIENT_RETURN, key)
    for kind in Kind:
        providers.use(kind, providers.Provider(OpenIdClient(settings)))
    yield
    for kind in Kind:
        providers.use(kind, None)


@pytest.mark.usefixtures("down")
def test_signing_in_says_that_it_does_not_work_and_what_to_do() -> None:
    page = world.nobody().get("/sign-in")
    assert page.status_code == 503
    assert "does not answer" in page.text
    assert "contact your GP surgery" in page.text
    assert "111" in page.text
    assert NOWHERE not in page.text


@pytest.mark.usefixtures("down")
def test_staff_are_told_too() -> None:
    page = world.nobody().get("/staff/sign-in")
    assert page.status_code == 503
    assert "does not answer" in page.text


@pytest.mark.usefixtures("down")
def test_who_is_signed_in_reads_on(record: Record) -> None:
    assert world.patient(record).get("/record/measurements").status_code == 200


def test_what_could_not_be_written_down_is_not_acknowledged_and_holds(
    record: Record, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full disk must keep nobody from closing their record, nor tell them that this is kept for good."""
    browser = world.patient(record)
    browser.raise_request_exception = False
    assert browser.get("/record/measurements").status_code == 200
    (tmp_path / "no file").mkdir()
    monkeypatch.setenv("OPENRECORD_JOURNAL", str(tmp_path / "no file"))
    answer = browser.post("/access/change", {"wish": "pause", "confirmed": "yes"})
    assert answer.status_code == 500
    facts = access_queries.facts(record.patient.patient_id, at=AT)
    assert facts.online.paused
