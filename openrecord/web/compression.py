"""What is sent compressed, for people with a slow or a costly connection.

A page can be made to repeat what somebody else wrote into its address (the days of a search). Compressed, it is shorter
where the record says the same, and its size can be seen from outside (BREACH). So each page is made longer by a few
bytes that nobody else can reckon with; they follow from its content, so that what is the same has the same size.
"""

import gzip
import hmac
import io
import re

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

LEVEL = 1
"""The quickest: it takes a twentieth of what making a page takes, and a higher one saves little more."""

LEAST = 500
"""Bytes; less is not worth it."""

_MOST_FILLING = 100
_READS = re.compile(r"\bgzip\b(?!\s*;\s*q=0(\.0*)?\s*(,|$))")


def reads_gzip(request: HttpRequest) -> bool:
    """Whether whoever asks can read it."""
    return _READS.search(request.headers.get("Accept-Encoding", "")) is not None


def compress(request: HttpRequest, response: HttpResponseBase) -> None:
    """Compress a page in place. Files go out as they are, because they are asked for by ranges."""
    if not isinstance(response, HttpResponse) or not response.headers.get("Content-Type", "").startswith("text/html"):
        return
    vary = [name for name in (response.headers.get("Vary"), "Accept-Encoding") if name]
    response.headers["Vary"] = ", ".join(vary)
    if len(response.content) >= LEAST and reads_gzip(request):
        response.content = _compressed(response.content)
        response.headers["Content-Encoding"] = "gzip"


def _compressed(page: bytes) -> bytes:
    """The filling is the name of the file, which gzip carries and nobody reads."""
    digest = hmac.digest(settings.SECRET_KEY.encode(), page, "sha256")
    filling = "a" * (int.from_bytes(digest) % _MOST_FILLING)
    made = io.BytesIO()
    with gzip.GzipFile(filling, "wb", LEVEL, made, mtime=0) as file:
        file.write(page)
    return made.getvalue()
