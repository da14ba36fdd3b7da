"""Our own style sheets, images and scripts, served from memory under names that carry their hash.

A changed file gets a new name, so browsers may keep each for good. Nothing else is ever read from disk by name.
"""

import gzip
import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path, PurePosixPath

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from openrecord.web import errors
from openrecord.web.audience import Audience, audience
from openrecord.web.compression import reads_gzip

FOLDER = Path(__file__).parent / "static"
TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".webmanifest": "application/manifest+json",
}
TOGETHER = {"pages.css": ("vendor/nhsuk-frontend.css", "palette.css", "openrecord.css", "charts.css")}
"""Files that are sent as one: a page then asks for one style sheet."""

REFERRING = ".webmanifest"
"""The kind of file that names others of ours, which it does by the names that carry their hash."""

FOR_GOOD = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True)
class StaticFile:
    """A file ready to send."""

    content_type: str
    body: bytes
    compressed: bytes


@cache
def _all() -> tuple[dict[str, str], dict[str, StaticFile]]:
    names: dict[str, str] = {}
    files: dict[str, StaticFile] = {}
    bodies = {
        path.relative_to(FOLDER).as_posix(): path.read_bytes()
        for path in sorted(FOLDER.rglob("*"))
        if path.suffix in TYPES
    }
    for name, parts in TOGETHER.items():
        bodies[name] = b"\n".join(bodies.pop(part) for part in parts)
    for name, body in sorted(bodies.items(), key=lambda file: file[0].endswith(REFERRING)):
        path = PurePosixPath(name)
        if name.endswith(REFERRING):
            for known, address in names.items():
                body = body.replace(f'"{known}"'.encode(), f'"{address}"'.encode())  # noqa: PLW2901
        digest = hashlib.sha256(body).hexdigest()[:12]
        hashed = f"{path.stem}.{digest}{path.suffix}"
        names[name] = hashed
        files[hashed] = StaticFile(TYPES[path.suffix], body, gzip.compress(body, 9, mtime=0))
    return names, files


def static_url(name: str) -> str:
    """The address of the file `name` in our static folder. Raises KeyError for one that is not there."""
    return "/static/" + _all()[0][name]


@audience(Audience.PUBLIC)
@require_safe
def serve(request: HttpRequest, name: str) -> HttpResponse:
    """One static file, compressed where the browser can read that."""
    file = _all()[1].get(name)
    if file is None:
        return errors.page(request, 404)
    accepts = reads_gzip(request)
    response = HttpResponse(file.compressed if accepts else file.body, content_type=file.content_type)
    response.headers["Cache-Control"] = FOR_GOOD
    response.headers["Vary"] = "Accept-Encoding"
    if accepts:
        response.headers["Content-Encoding"] = "gzip"
    return response
