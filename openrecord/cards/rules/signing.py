"""From claims to what people carry: the signed text, the file, and the texts of QR codes.

Source: SMART Health Cards Framework 1.4.0 (ES256, raw DEFLATE, `kid` = JWK thumbprint; "Health Cards as QR Codes").
"""

import zlib
from dataclasses import dataclass

import orjson
from joserfc import jws
from joserfc.jwk import ECKey

LARGEST_SINGLE = 1195
"""Characters of a signed text that fit into one QR code of version 22, the largest that scans at 40 by 40 mm."""
LARGEST_CHUNK = 1185
"""The framework allows 1191, which does not leave room for ordinals of two digits."""
PREFIX = "shc:/"
_ALGORITHM = "ES256"
_RAW_DEFLATE = -15
_registry = jws.JWSRegistry(strict_check_header=False)
"""`zip` is no header of JWS itself; the framework defines it."""


@dataclass(frozen=True, slots=True)
class Scan:
    """The text of one QR code, in its two segments: bytes, then digits, which take the least room."""

    prefix: str
    digits: str


def signed(claims: bytes, key: ECKey) -> str:
    """The compact JWS of the claims. `key`: a private P-256 key."""
    packer = zlib.compressobj(zlib.Z_BEST_COMPRESSION, zlib.DEFLATED, _RAW_DEFLATE)
    packed = packer.compress(claims) + packer.flush()
    header = {"alg": _ALGORITHM, "zip": "DEF", "kid": key.thumbprint()}
    return jws.serialize_compact(header, packed, key, registry=_registry)


def file_of(text: str) -> bytes:
    """The `.smart-health-card` file of one signed text."""
    return orjson.dumps({"verifiableCredential": [text]})


def scans(text: str) -> tuple[Scan, ...]:
    """The QR codes of a signed text: one where it fits, else as few as possible, of about the same size."""
    if len(text) <= LARGEST_SINGLE:
        return (Scan(PREFIX, _digits(text)),)
    count = -(-len(text) // LARGEST_CHUNK)
    size = -(-len(text) // count)
    return tuple(
        Scan(f"{PREFIX}{number + 1}/{count}/", _digits(text[number * size : (number + 1) * size]))
        for number in range(count)
    )


def _digits(text: str) -> str:
    """Two digits for each character of a JWS, counted from the hyphen, its lowest character."""
    return "".join(f"{ord(character) - ord('-'):02d}" for character in text)
