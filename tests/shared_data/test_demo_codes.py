"""Every SNOMED CT code of the demo and of our plain terms occurs in the example records beside the repository."""

import csv
import gzip
import json
import re
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

from openrecord.clinical.plain_terms import plain_terms
from openrecord_demo.england.codes_used import ACCESS_KEYS, CODES, SNOMED

DATA = Path(__file__).parents[3] / "shared" / "data"
pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not DATA.is_dir(), reason="the example records (../shared/data) are not here"),
]


_CODE_AND_TERM = re.compile(r'<code value="(\d+)" />\s*<display value="([^"]*)"')


def plain(term: str) -> str:
    """A term without its semantic tag, in lower case."""
    return re.sub(r" \([a-z /]+\)$", "", term.lower().strip())


def known_terms() -> dict[str, set[str]]:
    known: dict[str, set[str]] = defaultdict(set)
    with (DATA / "uk-code-subset" / "codes_seen_in_gpconnect_examples.csv").open(newline="") as rows:
        for row in csv.DictReader(rows):
            known[row["snomed_code"]].add(plain(row["display"]))
    for path in (*DATA.glob("gpconnect-structured-stu3/*/*.gz"), *DATA.glob("synthea-r4-uk-localised/bundles/*.gz")):
        _collect(json.loads(gzip.decompress(path.read_bytes())), known)
    for path in DATA.glob("uk-core-r4/valuesets/*.xml"):
        for code, term in _CODE_AND_TERM.findall(path.read_text(encoding="utf-8")):
            known[code].add(plain(term))
    return known


def _collect(value: Any, known: dict[str, set[str]]) -> None:
    if isinstance(value, list):
        for inner in value:
            _collect(inner, known)
    elif isinstance(value, dict):
        if value.get("system") == SNOMED and "code" in value:
            known[value["code"]].add(plain(value.get("display", "")))
        for inner in value.values():
            _collect(inner, known)


def test_no_code_of_the_demo_is_invented() -> None:
    known = known_terms()
    wanted = {key: code for key, code in CODES.items() if code.snomed and key not in ACCESS_KEYS}
    assert len(wanted) > 150
    unknown = {key: code for key, code in wanted.items() if plain(code.term) not in known.get(str(code.snomed), set())}
    assert not unknown


def test_no_code_of_a_plain_term_is_invented() -> None:
    assert plain_terms().by_code.keys() <= known_terms().keys()
