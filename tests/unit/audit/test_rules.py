"""The arithmetic of the trail against a naive recomputation and published vectors."""

import json
from datetime import UTC, date, datetime
from hashlib import sha256
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openrecord.audit import rules

LEAVES = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
columns = st.lists(st.none() | st.integers(-(2**63), 2**63 - 1) | st.text(), max_size=8)


def naive_root(leaves: list[bytes]) -> bytes:
    """RFC 6962 section 2.1, word for word."""
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return sha256(b"\x00" + leaves[0]).digest()
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return sha256(b"\x01" + naive_root(leaves[:split]) + naive_root(leaves[split:])).digest()


def root(leaves: list[bytes]) -> bytes:
    tree = rules.MerkleTree()
    for leaf in leaves:
        tree.add(leaf)
    return tree.root()


@pytest.mark.parametrize(
    ("leaves", "expected"),
    [
        (0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        (1, "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"),
        (8, "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"),
    ],
)
def test_merkle_root_of_the_certificate_transparency_vectors(leaves: int, expected: str) -> None:
    assert root(LEAVES[:leaves]).hex() == expected


@given(st.lists(st.binary(max_size=40), max_size=70))
def test_merkle_root_as_the_rfc_defines_it(leaves: list[bytes]) -> None:
    assert root(leaves) == naive_root(leaves)


@given(st.lists(st.binary(max_size=4), min_size=1, max_size=20), st.data())
def test_any_changed_or_removed_leaf_changes_the_root(leaves: list[bytes], data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(leaves) - 1))
    changed = [*leaves[:index], leaves[index] + b"!", *leaves[index + 1 :]]
    assert root(changed) != root(leaves)
    assert root([*leaves[:index], *leaves[index + 1 :]]) != root(leaves)


@given(st.integers(1, 2**62), st.integers(0, 2**62), columns, st.binary(min_size=32, max_size=32))
def test_seal_hash_can_be_recomputed_with_plain_json(
    number: int, at: int, row: list[int | str | None], previous: bytes
) -> None:
    text = json.dumps([number, at, "read", *row], separators=(",", ":"), ensure_ascii=False)
    assert rules.seal_hash(number, at, "read", row, previous) == sha256(text.encode() + previous).digest()


@given(columns, columns)
def test_different_rows_have_different_hashes(one: list[int | str | None], other: list[int | str | None]) -> None:
    same = rules.seal_hash(1, 1, "read", one, rules.ZERO) == rules.seal_hash(1, 1, "read", other, rules.ZERO)
    assert same == (one == other)


def test_every_part_of_a_root_is_in_its_chained_hash() -> None:
    parts = (1, date(2026, 1, 2), 1, 9, b"t" * 32, b"p" * 32)
    others = (2, date(2026, 1, 3), 2, 8, b"u" * 32, b"q" * 32)
    chained = {rules.root_chain(*parts)}
    for index, other in enumerate(others):
        chained.add(rules.root_chain(*parts[:index], other, *parts[index + 1 :]))
    assert len(chained) == 7


def test_plain_rows_hold_numbers_text_and_hexadecimal_only() -> None:
    row = [1, "text", None, UUID(int=255), b"\x01\xff", memoryview(b"\x02")]
    assert rules.plain(row) == [1, "text", None, "0" * 30 + "ff", "01ff", "02"]
    with pytest.raises(TypeError):
        rules.plain([1.5])


@given(st.datetimes(timezones=st.just(UTC)))
def test_instants_survive_as_microseconds(instant: datetime) -> None:
    assert rules.instant(rules.microseconds(instant)) == instant


@pytest.mark.parametrize(
    ("pairs", "expected"),
    [
        ([("date", "ge2026-01-01"), ("category", "laboratory")], "category=laboratory&date=ge2026-01-01"),
        ([("identifier", "https://example.org|12")], "identifier=*"),
        ([("patient.family:exact", "Example")], "patient.family%3Aexact=*"),
        ([("address-postalcode", "ZZ99 3CZ")], "address-postalcode=*"),
        ([("q", "seen 943 476 5919 today")], "q=*"),
        ([("q", "943-476-5919")], "q=*"),
        ([("code", "http://snomed.info/sct|9434765919")], "code=*"),
        ([("q", "9434765918")], "q=9434765918"),
        ([("code", "94347659190000")], "code=94347659190000"),
        ([("code", "http://snomed.info/sct|271649006")], "code=http%3A//snomed.info/sct|271649006"),
    ],
)
def test_queries_are_sorted_and_hold_nothing_that_identifies(pairs: list[tuple[str, str]], expected: str) -> None:
    assert rules.normalised_query(pairs) == expected


def test_equal_details_are_equal_text() -> None:
    for details in ({"b": 1, "a": None}, {"a": None, "b": 1}):
        assert rules.canonical_details(details) == '{"a":null,"b":1}'
