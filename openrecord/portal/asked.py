"""What somebody searches for, between the form and the pages of its answer: in a sealed cookie, never in an address.

Only the session that asked can open it, and only while it reads the same record.
"""

import base64
import binascii

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.http import HttpRequest, HttpResponse

from openrecord.db import keys
from openrecord.kit.ids import random_token
from openrecord.portal.acting import Acting
from openrecord.web.session import SEARCH, read_cookie, set_cookie, signed_in

_NONCE = 12


def keep(request: HttpRequest, response: HttpResponse, by: Acting, words: str) -> None:
    """Keep the words for the answer's pages."""
    nonce = bytes.fromhex(random_token())[:_NONCE]
    sealed = nonce + _cipher().encrypt(nonce, words.encode(), _bound(request, by))
    set_cookie(response, SEARCH, base64.urlsafe_b64encode(sealed).decode())


def kept(request: HttpRequest, by: Acting) -> str:
    """The words kept; empty where there are none, or none of this session and record."""
    try:
        sealed = base64.urlsafe_b64decode(read_cookie(request, SEARCH) or "")
        return _cipher().decrypt(sealed[:_NONCE], sealed[_NONCE:], _bound(request, by)).decode()
    except (binascii.Error, InvalidTag, ValueError):
        return ""


def _cipher() -> AESGCM:
    return AESGCM(keys.derived("search"))


def _bound(request: HttpRequest, by: Acting) -> bytes:
    return f"{signed_in(request).session}|{by.viewing.viewer_id}".encode()
