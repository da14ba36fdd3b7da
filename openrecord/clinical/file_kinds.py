"""What a file is: told by its content, never by what its source says. Pure.

Sources: the formats' own signatures (ISO 32000 7.5.2, PNG 5.2, JPEG B.1.1.3, GIF89a 17, TIFF 6.0 section 2, RTF 1.9,
ECMA-376 part 2, MS-CFB 2.2). A signature counts at the very beginning only, so that no file is two things at once.
"""

import io
import zipfile
from enum import Enum


class Kind(Enum):
    """What a file is by its content, whatever its source says: media type, ending, whether browsers show it safely."""

    PDF = ("application/pdf", "pdf", True)
    PNG = ("image/png", "png", True)
    JPEG = ("image/jpeg", "jpg", True)
    GIF = ("image/gif", "gif", True)
    TIFF = ("image/tiff", "tif", False)
    RTF = ("application/rtf", "rtf", False)
    DOCX = ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", "docx", False)
    DOC = ("application/msword", "doc", False)
    TEXT = ("text/plain", "txt", False)
    OTHER = ("application/octet-stream", "bin", False)

    @property
    def media_type(self) -> str:
        """As it is handed out."""
        return self.value[0]

    @property
    def ending(self) -> str:
        """Of its name, without the dot."""
        return self.value[1]

    @property
    def is_shown(self) -> bool:
        """Whether a browser may show it; anything else is saved."""
        return self.value[2]

    @property
    def is_picture(self) -> bool:
        """Whether it is a picture that stands on a page."""
        return self.is_shown and self is not Kind.PDF


_SIGNATURES: tuple[tuple[bytes, Kind], ...] = (
    (b"%PDF-", Kind.PDF),
    (b"\x89PNG\r\n\x1a\n", Kind.PNG),
    (b"\xff\xd8\xff", Kind.JPEG),
    (b"GIF87a", Kind.GIF),
    (b"GIF89a", Kind.GIF),
    (b"II*\0", Kind.TIFF),
    (b"MM\0*", Kind.TIFF),
    (b"{\\rtf", Kind.RTF),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", Kind.DOC),
)
_ZIP = b"PK\x03\x04"
_ALSO_CALLED = {
    "application/x-pdf": Kind.PDF,
    "image/jpg": Kind.JPEG,
    "image/pjpeg": Kind.JPEG,
    "image/x-png": Kind.PNG,
    "image/tif": Kind.TIFF,
    "image/x-tiff": Kind.TIFF,
    "text/rtf": Kind.RTF,
    "application/x-rtf": Kind.RTF,
    "text/richtext": Kind.RTF,
}
_CALLED = {kind.media_type: kind for kind in Kind} | _ALSO_CALLED
_SAYS_NOTHING = frozenset({"", "application/octet-stream", "binary/octet-stream"})


def kind_of(content: bytes, stated: str) -> Kind:
    """How a file is handed out: as what it is, where its source says nothing else (`stated`: a media type).

    One that its source calls something else is OTHER: nobody knows what would become of it where it is opened.
    """
    found = _by_content(content)
    plain = stated.partition(";")[0].strip().lower()
    if found is Kind.OTHER and plain == Kind.TEXT.media_type and _is_text(content):
        found = Kind.TEXT
    return found if plain in _SAYS_NOTHING or _CALLED.get(plain) is found else Kind.OTHER


def _by_content(content: bytes) -> Kind:
    for signature, kind in _SIGNATURES:
        if content.startswith(signature):
            return kind
    return Kind.DOCX if content.startswith(_ZIP) and _is_word(content) else Kind.OTHER


def _is_word(content: bytes) -> bool:
    """Whether a ZIP is a Word document without macros; nothing in it is unpacked."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            names = {name.lower() for name in packed.namelist()}
    except (zipfile.BadZipFile, ValueError, OSError, EOFError, NotImplementedError, UnicodeDecodeError):
        return False
    has_macros = any(name.endswith(("vbaproject.bin", "vbadata.xml")) for name in names)
    return {"[content_types].xml", "word/document.xml"} <= names and not has_macros


def _is_text(content: bytes) -> bool:
    try:
        text = content.decode()
    except UnicodeDecodeError:
        return False
    return not any(sign < " " and sign not in "\t\n\r\f" for sign in text)
