"""Files as practices send them, made here byte by byte: a PDF, pictures, text documents."""

import io
import struct
import zipfile
import zlib


def pdf(words: str = "Dear patient", pages: int = 1) -> bytes:
    """A PDF with these words on every page, its cross-reference table in order."""
    objects = [b"<</Type/Catalog/Pages 2 0 R>>", b""]
    kids = []
    font = 3 + 2 * pages
    for number in range(pages):
        page, content = 3 + 2 * number, 4 + 2 * number
        kids.append(f"{page} 0 R")
        resources = f"<</Font<</F1 {font} 0 R>>>>"
        objects.append(
            f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 420 595]/Contents {content} 0 R/Resources{resources}>>".encode()
        )
        text = f"BT /F1 18 Tf 48 520 Td ({words}) Tj ET".encode()
        objects.append(b"<</Length %d>>stream\n%s\nendstream" % (len(text), text))
    objects[1] = f"<</Type/Pages/Kids[{' '.join(kids)}]/Count {pages}>>".encode()
    objects.append(b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>")
    out, places = bytearray(b"%PDF-1.4\n"), []
    for number, each in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj%s endobj\n" % (number, each)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(out)


def png(width: int = 240, height: int = 160) -> bytes:
    """A picture: light, with a dark bar across."""
    rows = b"".join(
        b"\0" + (b"\x12\x51\x4c" if height // 3 < y < height // 2 else b"\xe4\xf0\xee") * width for y in range(height)
    )

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def rtf(words: str = "Dear patient") -> bytes:
    """A text document."""
    return rb"{\rtf1\ansi " + words.encode() + b"}"


def tiff() -> bytes:
    """A picture of one white point, as scanners write it."""
    tags = [(256, 1), (257, 1), (258, 8), (259, 1), (262, 1), (273, 8), (277, 1), (278, 1), (279, 1)]
    directory = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags)
    return b"II*\0" + struct.pack("<I", 10) + b"\xff\0" + struct.pack("<H", len(tags)) + directory + bytes(4)


def docx(*, has_macros: bool = False) -> bytes:
    """A Word document: the parts that every one has."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr("[Content_Types].xml", "<Types/>")
        packed.writestr("word/document.xml", "<w:document/>")
        if has_macros:
            packed.writestr("word/vbaProject.bin", b"Attribute VB_Name")
    return out.getvalue()
