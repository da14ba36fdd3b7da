"""The one entry of the server: /fhir to Falcon, all else to Django, in one process."""

import os
from collections.abc import Callable, Iterable
from typing import Any

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "openrecord.config.settings")

Application = Callable[[dict[str, Any], Any], Iterable[bytes]]


def _mounted() -> Application:
    pages: Application = get_wsgi_application()
    from openrecord.fhir import app  # noqa: PLC0415  Django's stations must be loaded first

    fhir: Application = app.make()

    def serve(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        chosen = fhir if path == app.PREFIX or path.startswith(app.PREFIX + "/") else pages
        return chosen(environ, start_response)

    return serve


application = _mounted()
