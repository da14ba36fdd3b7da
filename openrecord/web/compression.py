"""What is sent compressed, for people with a slow or a costly connection.

A page quotes nothing out of its address but its path, and what was typed only after a form token: nobody else can make
a page repeat what they guess and read off its size whether the record says the same (BREACH).
"""

import gzip
import re

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

LEVEL = 1
"""The quickest: it takes a twentieth of what making a page takes, and a higher one saves little more."""

LEAST = 500
"""Bytes; less is not worth it."""

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
        response.content = gzip.compress(response.content, LEVEL, mtime=0)
        response.headers["Content-Encoding"] = "gzip"
