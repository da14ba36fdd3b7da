"""The shell of the pages on a device: a worker that keeps how they look and one page for when there is no connection.

The worker keeps what SHELL names and nothing else, ever: no page of a record, no answer to somebody signed in. What it
keeps it fetched without cookies. Its cache is named by its content, so that whatever changes replaces all of it.
"""

import hashlib
import json
from functools import cache

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from openrecord.web.audience import Audience, audience
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


@cache
def shell() -> tuple[str, ...]:
    """The addresses that the worker keeps."""
    return (OFFLINE, *map(static_url, STATIC))


@cache
def _offline() -> str:
    """The page, the same for everybody: in both languages, because the worker asks for it as nobody."""
    welsh = catalogue(WELSH)
    spoken = (("en-GB", _SAID), ("cy", tuple(welsh.get(words, words) for words in _SAID)))
    return environment().get_template("web/offline.html").render(spoken=spoken)


@cache
def _worker() -> str:
    content = hashlib.sha256("\n".join((_offline(), *shell())).encode()).hexdigest()[:12]
    template = environment().get_template("web/service-worker.js")
    said = {"cache": f"shell-{content}", "shell": shell(), "offline": OFFLINE, "icon": static_url(ICON)}
    return template.render({name: json.dumps(value) for name, value in said.items()})


@audience(Audience.PUBLIC)
@require_safe
def offline(_request: HttpRequest) -> HttpResponse:
    """What is shown where there is no connection."""
    return HttpResponse(_offline(), content_type=HTML)


@audience(Audience.PUBLIC)
@require_safe
def worker(_request: HttpRequest) -> HttpResponse:
    """The worker. It lies at the root, so that it may answer for every page, and is asked for anew every time."""
    return HttpResponse(_worker(), content_type="text/javascript; charset=utf-8", headers=dict(WORKER))
