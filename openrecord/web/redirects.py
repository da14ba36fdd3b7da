"""Sending the browser elsewhere, and only where it may go."""

import re

from django.http import HttpResponse
from django.utils.http import url_has_allowed_host_and_scheme

_PLAIN = re.compile(r"/[!-~]*")


class Elsewhere(Exception):
    """This page cannot be shown; another one of ours says what has to happen first. The gate leads there."""

    def __init__(self, location: str) -> None:
        super().__init__("elsewhere")
        self.location = location


def see_other(location: str) -> HttpResponse:
    """303: fetch `location` with GET. The caller vouches for the address."""
    return HttpResponse(status=303, headers={"Location": location})


def own_path(text: str | None, otherwise: str) -> str:
    """`text` if it is a path on this server in plain ASCII, else `otherwise`: never an address that a link made up."""
    if text and _PLAIN.fullmatch(text) and url_has_allowed_host_and_scheme(text, allowed_hosts=None):
        return text
    return otherwise
