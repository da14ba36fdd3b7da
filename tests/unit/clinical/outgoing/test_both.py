"""What holds of both forms: what is read as not for the patient, and what is lost from one form to the other."""

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openrecord.clinical.incoming import LinkKind
from openrecord.clinical.outgoing import r4
from openrecord.clinical.outgoing.stu3 import bundle as stu3
from openrecord.clinical.outgoing.types import OutgoingEntry
from tests.unit.clinical.outgoing import travel
from tests.unit.clinical.outgoing.travel import demo

FORMATS = ("fhir-r4", "gpconnect-stu3")
each_form = pytest.mark.parametrize("write", [r4.bundle, stu3.bundle], ids=["r4", "stu3"])


@each_form
@given(data=st.data())
@settings(max_examples=20, deadline=None)
def test_exactly_what_is_restricted_and_its_parts_are_read_as_not_for_the_patient(
    write: travel.Writer, data: st.DataObject
) -> None:
    record = travel.record_of(data.draw(st.sampled_from(demo(data.draw(st.sampled_from(FORMATS))))))
    # some entries stay behind, so that containers are missing
    left = data.draw(st.sets(st.sampled_from([entry.public_id for entry in record.entries]), max_size=3))
    entries = tuple(entry for entry in record.entries if entry.public_id not in left)
    ids = {entry.public_id for entry in entries}
    chosen = data.draw(st.sets(st.sampled_from(sorted(ids)), max_size=6))
    entries = tuple(replace(entry, restricted=entry.public_id in chosen) for entry in entries)
    written = write(replace(record, entries=entries))
    unwritten = {one for entry in entries for one in enclosing(entry.public_id, entries)} - set(written.entries)
    closed = chosen | unwritten
    expected = {one for one in written.entries if closed & {one, *enclosing(one, entries)}}
    found = {travel.own_id(entry) for entry in travel.read_again(written).entries if entry.label.value == "nopat"}
    assert found == expected == written.labelled


def enclosing(start: UUID, entries: tuple[OutgoingEntry, ...]) -> set[UUID]:
    """All containers, near and far, present or not."""
    direct = {entry.public_id: entry.containers for entry in entries}
    found: set[UUID] = set()
    for container in direct.get(start, ()):
        found |= {container} | enclosing(container, entries)
    return found


def _filed(body: Any) -> Any:
    """The body with GP Connect's word for a filed result as R4 has it."""
    return {**body, "status": "final"} if body and body.get("status") == "unknown" else body


def _common(content: travel.Content) -> travel.Content:
    """What both forms hold of an entry: docs/adr/0021-a-label-on-export.md says what else is lost, and why."""
    content = replace(content, label="")
    match content.kind:
        case "result" | "report":
            return replace(content, full=_filed(content.full), coded=_filed(content.coded))
        case "specimen":
            return replace(content, recorded=None)
        case "plan":
            links = frozenset(link for link in content.links if link[0] != LinkKind.ENCOUNTER.value)
            return replace(content, around=frozenset(), links=links)
        case "consultation":
            links = frozenset(link for link in content.links if link[0] != LinkKind.REASON.value)
            return replace(content, links=links)
    return content


@pytest.mark.parametrize(("given", "write"), [("fhir-r4", stu3.bundle), ("gpconnect-stu3", r4.bundle)], ids=FORMATS)
def test_from_one_form_to_the_other_only_what_is_documented_is_lost(given: str, write: travel.Writer) -> None:
    for message in demo(given):
        journey = travel.journey(message, write)
        after = {one: _common(content) for one, content in journey.after.items()}
        assert after == {one: _common(content) for one, content in journey.before.items()}
        stayed = len(travel.record_of(message).entries) - len(after)
        assert stayed == sum(journey.written.left_out.values())
