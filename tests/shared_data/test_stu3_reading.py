"""GP Connect records of NHS Digital's test patients, and the specification's examples."""

import json
from pathlib import Path

import pytest

from openrecord.clinical.incoming import IncomingMessage, Label
from openrecord.clinical.kinds import KIND_RULES, EntryKind
from openrecord.clinical.nhs_number import is_valid
from openrecord.clinical.stu3.bundle import read_bundle
from openrecord.clinical.stu3.convert import CONVERTERS
from tests.shared_data.goldens import stu3

FILES = stu3.files()
CLINICAL = set(CONVERTERS)

pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not FILES, reason="../shared/data (GP Connect records) is absent"),
]
each_file = pytest.mark.parametrize("path", FILES, ids=stu3.name_of)
each_record = pytest.mark.parametrize(
    "path", [path for path in FILES if stu3.RECORDS in path.parents], ids=stu3.name_of
)


def read(path: Path) -> IncomingMessage:
    (message,) = read_bundle(stu3.load(path))
    return message


@each_file
def test_every_resource_stands_in_one_class(path: Path) -> None:
    loaded = stu3.load(path)
    given = stu3.resources(loaded)
    contained = [
        inner
        for each in given
        if each["resourceType"] == "List"
        for inner in each.get("contained", [])
        if inner["resourceType"] in CLINICAL
    ]
    (message,) = read_bundle(loaded)
    assert message.resources == len(given) + len(contained)


@each_file
def test_files_with_clinical_resources_give_entries(path: Path) -> None:
    clinical = [each for each in stu3.resources(stu3.load(path)) if each["resourceType"] in CLINICAL]
    message = read(path)
    assert bool(message.entries) == bool(clinical)
    assert message.patient is None or is_valid(message.patient.nhs_number or "")


@each_record
def test_full_records_are_read_without_a_problem(path: Path) -> None:
    assert read(path).problems == ()


@each_file
def test_links_lead_to_entries_and_containers_to_entries_or_to_what_is_absent(path: Path) -> None:
    loaded = stu3.load(path)
    (message,) = read_bundle(loaded)
    known = {alias for entry in message.entries for alias in entry.aliases}
    present = {f"{each['resourceType']}/{each.get('id')}" for each in stu3.resources(loaded)}
    assert all(link.target in known for entry in message.entries for link in entry.links)
    unresolved = {name for entry in message.entries for name in entry.containers if name not in known}
    assert not unresolved & present


@each_record
def test_identities_differ_and_no_container_encloses_itself(path: Path) -> None:
    message = read(path)
    assert len({entry.identity for entry in message.entries}) == len(message.entries)
    parents = {entry.aliases[0]: entry.containers for entry in message.entries}
    for start, containers in parents.items():
        reached, waiting = set[str](), list(containers)
        while waiting:
            current = waiting.pop()
            if current not in reached:
                reached.add(current)
                waiting.extend(parents.get(current, ()))
        assert start not in reached


@each_record
def test_what_is_filed_is_filed_and_every_entry_was_recorded(path: Path) -> None:
    for entry in read(path).entries:
        assert entry.recorded is not None
        assert entry.filed is True or not KIND_RULES[entry.kind].needs_filing


@each_record
def test_results_and_specimens_are_parts_of_reports(path: Path) -> None:
    message = read(path)
    reports = {entry.aliases[0] for entry in message.entries if entry.kind is EntryKind.REPORT}
    for entry in message.entries:
        if entry.kind in (EntryKind.RESULT, EntryKind.SPECIMEN):
            assert reports.intersection(entry.containers)


def test_the_eight_labels_of_the_labelled_record_land_on_eight_prescriptions() -> None:
    (path,) = (path for path in FILES if "repaired-nopat" in path.name)
    labelled = [entry for entry in read(path).entries if entry.label is not Label.NONE]
    assert [entry.label for entry in labelled] == [Label.NOT_FOR_PATIENT] * 8
    assert {entry.kind for entry in labelled} <= {EntryKind.PLAN, EntryKind.ISSUE}
    units = {entry.unit for entry in labelled}
    assert None not in units
    others = [entry for entry in read(path).entries if entry.kind is EntryKind.MEDICATION and entry.unit in units]
    assert others, "an unlabelled statement of the same medicine must share its unit"


@each_file
def test_no_address_of_a_document_remains(path: Path) -> None:
    for entry in read(path).entries:
        assert b"thirdparty.nhs.uk" not in entry.full


@each_file
def test_mapping_is_as_recorded(path: Path) -> None:
    goldens = json.loads(stu3.GOLDENS.read_text(encoding="utf-8"))
    assert stu3.summary(stu3.load(path)) == goldens[stu3.name_of(path)], (
        "if the change is intended: python -m tests.shared_data.goldens.stu3"
    )
