"""Every text of the pages has a translation, and the compiled catalogues are those of the sources."""

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

from openrecord.web import text
from tests.unit.web.catalogue import marked_texts

SCRIPT = Path(__file__).parents[3] / "scripts" / "compile_catalogues.py"
PLACEHOLDER = re.compile(r"%\(\w+\)s")


@pytest.fixture(scope="module")
def compiler() -> ModuleType:
    spec = importlib.util.spec_from_file_location("compile_catalogues", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def source(language: str) -> str:
    """The .po file of a language."""
    return (text.LOCALE / language / "LC_MESSAGES" / "openrecord.po").read_text(encoding="utf-8")


def test_every_marked_text_is_in_welsh() -> None:
    marked = marked_texts()
    assert len(marked) > 100
    missing = {words: where for words, where in marked.items() if words not in text.catalogue(text.WELSH)}
    assert missing == {}


def test_no_translation_is_left_over() -> None:
    assert set(text.catalogue(text.WELSH)) - set(marked_texts()) == set()


def test_translations_keep_their_placeholders() -> None:
    for words, welsh in text.catalogue(text.WELSH).items():
        assert sorted(PLACEHOLDER.findall(words)) == sorted(PLACEHOLDER.findall(welsh)), words


def test_the_compiled_catalogue_is_that_of_its_source(compiler: ModuleType) -> None:
    entries = compiler.read(source(text.WELSH))
    compiled = (text.LOCALE / "cy" / "LC_MESSAGES" / "openrecord.mo").read_bytes()
    assert compiler.compiled(entries) == compiled
    assert "X-Review-State: unreviewed" in entries[""]


def test_a_source_that_is_not_understood_is_refused(compiler: ModuleType) -> None:
    with pytest.raises(compiler.BadCatalogue):
        compiler.read('msgid_plural "two"')
    with pytest.raises(compiler.BadCatalogue):
        compiler.read('msgid "a"\nmsgstr "b"\nmsgid "a"\nmsgstr "c"')


def test_english_is_the_text_itself() -> None:
    assert text.gettext("Sign in") == "Sign in"
