"""PDF from a typst template and prepared words, tagged for screen readers (PDF/UA-1).

The typeface is ours and the only one there is, so that a PDF looks the same on every machine and none is missing
silently: what it cannot write is an error. Templates have no words and read no file; all that varies comes as data.
"""

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import orjson
import typst

FOLDER = Path(__file__).parent
TYPEFACE = "Atkinson Hyperlegible Next"


class Unprintable(ValueError):
    """The words hold a character that the typeface does not have, or the template failed. Says nothing of the words."""


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(FOLDER / "vendor")])


def families() -> frozenset[str]:
    """The typefaces that a PDF can be set in."""
    return frozenset(_fonts().families())


@cache
def _template(name: str) -> bytes:
    return (FOLDER / name).read_bytes()


def pdf(template: str, data: Mapping[str, Any], *, at: datetime) -> bytes:
    """The PDF of a template in this folder. `data`: JSON, with `lang` and `title`; `at`: when it says it was made.

    Raises Unprintable.
    """
    told = {"data": orjson.dumps(data).decode(), "typeface": TYPEFACE}
    compiler = typst.Compiler(_template(template), root=FOLDER, font_paths=_fonts(), sys_inputs=told)
    try:
        made = compiler.compile(format="pdf", pdf_standards="ua-1", timestamp=int(at.timestamp()))
    except typst.TypstError:
        raise Unprintable from None  # its message quotes the words
    if not isinstance(made, bytes):
        raise Unprintable
    return made
