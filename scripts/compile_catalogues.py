"""Compile openrecord/locale/*/LC_MESSAGES/openrecord.po to .mo, with the standard library alone.

Run after every change of a .po file; a test compares the two. Only msgid and msgstr are read: plural forms and contexts
are refused, because no page uses them.
"""

import ast
import struct
import sys
from pathlib import Path

LOCALE = Path(__file__).parent.parent / "openrecord" / "locale"


class BadCatalogue(ValueError):
    """A line of a .po file that is not understood."""


def read(source: str) -> dict[str, str]:
    """Source text to translation, the header under the empty text. Untranslated texts are left out."""
    entries: dict[str, str] = {}
    found = {"msgid": "", "msgstr": ""}
    field = ""
    for number, line in enumerate([*source.splitlines(), 'msgid ""'], 1):
        if not line or line.startswith("#"):
            continue
        word, _space, rest = line.partition(" ")
        if word == "msgid":
            _keep(entries, found)
            found, field = {"msgid": ast.literal_eval(rest), "msgstr": ""}, "msgid"
        elif word == "msgstr":
            found["msgstr"], field = ast.literal_eval(rest), "msgstr"
        elif line.startswith('"') and field:
            found[field] += ast.literal_eval(line)
        else:
            raise BadCatalogue(f"line {number} is not understood")
    return entries


def _keep(entries: dict[str, str], found: dict[str, str]) -> None:
    if not found["msgstr"]:
        return
    if found["msgid"] in entries:
        raise BadCatalogue("a text stands twice")
    entries[found["msgid"]] = found["msgstr"]


def compiled(entries: dict[str, str]) -> bytes:
    """The entries as a GNU .mo file: two tables of (length, offset), then the texts, each ended by a zero byte."""
    pairs = sorted((source.encode(), words.encode()) for source, words in entries.items())
    count, start = len(pairs), 28
    offset = start + 16 * count
    tables = (bytearray(), bytearray())
    texts = bytearray()
    for column, table in enumerate(tables):
        for pair in pairs:
            table.extend(struct.pack("<II", len(pair[column]), offset + len(texts)))
            texts += pair[column] + b"\0"
    header = struct.pack("<7I", 0x950412DE, 0, count, start, start + 8 * count, 0, 0)
    return header + bytes(tables[0]) + bytes(tables[1]) + bytes(texts)


def main() -> int:
    """Compile every catalogue."""
    for path in sorted(LOCALE.glob("*/LC_MESSAGES/openrecord.po")):
        path.with_suffix(".mo").write_bytes(compiled(read(path.read_text(encoding="utf-8"))))
        sys.stdout.write(f"{path.relative_to(LOCALE)} compiled\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
