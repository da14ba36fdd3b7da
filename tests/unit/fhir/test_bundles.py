"""Bundles joined from bytes, tags, and the matching of tags."""

import json
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openrecord.fhir import bundles
from openrecord.fhir.types import Served

KEY = b"k" * 32
TYPE = "https://records.example/fhir/Observation"
ENTRIES: list[Served] = [
    (uuid.UUID(int=1).bytes, 5, 9, b'{"meta":{},"id":"00000000-0000-0000-0000-000000000001","code":{"id":"x"}}', b""),
    (
        uuid.UUID(int=2).bytes,
        6,
        8,
        b'{"resourceType":"Observation","id":"00000000-0000-0000-0000-000000000002"}',
        b'"encounter":{"reference":"Encounter/3"}',
    ),
]


def tag(entries: list[Served] = ENTRIES, **other: object) -> str:
    given: dict[str, object] = {"reader": b"r", "content": b"s", "addresses": ["a"], "entries": entries}
    return bundles.etag(KEY, **given | other)  # type: ignore[arg-type]


def test_a_bundle_is_json_with_every_entry_as_it_lies_there() -> None:
    made = json.loads(bundles.bundle(TYPE, ENTRIES, [("self", TYPE)]))
    assert made["type"] == "searchset"
    assert made["link"] == [{"relation": "self", "url": TYPE}]
    assert [entry["fullUrl"] for entry in made["entry"]] == [f"{TYPE}/{uuid.UUID(int=n)}" for n in (1, 2)]
    assert made["entry"][1]["resource"]["encounter"] == {"reference": "Encounter/3"}
    assert [json.loads(bundles.resource(entry)) for entry in ENTRIES] == [e["resource"] for e in made["entry"]]


def test_an_empty_bundle_has_no_entry() -> None:
    assert "entry" not in json.loads(bundles.bundle(TYPE, [], [("self", TYPE)]))


@given(st.lists(st.tuples(st.text(min_size=1), st.text(min_size=1))))
def test_links_hold_what_was_asked_and_no_more(used: list[tuple[str, str]]) -> None:
    from urllib.parse import parse_qsl, urlsplit

    links = dict(bundles.page_links(TYPE, used, "CURSOR"))
    assert parse_qsl(urlsplit(links["self"]).query) == used
    without = [pair for pair in used if pair[0] != "_cursor"]
    assert parse_qsl(urlsplit(links["next"]).query) == [*without, ("_cursor", "CURSOR")]


def test_a_tag_differs_with_everything_it_stands_on() -> None:
    first, second = ENTRIES
    tags = [
        tag(),
        tag([second, first]),
        tag([first]),
        tag([first, (second[0], 7, *second[2:])]),
        tag([first, (*second[:4], b"")]),
        tag(reader=b"q"),
        tag(content=b"q"),
        tag([first, (*second[:3], second[3][:-1] + b',"note":[]}', second[4])]),
        tag(addresses=["b"]),
        bundles.etag(b"q" * 32, reader=b"r", content=b"s", addresses=["a"], entries=ENTRIES),
    ]
    assert len(set(tags)) == len(tags)
    assert tag() == tags[0]


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ('W/"x"', True),
        ('"x"', True),
        ("*", True),
        (" * ", True),
        ('"a", W/"x"', True),
        ('W/"xx"', False),
        ("x", False),
        ("", False),
    ],
)
def test_matching_a_tag(header: str, expected: bool) -> None:
    assert bundles.matches(header, 'W/"x"') is expected
