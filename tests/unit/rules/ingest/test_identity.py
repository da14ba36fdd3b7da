"""When two arrivals are the same entry, and which of them is newer (architecture, Wrong person; QUESTIONS 12)."""

import hashlib
from typing import Any

import pytest
from msgspec import structs

from openrecord.clinical.incoming import (
    ControlCode,
    IncomingEntry,
    IncomingLink,
    Label,
    LinkKind,
    OwnContent,
    VersionStatus,
)
from openrecord.clinical.kinds import EntryKind, Slot
from openrecord.ingest.rules.identity import digest, is_business_identity, is_older, own_key, shared_key
from openrecord.registry.types import PatientId
from tests.unit.rules.facts import A, B, utc

BUSINESS, BARE = "Observation|https://lab.example|7", "Observation|id|7"


@pytest.mark.parametrize(
    ("identity", "is_business"),
    [(BUSINESS, True), (BARE, False), ("Observation|identifier|7", True), ("Observation|https://x|id|7", True)],
)
def test_a_business_identifier_names_its_system_a_bare_id_has_none(identity: str, *, is_business: bool) -> None:
    assert is_business_identity(identity) is is_business


def blake(text: str) -> bytes:
    return hashlib.blake2b(text.encode(), digest_size=16).digest()


def test_stored_keys_are_made_as_ever() -> None:
    """They lie in tables: made otherwise, every entry would arrive anew beside itself."""
    assert shared_key(A, BUSINESS) == blake("A||Observation|https://lab.example|7")
    assert own_key(A, PatientId(5), BARE) == blake("A|5|Observation|id|7")


def test_a_bare_id_belongs_to_one_patient_a_business_identifier_to_the_source() -> None:
    """Real files repeat ids across patients."""
    keys = {
        shared_key(A, BARE),
        shared_key(B, BARE),
        shared_key(A, BUSINESS),
        own_key(A, PatientId(1), BARE),
        own_key(A, PatientId(2), BARE),
        own_key(B, PatientId(1), BARE),
        own_key(A, PatientId(1), BUSINESS),
    }
    assert len(keys) == 7


ENTRY = IncomingEntry(
    BUSINESS, ("Observation/7",), EntryKind.OBSERVATION, Slot.VITAL_SIGNS, b'{"full":1}', b'{"coded":1}'
)


@pytest.mark.parametrize(
    "change",
    [
        {"full": b'{"full":2}'},
        {"coded": None},
        {"kind": EntryKind.RESULT},
        {"links": (IncomingLink(LinkKind.ENCOUNTER, "Encounter/1"),)},
        {"containers": ("Encounter/1",)},
        {"recorded": utc("2024-01-10")},
        {"clinical": utc("2024-01-10")},
        {"filed": False},
        {"filed": None},
        {"status": VersionStatus.AMENDED},
        {"label": Label.NOT_FOR_PATIENT},
        {"own": OwnContent.NONE},
        {"unit": "a medicine"},
        {"control": ControlCode("104", None, None)},
        {"replaces": "Observation|id|6"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_whatever_decides_about_an_entry_or_is_shown_of_it_makes_a_new_version(change: dict[str, Any]) -> None:
    assert digest(structs.replace(ENTRY, **change)) != digest(ENTRY)


@pytest.mark.parametrize(
    "change",
    [
        {"position": "entry[12]"},
        {"aliases": ("urn:uuid:1",)},
        {"version_id": 9},
        {"version_time": utc("2024-01-10")},
    ],
    ids=lambda change: next(iter(change)),
)
def test_where_and_when_it_was_sent_does_not(change: dict[str, Any]) -> None:
    assert digest(structs.replace(ENTRY, **change)) == digest(ENTRY)
    assert len(digest(ENTRY)) == 16


@pytest.mark.parametrize(
    ("arriving", "in_force", "older"),
    [
        # (version id, microseconds) of the arriving version, and of the one in force
        pytest.param((None, 10), (None, 20), True, id="an earlier time"),
        pytest.param((None, 20), (None, 10), False, id="a later time"),
        pytest.param((1, 20), (2, 10), False, id="times decide before version numbers"),
        pytest.param((2, 10), (1, 20), True, id="also the other way"),
        pytest.param((1, 10), (2, 10), True, id="equal times: a lower version number"),
        pytest.param((2, 10), (1, 10), False, id="equal times: a higher version number"),
        pytest.param((2, 10), (2, 10), False, id="equal in both"),
        pytest.param((None, 10), (None, 10), False, id="equal times, no numbers"),
        pytest.param((1, None), (2, None), True, id="numbers alone"),
        pytest.param((1, None), (2, 10), True, id="no time arrives: numbers"),
        pytest.param((1, 10), (2, None), True, id="no time in force: numbers"),
        pytest.param((1, None), (None, 10), False, id="nothing to compare: arrival decides"),
        pytest.param((None, 10), (2, None), False, id="nothing to compare the other way"),
        pytest.param((None, None), (None, None), False, id="nothing known"),
        pytest.param((0, None), (1, None), True, id="zero is a number"),
        pytest.param((None, 0), (None, 1), True, id="1970 is a time"),
    ],
)
def test_an_older_version_arriving_late_is_told_by_the_source_s_own_order(
    arriving: tuple[int | None, int | None], in_force: tuple[int | None, int | None], *, older: bool
) -> None:
    """QUESTIONS 12, VC-04."""
    entry = structs.replace(ENTRY, version_id=arriving[0])
    assert is_older(entry, *in_force, arriving[1]) is older
