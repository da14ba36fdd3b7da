"""PDF: tagged as PDF/UA-1 asks, in our typeface alone, the same at each making, and never with a letter missing."""

import re
import zlib
from datetime import UTC, datetime
from typing import Any

import pytest

from openrecord.web.print.pdf import TYPEFACE, Unprintable, families, pdf

AT = datetime(2025, 3, 3, 9, 0, 0, 123, tzinfo=UTC)
SQUARE = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M1 1h7v7H1z"/></svg>'
_STREAM = re.compile(rb"stream\r?\n(.*?)\r?\nendstream", re.DOTALL)


def card(**more: Any) -> dict[str, Any]:
    return {
        "lang": "cy",
        "title": "Cerdyn ŵŷ",
        "service": "OpenRecord",
        "codes": [{"drawing": SQUARE, "words": "What the code is"}],
        "head": ["Beth", "Gwerth"],
        "person": [["Enw", "Ada #let x = 1 $y$ *z*"]],
        "doses": [["3 Mawrth 2025", "Brechlyn"]],
        "sentences": ["Brawddeg."],
        **more,
    }


def unpacked(content: bytes) -> bytes:
    """The file with everything in it that is compressed, unpacked.

    Where a stream ends is guessed: one whose checksum ends like a line is read without that byte.
    """
    pieces = [content]
    for packed in _STREAM.findall(content):
        try:
            pieces.append(zlib.decompressobj().decompress(packed))
        except zlib.error:
            continue
    return b"\n".join(pieces)


def test_a_checksum_that_ends_like_a_line_hides_nothing() -> None:
    said = next(text for n in range(9999) if zlib.compress(text := b"Lang %d" % n).endswith(b"\r"))
    assert said in unpacked(b"stream\n" + zlib.compress(said) + b"\nendstream")


def tags(content: bytes) -> set[str]:
    """The kinds of elements in the structure tree."""
    return {kind.decode() for kind in re.findall(rb"/S\s*/(\w+)", unpacked(content))}


def test_it_is_tagged_as_the_standard_asks() -> None:
    content = unpacked(pdf("card.typ", card(), at=AT))
    assert b"/MarkInfo" in content
    assert b"/StructTreeRoot" in content
    assert re.search(rb"pdfuaid:part[^0-9]{1,20}1", content)
    assert re.search(rb"/Lang\s*\(cy", content)
    assert b"What the code is" in content
    assert tags(content) >= {"Document", "Title", "Table", "THead", "TBody", "TR", "TH", "TD", "Figure", "P"}


def test_our_typeface_is_the_only_one() -> None:
    assert families() == {TYPEFACE}
    names = set(re.findall(rb"/FontName\s*/(?:[A-Z]{6}\+)?([\w-]+)", unpacked(pdf("card.typ", card(), at=AT))))
    assert names == {b"AtkinsonHyperlegibleNext-Regular", b"AtkinsonHyperlegibleNext-Bold"}


def test_it_is_the_same_at_each_making() -> None:
    assert pdf("card.typ", card(), at=AT) == pdf("card.typ", card(), at=AT)


def test_what_the_typeface_cannot_write_is_an_error_that_does_not_quote_it() -> None:
    with pytest.raises(Unprintable) as caught:
        pdf("card.typ", card(person=[["Name", "Οικονόμου"]]), at=AT)
    assert "Οικονόμου" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


def test_a_card_of_very_many_doses_goes_on_behind_the_first_page() -> None:
    doses = [[f"{day} November 2026", "Covid-19 mRNA vaccine, batch number OR7507, a centre"] for day in range(1, 25)]
    pages = re.findall(rb"/Type\s*/Page\b", unpacked(pdf("card.typ", card(doses=doses), at=AT)))
    assert len(pages) == 2
