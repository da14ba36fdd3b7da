"""Synthetic R4 records localised for England, the International Patient Access examples, UK Core's XML examples."""

import gzip
import json
from pathlib import Path

import pytest

from openrecord.clinical.incoming import IncomingMessage, Label
from openrecord.clinical.kinds import EntryKind
from openrecord.clinical.nhs_number import is_valid
from openrecord.clinical.r4.classify import NOT_ENTRIES
from openrecord.clinical.reading import Format, Unreadable, read

DATA = Path(__file__).resolve().parents[2].parent / "shared" / "data"
BUNDLES = sorted((DATA / "synthea-r4-uk-localised" / "bundles").glob("*.json.gz"))
EXAMPLES = sorted((DATA / "ipa-r4" / "examples").glob("*.json"))
XML = sorted((DATA / "uk-core-r4" / "examples").glob("*.xml"))

pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not (BUNDLES and EXAMPLES and XML), reason="../shared/data (R4 records) is absent"),
]
each_bundle = pytest.mark.parametrize("path", BUNDLES, ids=lambda path: path.name.split("_")[0])


def resources_of(path: Path) -> list[dict[str, object]]:
    with gzip.open(path) as file:
        return [entry["resource"] for entry in json.load(file)["entry"]]


def message_of(path: Path) -> IncomingMessage:
    reading = read(gzip.decompress(path.read_bytes()))
    assert reading.format is Format.FHIR_R4
    (message,) = reading.messages
    return message


@each_bundle
def test_every_resource_is_accounted_for_exactly(path: Path) -> None:
    types = [str(resource["resourceType"]) for resource in resources_of(path)]
    message = message_of(path)
    assert message.resources == len(types)
    assert len(message.entries) == sum(kind not in NOT_ENTRIES for kind in types)
    assert message.problems == ()


@each_bundle
def test_patient_and_practice_are_told(path: Path) -> None:
    message = message_of(path)
    assert message.patient is not None
    assert message.patient.nhs_number == path.name.split("_")[0]
    assert is_valid(message.patient.nhs_number)
    assert message.source_org is not None
    assert message.source_org.startswith("Z99")


@each_bundle
def test_entries_are_what_their_resources_say(path: Path) -> None:
    message = message_of(path)
    by_alias = {alias: entry for entry in message.entries for alias in entry.aliases}
    checked = 0
    for resource in resources_of(path):
        entry = by_alias.get(f"{resource['resourceType']}/{resource['id']}")
        if entry is None:
            continue
        assert entry.label is Label.NONE
        assert entry.filed is True
        assert entry.kind is not EntryKind.UNKNOWN
        assert entry.clinical is not None
        for body in (entry.full, entry.coded or entry.full):
            shown = json.loads(body)
            assert shown["resourceType"] == resource["resourceType"]
            assert not {"id", "subject", "patient", "encounter", "meta", "text", "contained"} & set(shown)
            assert str(resource["id"]).encode() not in body
            assert b'"reference"' not in body
        checked += 1
    assert checked == len(message.entries) > 0


@each_bundle
def test_free_text_is_in_no_coded_rendering(path: Path) -> None:
    for entry in message_of(path).entries:
        shown = json.loads(entry.coded or entry.full)
        assert "valueString" not in shown
        assert all(reason.get("coding") for reason in shown.get("reasonCode", []))


@each_bundle
def test_containers_and_links_point_into_the_message(path: Path) -> None:
    message = message_of(path)
    known = {alias for entry in message.entries for alias in entry.aliases}
    named = [target for entry in message.entries for target in (*entry.containers, *(e.target for e in entry.links))]
    assert named
    outside = {target for target in named if target not in known}
    assert not outside


def test_international_patient_access_examples_as_lines() -> None:
    lines = [json.dumps(json.loads(path.read_text(encoding="utf-8"))) for path in EXAMPLES]
    reading = read("\n".join(lines).encode())
    assert reading.resources == len(EXAMPLES)
    (message,) = reading.messages
    assert message.problems == ()
    kinds = {entry.kind for entry in message.entries}
    assert {EntryKind.MEDICATION, EntryKind.ISSUE, EntryKind.DOCUMENT, EntryKind.RESULT} <= kinds
    medicines = [entry for entry in message.entries if entry.kind in (EntryKind.MEDICATION, EntryKind.ISSUE)]
    assert all(b"medicationCodeableConcept" in entry.full and entry.unit for entry in medicines)


@pytest.mark.parametrize("path", XML[:20], ids=lambda path: path.stem)
def test_xml_is_refused(path: Path) -> None:
    with pytest.raises(Unreadable) as error:
        read(path.read_bytes())
    assert error.value.reason == "xml_refused"
