"""From stored bytes to the bytes that leave: resources and searchset Bundles, joined, never parsed. Pure."""

import hashlib
from collections.abc import Iterable, Sequence
from urllib.parse import urlencode

import orjson

from openrecord.clinical.r4.links import joined
from openrecord.fhir.types import Served

_MATCH = b',"search":{"mode":"match"}}'


def resource(entry: Served) -> bytes:
    """The entry's R4 JSON with its references."""
    _, _, _, body, references = entry
    return joined(body, references)


def bundle(type_address: str, entries: Sequence[Served], links: Iterable[tuple[str, str]]) -> bytes:
    """A searchset. `type_address`: the absolute address of the type; `links`: relation and address."""
    named = [{"relation": relation, "url": address} for relation, address in links]
    parts = [b'{"resourceType":"Bundle","type":"searchset","link":', orjson.dumps(named)]
    if entries:
        opening = b'{"fullUrl":"' + type_address.encode() + b"/"
        begin = b',"entry":[' + opening
        for public_id, _, _, body, references in entries:
            key = public_id.hex()
            place = f'{key[:8]}-{key[8:12]}-{key[12:16]}-{key[16:20]}-{key[20:]}","resource":'.encode()
            if references:
                parts += (begin, place, body[:-1], b",", references, b"}", _MATCH)
            else:
                parts += (begin, place, body, _MATCH)
            begin = b"," + opening
        parts.append(b"]")
    parts.append(b"}")
    return b"".join(parts)


def page_links(type_address: str, used: Iterable[tuple[str, str]], next_cursor: str | None) -> list[tuple[str, str]]:
    """The links of a page: itself, and the one that follows."""
    pairs = list(used)
    found = [("self", _address(type_address, pairs))]
    if next_cursor is not None:
        following = [pair for pair in pairs if pair[0] != "_cursor"]
        found.append(("next", _address(type_address, [*following, ("_cursor", next_cursor)])))
    return found


def _address(type_address: str, pairs: Sequence[tuple[str, str]]) -> str:
    return f"{type_address}?{urlencode(pairs, safe='/|:,')}" if pairs else type_address


def etag(
    key: bytes, *, reader: bytes, addresses: Iterable[str], entries: Iterable[Served], content: bytes = b""
) -> str:
    """A weak ETag that is another one for every reader, address, entry, state and rendering of an entry.

    `key`: 32 secret bytes; `reader`: who reads, through which app; `content`: what is served of resources that carry no
    state, which is put into the tag itself. The Sight is no part of it: that has masks for
    groups of entries in which this reader may see nothing. Of one state, the full rendering is longer than the coded.
    """
    parts = [reader, content, "\n".join(addresses).encode(), b"\0"]
    for public_id, revised, _, body, references in entries:
        parts += (public_id, revised.to_bytes(8, "big"), len(body).to_bytes(4, "big"), references, b"\0")
    return f'W/"{hashlib.blake2b(b"".join(parts), digest_size=16, key=key).hexdigest()}"'


def matches(if_none_match: str, tag: str) -> bool:
    """Whether the app already has what `tag` stands for (weak comparison, RFC 9110)."""
    if if_none_match.strip() == "*":
        return True
    return any(candidate.strip().removeprefix("W/") == tag.removeprefix("W/") for candidate in if_none_match.split(","))
