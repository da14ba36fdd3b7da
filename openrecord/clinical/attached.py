"""Files that come with an entry: taken out of its bodies, which name them instead. Pure.

While a message is read, a body names a file by what it holds, {"url":"#<SHA-256>"}: another file makes another version
of the entry. Stored, it names it by the id under which it is served, {"url":"Binary/<id>"}. Nothing else in a body
looks like that: the address that a source gives is never kept (clinical.datatypes), and in a text quotes are escaped.
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Mapping
from uuid import UUID

from openrecord.clinical.incoming import IncomingFile

_NAMED = re.compile(rb'"url":"Binary/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"')


def taken_out(data: str, content_type: str) -> IncomingFile:
    """The file that an element `data` holds (base64, RFC 4648; white space is passed over)."""
    plain = "".join(data.split())
    try:
        content = base64.b64decode(plain, validate=True)
    except (binascii.Error, ValueError):
        content = b""
    mark = hashlib.sha256(content or plain.encode()).hexdigest()
    return IncomingFile(f"#{mark}", content or None, content_type)


def renamed(body: bytes, names: Mapping[str, str]) -> bytes:
    """A body with other names for its files."""
    for before, now in names.items():
        body = body.replace(_element(before), _element(now))
    return body


def address(file_id: UUID) -> str:
    """How a stored body names a file."""
    return f"Binary/{file_id}"


def named(body: bytes) -> tuple[UUID, ...]:
    """The files that a stored body names, each once, in its order."""
    return tuple(dict.fromkeys(UUID(found.decode()) for found in _NAMED.findall(body)))


def with_contents(body: bytes, contents: Mapping[UUID, bytes]) -> bytes:
    """A stored body with these files in it, as another system reads them; it names none any more."""
    for file_id in named(body):
        content = contents.get(file_id)
        # the type stands before it in every attachment that has a file
        data = b"" if content is None else b',"data":"' + base64.b64encode(content) + b'"'
        body = body.replace(b"," + _element(address(file_id)), data)
    return body


def _element(name: str) -> bytes:
    return f'"url":"{name}"'.encode()
