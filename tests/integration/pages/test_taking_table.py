"""The table of results says what the pages say."""

from tests.integration.fhir.world import Record, observation
from tests.integration.pages import world
from tests.integration.pages.test_taking import CSV, content, rows


def test_who_did_a_test_is_said_as_on_its_page(record: Record) -> None:
    parties = ("MessageRecipient-HOLMES-G8040642", "LaboratoryServiceProvider-CITY HOSPITAL", "OrderingParty-D82015")
    record.deliver(observation("lab", "2025-02-20", "laboratory", performer=[{"display": name} for name in parties]))
    assert rows(content(world.patient(record), CSV))[0][9] == "CITY HOSPITAL"
