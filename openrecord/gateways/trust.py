"""Whom we trust at the other end of a call."""

import ssl
from functools import cache

import httpx


@cache
def authorities() -> ssl.SSLContext:
    """The root certificates that httpx trusts by itself, read once: that takes longer than a call."""
    return httpx.create_ssl_context()
