"""The one entry of the server: /fhir to Falcon, all else to Django, in one process.

Both see the same request: the address that it counts for, and the scheme under which people reach us, whatever the
proxy in front speaks to us (Django compares the origin of a form with it).
"""

import os
from collections.abc import Callable, Iterable
from typing import Any

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from openrecord.web import bodies, callers

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "openrecord.config.settings")

Application = Callable[[dict[str, Any], Any], Iterable[bytes]]


def _mounted() -> Application:
    pages: Application = get_wsgi_application()
    from openrecord.fhir import app  # noqa: PLC0415  Django's stations must be loaded first

    fhir: Application = app.make()
    trusted: callers.Proxies = settings.PROXIES
    scheme = settings.PUBLIC_URL.partition(":")[0]

    def serve(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        environ["REMOTE_ADDR"] = callers.caller(environ, trusted)
        environ["wsgi.url_scheme"] = scheme
        bodies.take(environ)
        path = environ.get("PATH_INFO", "")
        chosen = fhir if path == app.PREFIX or path.startswith(app.PREFIX + "/") else pages
        return chosen(environ, start_response)

    return serve


application = _mounted()
