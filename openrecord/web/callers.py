"""From which address a request comes, for the limits: behind a reverse proxy every connection comes from the proxy.

`X-Forwarded-For` is believed only of the proxies that the settings name, and only as far as they wrote it: it is read
from its end, and everybody can write its beginning. What is no address counts as the proxy's own.
"""

from collections.abc import Mapping
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any

Proxies = tuple[IPv4Network | IPv6Network, ...]
MOST_HOPS = 8
LONGEST_ADDRESS = 64
SUBSCRIBER_BITS = 64
"""One household or company has at least so many bits of IPv6: who has one address there has them all."""


def proxies(text: str) -> Proxies:
    """The networks that a setting names, separated by commas. Raises ValueError."""
    return tuple(ip_network(part.strip()) for part in text.split(",") if part.strip())


def caller(environ: Mapping[str, Any], trusted: Proxies) -> str:
    """The address that a request counts for; of IPv6 its network."""
    address: str = environ.get("REMOTE_ADDR", "")
    if trusted and _is_among(address, trusted):
        for hop in reversed(environ.get("HTTP_X_FORWARDED_FOR", "").rsplit(",", MOST_HOPS)):
            if len(hop) > LONGEST_ADDRESS or not _plain(hop):
                break
            address = hop.strip()
            if not _is_among(address, trusted):
                break
    return address if ":" not in address else _plain(address)


@lru_cache(maxsize=4096)
def _plain(text: str) -> str:
    """The address or IPv6 network as we count it, empty where it is none."""
    try:
        found = ip_address(text.strip().partition("%")[0])
    except ValueError:
        return ""
    if isinstance(found, IPv6Address):
        if found.ipv4_mapped is not None:
            return str(found.ipv4_mapped)
        return str(ip_network((found, SUBSCRIBER_BITS), strict=False))
    return str(found)


@lru_cache(maxsize=4096)
def _is_among(address: str, networks: Proxies) -> bool:
    try:
        found = ip_address(address)
    except ValueError:
        return False
    mapped = found.ipv4_mapped if isinstance(found, IPv6Address) else None
    return any((mapped or found) in network for network in networks)
