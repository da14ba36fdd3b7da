"""The shell of the pages on a device: a worker that keeps how they look and one page for when there is no connection.

The worker keeps what SHELL names and nothing else, ever: no page of a record, no answer to somebody signed in. What it
keeps it fetched without cookies. Its cache is named by its content, so that whatever changes replaces all of it.

The looks that were chosen (web.display) are words in the address of the kept page, which the worker's own text names. A
browser asks for that text with every page that is opened: other looks are another text, so a new worker, so a new page.
"""

import hashlib
import json
from collections.abc import Mapping
from functools import cache
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from openrecord.web.audience import Audience, audience
from openrecord.web.display import accepted, chosen
from openrecord.web.headers import WORKER
from openrecord.web.pages import HTML, environment
from openrecord.web.static_files import static_url
from openrecord.web.text import WELSH, catalogue, gettext_noop

OFFLINE = "/offline"
ICON = "icon-192.png"
STATIC = ("pages.css", "mark.svg", ICON)
_SAID = (
    gettext_noop("You are offline"),
    gettext_noop("This page is kept on this device, so that you can be told. No part of a record is stored here."),
    gettext_noop("Check your connection, then try again."),
    gettext_noop("Try again"),
)


Looks = tuple[tuple[str, str], ...]
"""What was chosen, by name; few can be."""


def _looks(accepted: Mapping[str, str]) -> Looks:
    return tuple(sorted(accepted.items()))


def _address(looks: Looks) -> str:
    return f"{OFFLINE}?{urlencode(looks)}" if looks else OFFLINE


@cache
def shell(looks: Looks = ()) -> tuple[str, ...]:
    """The addresses that the worker keeps."""
    return (_address(looks), *map(static_url, STATIC))


@cache
def _offline(looks: Looks) -> str:
    """The page, the same for all who chose these looks: in both languages, because the worker asks for it as nobody."""
    welsh = catalogue(WELSH)
    spoken = (("en-GB", _SAID), ("cy", tuple(welsh.get(words, words) for words in _SAID)))
    return environment().get_template("web/offline.html").render(spoken=spoken, display=dict(looks))


@cache
def _worker(looks: Looks) -> str:
    content = hashlib.sha256("\n".join((_offline(looks), *shell(looks))).encode()).hexdigest()[:12]
    template = environment().get_template("web/service-worker.js")
    said = {"cache": f"shell-{content}", "shell": shell(looks), "offline": _address(looks), "icon": static_url(ICON)}
    return template.render({name: json.dumps(value) for name, value in said.items()})


@audience(Audience.PUBLIC)
@require_safe
def offline(request: HttpRequest) -> HttpResponse:
    """What is shown where there is no connection, in the looks that the address names."""
    return HttpResponse(_offline(_looks(accepted(request.GET))), content_type=HTML)


@audience(Audience.PUBLIC)
@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """The worker. It lies at the root, so that it may answer for every page, and is asked for anew every time."""
    text = _worker(_looks(chosen(request)))
    return HttpResponse(text, content_type="text/javascript; charset=utf-8", headers=dict(WORKER))
