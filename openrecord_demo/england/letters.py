"""The files that two of the demo's documents come with, drawn here point by point: a letter, and a picture of an eye.

Both are invented. The same words give the same bytes.
"""

import struct
import zlib
from base64 import b64encode
from collections.abc import Callable, Sequence
from math import hypot

from openrecord_demo.england.model import Entry, Json

_PAGE = (595, 842)
_LEFT, _TOP, _LEADING = 64, 760, 19
_WIDTH = 78
"""Characters of a line."""

LETTER: tuple[str, ...] = (
    "Dear Dr Rao,",
    "Thank you for asking us to see this patient, who came to our clinic today about tiredness on exertion.",
    "The heart tracing was normal. The scan showed that the heart pumps well and that its valves work as they should.",
    "Blood pressure in the clinic was a little above the target that you have agreed.",
    "Please continue the present medicines and check the blood pressure again in three months.",
    "We have not arranged another visit and are glad to advise at any time.",
    "A copy of this letter was given to the patient.",
    "With kind regards,",
    "Dr M. Lindqvist, consultant cardiologist",
)


def letter() -> bytes:
    """A letter from a made-up hospital, as a PDF of one page."""
    text = [
        "BT /F2 20 Tf 0.07 0.32 0.30 rg 64 778 Td (Marlowe Quay Hospital) Tj ET",
        "BT /F1 10 Tf 0.30 0.38 0.45 rg 64 760 Td (Heart clinic, Harbour Road, Marlowe Quay QX1 9ZZ) Tj ET",
        "0.07 0.32 0.30 RG 2 w 64 748 m 531 748 l S",
        f"BT /F1 12 Tf 0.13 0.17 0.20 rg {_LEADING} TL {_LEFT} {_TOP - 60} Td",
    ]
    for paragraph in LETTER:
        text += [f"({_escaped(line)}) Tj T*" for line in _lines(paragraph)]
        text.append("T*")
    return _pdf("\n".join([*text, "ET"]).encode("latin-1"))


def _lines(paragraph: str) -> list[str]:
    lines = [""]
    for word in paragraph.split():
        if len(lines[-1]) + len(word) > _WIDTH:
            lines.append("")
        lines[-1] += f"{' ' if lines[-1] else ''}{word}"
    return lines


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")


def _pdf(content: bytes) -> bytes:
    objects: Sequence[bytes] = (
        b"<</Type/Catalog/Pages 2 0 R/Lang(en-GB)>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 %d %d]/Contents 4 0 R/Resources<</Font<</F1 5 0 R/F2 6 0 R>>>>>>"
        % _PAGE,
        b"<</Length %d>>stream\n%s\nendstream" % (len(content), content),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica-Bold/Encoding/WinAnsiEncoding>>",
    )
    out, places = bytearray(b"%PDF-1.4\n"), []
    for number, each in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj%s endobj\n" % (number, each)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(out)


def eye(size: int = 480) -> bytes:
    """The back of an eye as a screening camera sees it, roughly: a PNG."""
    rows = bytearray()
    for y in range(size):
        rows.append(0)
        for x in range(size):
            rows += bytes(_point(x / size - 0.5, y / size - 0.5))
    head = struct.pack(">IIBBBBB", size, size, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(bytes(rows), 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in parts)


def _point(x: float, y: float) -> tuple[int, int, int]:
    """The colour at a place: bright where the nerve leaves, dark at the spot of sharp sight, vessels across."""
    away = hypot(x, y)
    if away > 0.46:
        return 14, 12, 12
    shade = 1 - 0.75 * away
    red, green, blue = 214 * shade, 104 * shade, 52 * shade
    if hypot(x - 0.2, y) < 0.06:
        return int(min(255, red + 50)), int(min(255, green + 110)), int(min(255, blue + 70))
    spot = max(0.0, 1 - hypot(x + 0.08, y) / 0.08)
    red, green, blue = red * (1 - 0.35 * spot), green * (1 - 0.35 * spot), blue * (1 - 0.3 * spot)
    bow = 0.36 * (0.2 - x) ** 0.5 if x < 0.2 else 9.0
    if min(abs(abs(y) - bow), abs(abs(y) - bow * 0.55)) < 0.006 + 0.004 * (x + 0.5):
        return int(red * 0.62), int(green * 0.4), int(blue * 0.4)
    return int(red), int(green), int(blue)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def attachment(entry: Entry) -> Json:
    """What is sent of a document's file: itself where it has one, else only its type."""
    title = entry.code.term
    if not entry.file:
        return {"contentType": "application/pdf", "title": title}
    kind, draw = FILES[entry.file]
    return {"contentType": kind, "title": title, "data": b64encode(draw()).decode()}


FILES: dict[str, tuple[str, Callable[[], bytes]]] = {
    "letter": ("application/pdf", letter),
    "eye": ("image/png", eye),
}
"""What an entry's `file` names: its media type, and who draws it."""
