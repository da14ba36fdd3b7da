"""What a file is goes by its content; a source that says something else is not believed, and neither is the file."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openrecord.clinical.file_kinds import Kind, kind_of
from tests import made_files

MADE = {
    Kind.PDF: made_files.pdf(),
    Kind.PNG: made_files.png(),
    Kind.JPEG: b"\xff\xd8\xff\xe0\0\x10JFIF\0",
    Kind.GIF: b"GIF89a\1\0\1\0",
    Kind.TIFF: made_files.tiff(),
    Kind.RTF: made_files.rtf(),
    Kind.DOCX: made_files.docx(),
    Kind.DOC: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(100),
}
ACTIVE = (b"<html>", b"<!DOCTYPE html>", b"<?xml version='1.0'?><svg/>", b"<svg/>", b"#!/bin/sh", b"MZ\x90", b"\x7fELF")


@pytest.mark.parametrize("kind", MADE)
def test_each_kind_is_known_by_its_content(kind: Kind) -> None:
    for stated in ("", "application/octet-stream", kind.media_type, f"{kind.media_type.upper()}; x=y"):
        assert kind_of(MADE[kind], stated) is kind


@pytest.mark.parametrize("kind", MADE)
def test_what_is_called_something_else_is_nothing_certain(kind: Kind) -> None:
    for other in {*Kind} - {kind, Kind.OTHER}:
        assert kind_of(MADE[kind], other.media_type) is Kind.OTHER
    assert kind_of(MADE[kind], "text/html") is Kind.OTHER


def test_other_names_of_a_type() -> None:
    assert kind_of(MADE[Kind.JPEG], "image/jpg") is Kind.JPEG
    assert kind_of(MADE[Kind.RTF], "text/rtf") is Kind.RTF


@pytest.mark.parametrize("content", ACTIVE)
@pytest.mark.parametrize(
    "stated", ["", "text/html", "image/svg+xml", "application/xml", "application/pdf", "image/png"]
)
def test_nothing_that_runs_is_ever_shown(content: bytes, stated: str) -> None:
    assert kind_of(content, stated) is Kind.OTHER
    assert not Kind.OTHER.is_shown


def test_a_document_with_macros_is_not_called_word() -> None:
    assert kind_of(made_files.docx(has_macros=True), "") is Kind.OTHER


def test_a_signature_counts_at_the_beginning_only() -> None:
    assert kind_of(b"\n" + MADE[Kind.PDF], "application/pdf") is Kind.OTHER
    assert kind_of(b"GIF" + MADE[Kind.PDF], "") is Kind.OTHER


def test_text_is_text_where_its_source_says_so() -> None:
    assert kind_of("Annwyl Gwên\n".encode(), "text/plain; charset=utf-8") is Kind.TEXT
    assert kind_of(b"plain", "") is Kind.OTHER
    assert kind_of(b"\0\1", "text/plain") is Kind.OTHER
    assert kind_of("ŵ".encode("utf-16"), "text/plain") is Kind.OTHER


@given(st.binary(max_size=300) | st.binary(max_size=200).map(lambda rest: b"PK\x03\x04" + rest), st.text(max_size=30))
def test_every_content_has_a_kind(content: bytes, stated: str) -> None:
    assert kind_of(content, stated) in Kind


def test_only_pdf_and_pictures_are_shown() -> None:
    assert {kind for kind in Kind if kind.is_shown} == {Kind.PDF, Kind.PNG, Kind.JPEG, Kind.GIF}
