"""Files leave the bodies, which name them; no text in a body is taken for such a name."""

import base64
import json
import uuid

from hypothesis import given
from hypothesis import strategies as st

from openrecord.clinical import wire
from openrecord.clinical.attached import address, named, renamed, taken_out, with_contents
from tests.unit.clinical.r4_resources import entry, resource

TRICKS = st.sampled_from(['"url":"Binary/00000000-0000-0000-0000-000000000000"', '"url":"#x"', "Binary/x", '\\"'])


@given(st.binary(min_size=1, max_size=60), st.text(max_size=20) | TRICKS, st.text(max_size=20) | TRICKS)
def test_what_was_taken_out_is_put_back(content: bytes, title: str, description: str) -> None:
    attachment = {"contentType": "application/pdf", "title": title, "data": base64.b64encode(content).decode()}
    made = entry(resource("DocumentReference", description=description, content=[{"attachment": attachment}]))
    (file,) = made.files
    assert file.content == content
    assert made.coded is not None or not (title or description)
    file_id = uuid.uuid4()
    for body in (made.full, made.coded or made.full):
        assert base64.b64encode(content) not in body or len(content) < 20
        stored = renamed(body, {file.mark: address(file_id)})
        assert named(stored) == (file_id,)
        back = json.loads(with_contents(stored, {file_id: content}))["content"][0]["attachment"]
        assert (back["data"], back["contentType"], back["size"]) == (
            attachment["data"],
            "application/pdf",
            len(content),
        )
        assert "url" not in back
        assert json.loads(with_contents(stored, {}))["content"][0]["attachment"].keys() <= {
            "contentType",
            "size",
            "title",
        }


@given(st.recursive(st.text() | TRICKS, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)))
def test_no_text_names_a_file(value: object) -> None:
    assert named(wire.dumps({"text": value})) == ()


def test_one_file_in_two_places_is_one_file() -> None:
    attachments = [{"attachment": {"data": "QQ=="}}, {"attachment": {"data": "Q Q\n=="}}]
    (file,) = entry(resource("DocumentReference", content=attachments)).files
    assert file.content == b"A"


def test_what_is_no_base64_is_no_file() -> None:
    for data in ("%%%", "QQ=", "Q", "ä"):
        assert taken_out(data, "application/pdf").content is None
    assert taken_out("%", "").mark != taken_out("%%", "").mark


def test_another_file_is_another_version() -> None:
    def digest(data: str) -> bytes:
        return entry(resource("DocumentReference", content=[{"attachment": {"data": data}}])).full

    assert digest("QQ==") == digest("QQ==")
    assert digest("QQ==") != digest("QUE=")
