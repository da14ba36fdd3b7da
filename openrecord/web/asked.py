"""What somebody searches for, between the form and the pages of its answer: in a sealed cookie, never in an address.

Only the session that asked can open it, and only while it reads the same record.
"""

import base64
import binascii

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.http import HttpRequest, HttpResponse

from openrecord.kit.ids import random_token
from openrecord.web.session import SEARCH, drop_cookie, read_cookie, set_cookie, signed_in

_NONCE = 12


def keep(request: HttpRequest, response: HttpResponse, words: str, *, about: str, key: bytes) -> None:
    """Keep the words for the answer's pages. `about`: whose record is searched, as this session names it."""
    nonce = bytes.fromhex(random_token())[:_NONCE]
    sealed = nonce + AESGCM(key).encrypt(nonce, words.encode(), _bound(request, about))
    set_cookie(response, SEARCH, base64.urlsafe_b64encode(sealed).decode())


def kept(request: HttpRequest, *, about: str, key: bytes) -> str:
    """The words kept; empty where there are none, or none of this session and record."""
    try:
        sealed = base64.urlsafe_b64decode(read_cookie(request, SEARCH) or "")
        return AESGCM(key).decrypt(sealed[:_NONCE], sealed[_NONCE:], _bound(request, about)).decode()
    except (binascii.Error, InvalidTag, ValueError):
        return ""


def forget(response: HttpResponse) -> None:
    """Keep nothing any more."""
    drop_cookie(response, SEARCH)


def _bound(request: HttpRequest, about: str) -> bytes:
    return f"{signed_in(request).session}|{about}".encode()
