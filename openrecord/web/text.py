"""The words of the pages in the language of the request: gettext catalogues without Django's machinery.

English is the source text; the catalogues lie in openrecord/locale. A lookup is one dictionary access, because a page
makes hundreds. The language lives in a context variable: one request never sees another's.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from gettext import GNUTranslations
from pathlib import Path

ENGLISH = "en-gb"
WELSH = "cy"
LANGUAGES = frozenset({ENGLISH, WELSH})
LOCALE = Path(__file__).parent.parent / "locale"
_NONE: Mapping[str, str] = {}
_language: ContextVar[str] = ContextVar("openrecord_language", default=ENGLISH)
_catalogue: ContextVar[Mapping[str, str]] = ContextVar("openrecord_catalogue", default=_NONE)


class _Catalogue(GNUTranslations):
    """A compiled catalogue whose texts can be taken as a mapping."""

    _catalog: dict[str, str]

    def texts(self) -> Mapping[str, str]:
        """Source text to translation; the header is left out."""
        return {source: words for source, words in self._catalog.items() if source and words}


@cache
def catalogue(language: str) -> Mapping[str, str]:
    """The translations into a language; empty for English."""
    if language == ENGLISH:
        return _NONE
    with (LOCALE / language / "LC_MESSAGES" / "openrecord.mo").open("rb") as file:
        return _Catalogue(file).texts()


def activate(language: str) -> None:
    """Speak this language from here on in this request."""
    _language.set(language)
    _catalogue.set(catalogue(language))


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Speak another language for a while: what is made then goes to somebody else."""
    before = active_language()
    activate(language)
    try:
        yield
    finally:
        activate(before)


def active_language() -> str:
    """The language spoken in this request."""
    return _language.get()


def gettext(text: str) -> str:
    """The text in the language of the request; the text itself where no translation is known."""
    return _catalogue.get().get(text, text)


def gettext_noop(text: str) -> str:
    """The text unchanged; marks it for translation where it is written down long before it is shown."""
    return text
