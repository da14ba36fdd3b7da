"""The sign-in service is down: a page says so and what to do, and nobody who is signed in is put out."""

from collections.abc import Iterator

import pytest
from joserfc.jwk import RSAKey

from openrecord.gateways.openid.client import Client as OpenIdClient
from openrecord.gateways.openid.settings import ProviderSettings
from openrecord.identity import providers
from openrecord.identity.types import Kind
from tests.integration.fhir.world import Record
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
