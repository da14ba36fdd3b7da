"""What a delivery is prepared to: it goes to another process and comes back equal; damaged bytes are no exception."""

import gzip
import hashlib
from datetime import UTC, datetime
from types import UnionType
from typing import Any, get_args, get_origin, get_type_hints

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from openrecord.clinical.reading import Format
from openrecord.ingest.rules.preparing import Prepared, from_bytes, prepare, to_bytes
from openrecord_demo.england.bench import bench_bundles

Strategy = st.SearchStrategy[Any]
PLAIN: dict[Any, Strategy] = {
    str: st.text(max_size=8),
    bytes: st.binary(max_size=8),
    int: st.integers(-(2**63), 2**63 - 1),
    bool: st.booleans(),
    type(None): st.none(),
    datetime: st.datetimes(timezones=st.just(UTC)).map(lambda instant: instant.replace(fold=0)),
}


def any_of(annotation: Any) -> Strategy:
    """Every value that the annotation allows."""
    if annotation in PLAIN:
        return PLAIN[annotation]
    if hints := get_type_hints(annotation) if isinstance(annotation, type) else {}:
        return st.builds(annotation, **{name: any_of(hint) for name, hint in hints.items()})
    parts = [part for part in get_args(annotation) if part is not Ellipsis]
    if get_origin(annotation) is UnionType:
        return st.one_of(*map(any_of, parts))
    if get_origin(annotation) is tuple:
        return st.lists(any_of(parts[0]), max_size=2).map(tuple)
    return st.dictionaries(*map(any_of, parts), max_size=2) if parts else st.from_type(annotation)


def assert_comes_back(prepared: Prepared) -> None:
    """Equal, and of the same types: an enumeration's member equals its bare text."""
    back = from_bytes(to_bytes(prepared))
    assert back == prepared
    assert repr(back) == repr(prepared)


@settings(max_examples=60)
@given(any_of(Prepared))
def test_whatever_can_be_said_comes_back_from_another_process(prepared: Prepared) -> None:
    assert_comes_back(prepared)


@pytest.mark.parametrize("form", ["r4", "stu3"])
def test_whole_records_come_back_from_another_process(form: str) -> None:
    for _, data in bench_bundles(seed=5, entries=200, format=form):
        prepared = prepare(data, None)
        assert sum(len(message.entries) for message in prepared.reading.messages) > 100
        assert_comes_back(prepared)


def test_what_came_is_packed_as_it_came() -> None:
    data = gzip.compress(b'{"resourceType": "Patient", "id": "p"}')
    prepared = prepare(data, None)
    assert (prepared.packed.digest, prepared.packed.size) == (hashlib.sha256(data).digest(), len(data))
    assert zstandard.ZstdDecompressor().decompress(prepared.packed.body) == data
    assert [message.not_entries for message in prepared.reading.messages] == [{"Patient": 1}]


@pytest.mark.parametrize("data", [b"", b"<xml/>", b"{", gzip.compress(b"{}" * 99)[:-9]])
def test_what_cannot_be_read_is_a_problem_of_the_file(data: bytes) -> None:
    prepared = prepare(data, None)
    assert not prepared.reading.messages
    assert [problem.where for problem in prepared.reading.problems] == ["file"]
    assert zstandard.ZstdDecompressor().decompress(prepared.packed.body, max_output_size=1) == data


def test_the_stated_format_holds() -> None:
    patient = b'{"resourceType": "Patient", "id": "p"}'
    assert not prepare(patient + b"\n" + patient, Format.NDJSON).reading.problems
    assert prepare(patient + b"\n" + patient, Format.FHIR_R4).reading.problems
