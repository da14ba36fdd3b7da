"""A Bundle with a bad part, taken apart: where it can be and where not, and that it says where the bad part is."""

import pytest

from openrecord.clinical.salvage import Salvaged, Unfit, leniently, may_restrict, parsed, taken_apart

HEAD = b'{"resourceType": "Bundle", "entry": ['


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (b'{"a":\n "\\u0000"}', "line 2 column 3: a NUL character is not allowed"),
        (b'{"a": "x",\n"b": oops}', "line 2 column 6: "),
        (b'{"a": "\xff"}', "line 1 column 8: not valid UTF-8"),
        (b'{"a": 1e400}', "line 1 column 7: number is infinity"),
        (b"[" + b"9" * 5000 + b"]", "line 1 column 2: number is infinity"),
    ],
)
def test_the_place_of_what_is_unfit(text: bytes, place: str) -> None:
    with pytest.raises(Unfit) as error:
        parsed(text)
    assert str(error.value).startswith(place)


@pytest.mark.parametrize("text", [b'{"a": "\\\\u0000"}', b'{"a": "\\ud83d\\ude00"}'])
def test_what_only_looks_unfit(text: bytes) -> None:
    assert parsed(text)["a"]


@pytest.mark.parametrize(
    ("bad", "left"),
    [
        (b'{"a": "x\\u0000"}', {"a": "x\ufffd"}),
        (b'{"a\\ud800": "\\udc00x"}', {"a\ufffd": "\ufffdx"}),
        (b'{"a": [1e400, NaN, -Infinity, 1]}', {"a": [None, None, None, 1]}),
        (b'{"a": "x\ny\xff"}', {"a": "x\ny\ufffd"}),
        (b'{"a": tru}', None),
        (b'{"a": ' + b"[" * 5000 + b"]" * 5000 + b"}", None),
        (b"NaN", None),
    ],
)
def test_a_bad_entry_costs_only_itself(bad: bytes, left: object) -> None:
    found = taken_apart(HEAD + b'{"b": 1},\n' + bad + b', null, {"c": "]}, {["}], "z": [[], {"entry": []}]}')
    assert found is not None
    assert found.document == {
        "resourceType": "Bundle",
        "entry": [{"b": 1}, left, None, {"c": "]}, {["}],
        "z": [[], {"entry": []}],
    }
    assert list(found.damage) == [1]
    assert found.damage[1].startswith("line 2 column ") or b"\n" in bad
    assert not found.restricts


@pytest.mark.parametrize(
    "text",
    [
        HEAD + b'{"a": 1}',
        HEAD + b'{"a": 1}}]}',
        HEAD + b'{"a": "x}]}',
        HEAD + b"NaN], " + b'"entry": [1]}',
        b'{"resourceType": "Bundle", "entry": {"a": NaN}}',
        b'{"resourceType": "Patient", "entry": [NaN]}',
        b'{"resourceType": NaN, "entry": [1]}',
        b"[NaN]",
        b"",
    ],
)
def test_what_cannot_be_taken_apart(text: bytes) -> None:
    assert taken_apart(text) is None


@pytest.mark.parametrize(
    "lost",
    [
        b'"meta": {"security": [',
        b'"securityLabel": [',
        b'"resourceType": "List"',
        b'"resourceType": "DiagnosticReport"',
        b'"hasMember": [',
        b'"related": [',
        b'"code": "1364731000000104"',
        b'"code": "NOPAT"',
    ],
)
def test_what_a_lost_part_may_have_said_of_others(lost: bytes) -> None:
    assert may_restrict(lost)
    found = taken_apart(HEAD + b"{" + lost.replace(b"[", b"").replace(b": {", b": ") + b" oops}]}")
    assert found is not None
    assert found.restricts


def test_a_lost_part_that_says_nothing_of_others() -> None:
    assert not may_restrict(b'{"resourceType": "Observation", "id": "1", "code": {"text": "x"}}')
    assert Salvaged({}).restricts is False


def test_what_is_left_of_a_text_is_an_object_or_nothing() -> None:
    assert leniently(b"[1]") is None
    assert leniently(b'{"a": 1}') == {"a": 1}
