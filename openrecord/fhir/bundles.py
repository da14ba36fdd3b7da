"""From stored bytes to the bytes that leave: resources and searchset Bundles, joined, never parsed. Pure."""

import hashlib
from collections.abc import Iterable, Sequence
from struct import pack
from urllib.parse import urlencode

import orjson

from openrecord.clinical.r4.links import joined
from openrecord.fhir.types import Served

_MATCH = b',"search":{"mode":"match"}}'
_RESOURCE = b'","resource":'
_ID = b'"id":"'
_ID_LENGTH = 36
"""A body names its id before anything else that could have one: writing 50 ids anew costs 25 microseconds."""


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
        for _, _, _, body, references in entries:
            start = body.index(_ID) + len(_ID)
            key = body[start : start + _ID_LENGTH]
            if references:
                parts += (begin, key, _RESOURCE, body[:-1], b",", references, b"}", _MATCH)
            else:
                parts += (begin, key, _RESOURCE, body, _MATCH)
            begin = b"," + opening
        parts.append(b"]")
    parts.append(b"}")
    return b"".join(parts)


def page_links(type_address: str, used: Iterable[tuple[str, str]], next_cursor: str | None) -> list[tuple[str, str]]:
    """The links of a page: itself, and the one that follows. `next_cursor` (fhir.cursors) needs no escaping."""
    pairs = list(used)
    here = _address(type_address, pairs)
    found = [("self", here)]
    if next_cursor is not None:
        following = [pair for pair in pairs if pair[0] != "_cursor"]
        onward = here if len(following) == len(pairs) else _address(type_address, following)
        found.append(("next", f"{onward}{'&' if following else '?'}_cursor={next_cursor}"))
    return found


def _address(type_address: str, pairs: Sequence[tuple[str, str]]) -> str:
    return f"{type_address}?{urlencode(pairs, safe='/|:,')}" if pairs else type_address


def etag(
    key: bytes, *, reader: bytes, addresses: Iterable[str], entries: Sequence[Served], content: bytes = b""
) -> str:
    """A weak ETag that is another one for every reader, address, entry, state and rendering of an entry.

    `key`: 32 secret bytes; `reader`: who reads, through which app; `content`: what is served of resources that carry no
    state, which is put into the tag itself. The Sight is no part of it: that has masks for
    groups of entries in which this reader may see nothing. Of one state, the full rendering is longer than the coded.
    """
    public_ids, revised, _, bodies, references = zip(*entries, strict=True) if entries else ((),) * 5
    numbers = (len(content), len(public_ids), *revised, *map(len, bodies), *map(len, references))
    parts = [
        reader,
        pack(f">{len(numbers)}q", *numbers),
        content,
        *public_ids,
        *references,
        "\n".join(addresses).encode(),
    ]
    return f'W/"{hashlib.blake2b(b"".join(parts), digest_size=16, key=key).hexdigest()}"'


def matches(if_none_match: str, tag: str) -> bool:
    """Whether the app already has what `tag` stands for (weak comparison, RFC 9110)."""
    if if_none_match.strip() == "*":
        return True
    return any(candidate.strip().removeprefix("W/") == tag.removeprefix("W/") for candidate in if_none_match.split(","))
