"""Files go where their entries go: into the record that two become, back again, and away with an erased entry."""

import pytest

from openrecord.attachments import queries as attachments
from openrecord.db import stored_files
from openrecord.registry import actions as registry_actions
from openrecord.registry.types import MergeReason, PartReason
from openrecord.screening import queries as screening
from openrecord.screening.actions import acts, erasing
from tests.integration.attachments.world import addresses_in, document, pages_of, scanned
from tests.integration.fhir.world import AT, BY, Record, made_record
from tests.integration.pages import world

WORDS = b"%PDF-1.7 a letter\n%%EOF\n"


def _stores(record: Record) -> list[bytes | None]:
    patient_id = record.patient.patient_id
    entries = screening.states(patient_id).values()
    return [file.store for entry in entries for file in attachments.all_of(patient_id, entry.public_id)]


def test_files_go_into_the_record_that_two_become_and_back(record: Record, monkeypatch: pytest.MonkeyPatch) -> None:
    other = made_record()
    other.deliver(document("letter", ("application/pdf", WORDS)))
    scanned(monkeypatch)
    stores = _stores(other)
    assert len(stores) == 1
    survivor = {"survivor": record.patient.patient_id, "other": other.patient.patient_id}
    registry_actions.merge(**survivor, reason=MergeReason.REGISTERED_TWICE, by=BY, at=AT)
    assert (_stores(record), _stores(other)) == (stores, [])
    registry_actions.part(other=other.patient.patient_id, reason=PartReason.MISTAKE, by=BY, at=AT)
    assert (_stores(record), _stores(other)) == ([], stores)
    browser = world.patient(other)
    [page] = pages_of(browser)
    [address] = addresses_in(browser, page)
    assert b"".join(browser.get(f"{address}/save")) == WORDS


def test_an_erased_entry_takes_its_files_along_and_leaves_what_others_share(record: Record) -> None:
    record.deliver(document("wrong", ("application/pdf", WORDS), ("text/plain", b"another")))
    both = set(_stores(record))
    patient_id = record.patient.patient_id
    [wrong] = screening.states(patient_id)
    record.deliver(document("right", ("application/pdf", WORDS)))
    [shared] = {store for store in both if _stores(record).count(store) == 2}
    [alone] = both - {shared}
    acts.mark_wrong_person(patient_id=patient_id, entry_id=wrong, by=BY, at=AT)
    erasing.erase_entry(patient_id=patient_id, entry_id=wrong, by=BY, at=AT)
    assert _stores(record) == [shared]
    assert shared is not None
    assert alone is not None
    assert stored_files.path_of(shared).exists()
    assert not stored_files.path_of(alone).exists()
