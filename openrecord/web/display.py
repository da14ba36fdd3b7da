"""How the pages look to whoever uses this browser: colours, contrast, size of the text, movement.

Chosen without signing in and kept in a cookie that says nothing else; where nothing is chosen, the device decides
(palette.css). The server writes the choices into attributes of <html>, so no script is needed.
"""

from collections.abc import Mapping
from enum import Enum
from typing import Final

from django.http import HttpRequest, HttpResponse

from openrecord.web.session import drop_cookie, read_cookie, set_cookie

COOKIE: Final = "openrecord_display"
_YEAR = 365 * 24 * 3600


class Colours(Enum):
    """Light or dark."""

    LIGHT = "light"
    DARK = "dark"


class Contrast(Enum):
    """How far colours lie apart."""

    STANDARD = "standard"
    HIGH = "high"


class Text(Enum):
    """How big words are: 125 and 150 in the hundred of what the browser is set to."""

    LARGE = "large"
    LARGEST = "largest"


class Movement(Enum):
    """Whether anything moves."""

    ALL = "all"
    NONE = "none"


CHOICES: Final[Mapping[str, type[Enum]]] = {
    "colours": Colours,
    "contrast": Contrast,
    "text": Text,
    "movement": Movement,
}
"""What can be chosen, by the name of the field, of the attribute (data-…) and in the cookie."""


def accepted(wanted: Mapping[str, str]) -> dict[str, str]:
    """The choices among these; whatever is not one of ours is left out, and left to the device."""
    return {name: wanted[name] for name, kind in CHOICES.items() if wanted.get(name) in {one.value for one in kind}}


def chosen(request: HttpRequest) -> dict[str, str]:
    """What was chosen in this browser."""
    pairs = (pair.partition(":") for pair in (read_cookie(request, COOKIE) or "").split("."))
    return accepted({name: value for name, _colon, value in pairs})


def keep(response: HttpResponse, choices: Mapping[str, str]) -> None:
    """Remember the choices in this browser, for a year; none leave no cookie behind."""
    if choices:
        set_cookie(response, COOKIE, ".".join(f"{name}:{value}" for name, value in choices.items()), seconds=_YEAR)
    else:
        drop_cookie(response, COOKIE)
