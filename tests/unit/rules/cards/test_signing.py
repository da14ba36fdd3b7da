"""Signed texts and QR codes, read back by a path of their own: cryptography and zlib, and digits by hand."""

import json
import string
import zlib
from base64 import urlsafe_b64decode

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, EllipticCurvePublicNumbers
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from hypothesis import given, settings
from hypothesis import strategies as st
from joserfc.jwk import ECKey

from openrecord.cards.rules.signing import file_of, scans, signed

KEY = ECKey.generate_key("P-256", private=True)
ALPHABET = string.ascii_letters + string.digits + "-_."


def raw(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def is_genuine(text: str) -> bool:
    """Whether the signature fits, by ECDSA on P-256 with SHA-256 over the first two parts."""
    told = KEY.as_dict(private=False)
    numbers = EllipticCurvePublicNumbers(
        int.from_bytes(raw(str(told["x"]))), int.from_bytes(raw(str(told["y"]))), SECP256R1()
    )
    head, body, signature = text.split(".")
    r, s = (int.from_bytes(half) for half in (raw(signature)[:32], raw(signature)[32:]))
    try:
        numbers.public_key().verify(encode_dss_signature(r, s), f"{head}.{body}".encode(), ECDSA(SHA256()))
    except InvalidSignature:
        return False
    return True


@settings(max_examples=25)
@given(st.binary(max_size=3000))
def test_a_signed_text_holds_the_claims_deflated_and_a_signature_that_fits(claims: bytes) -> None:
    text = signed(claims, KEY)
    head, body, signature = text.split(".")
    assert json.loads(raw(head)) == {"alg": "ES256", "zip": "DEF", "kid": KEY.thumbprint()}
    assert zlib.decompress(raw(body), wbits=-15) == claims
    assert len(raw(signature)) == 64
    assert is_genuine(text)
    assert json.loads(file_of(text)) == {"verifiableCredential": [text]}


@settings(max_examples=25)
@given(st.integers(0, 2), st.integers(0, 10**6), st.integers(1, 255))
def test_a_changed_byte_anywhere_is_noticed(part: int, place: int, change: int) -> None:
    parts = signed(b'{"iss":"https://record.example"}' * 5, KEY).split(".")
    letters = list(parts[part])
    # the last letter of a part may carry bits that mean nothing
    at = place % (len(letters) - 1)
    letters[at] = ALPHABET[(ALPHABET.index(letters[at]) + 1 + change % 62) % 64]
    parts[part] = "".join(letters)
    assert not is_genuine(".".join(parts))


@settings(max_examples=25)
@given(st.integers(1, 4000) | st.sampled_from((1195, 1196, 2370, 2371)))
def test_the_codes_of_a_text_give_it_back(length: int) -> None:
    text = (ALPHABET * 65)[:length]
    found = scans(text)
    assert len(found) == (1 if len(text) <= 1195 else -(-len(text) // 1185))
    read = ["".join(chr(int(scan.digits[n : n + 2]) + 45) for n in range(0, len(scan.digits), 2)) for scan in found]
    assert "".join(read) == text
    assert max(map(len, read)) <= (1195 if len(found) == 1 else 1185)
    assert max(map(len, read)) - min(map(len, read)) <= len(found)
    prefixes = ["shc:/"] if len(found) == 1 else [f"shc:/{n + 1}/{len(found)}/" for n in range(len(found))]
    assert [scan.prefix for scan in found] == prefixes
