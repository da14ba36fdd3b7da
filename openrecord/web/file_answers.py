"""Handing out a file that somebody else made, so that a browser can only show or save it, never run it.

Its type is the one that its content has, and the browser may not guess another (nosniff). Where it is shown, it stands
in a sandbox without an origin, a script or a request of its own; Chromium's viewer of PDF works there. Anything else is
saved. There is no ETag: it would say of two files that they are the same.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse

from openrecord.clinical.file_kinds import Kind
from openrecord.web import headers
from openrecord.web.ranges import NotSatisfiable, part_of
from openrecord.web.text import gettext as _

IN_A_SANDBOX: Mapping[str, str] = {
    "Content-Security-Policy": "sandbox; default-src 'none'; frame-ancestors 'self'",
    "X-Frame-Options": "SAMEORIGIN",
}
AROUND_A_FILE: Mapping[str, str] = {
    "Content-Security-Policy": f"{headers.CONTENT_SECURITY_POLICY}; frame-src 'self'",
}
"""For the page of ours that shows one."""


@dataclass(frozen=True, slots=True)
class File:
    """A file as it is handed out. `day`: part of its name; `read`: its bytes from one place to before another."""

    kind: Kind
    size: int
    day: date
    read: Callable[[int, int], Iterator[bytes]]

    @property
    def name(self) -> str:
        """What it is saved as: nothing of what it is about."""
        return f"{_('document')}-{self.day.isoformat()}.{self.kind.ending}"


def answer(request: HttpRequest, file: File, *, is_saved: bool) -> HttpResponseBase:
    """The file, or the part of it that is asked for; to be saved, or where its kind allows it shown."""
    shown = file.kind.is_shown and not is_saved
    told = {
        **IN_A_SANDBOX,
        "Accept-Ranges": "bytes",
        "Content-Disposition": _disposition("inline" if shown else "attachment", file.name),
    }
    kind = file.kind.media_type
    if request.method == "HEAD":
        return HttpResponse(content_type=kind, headers={**told, "Content-Length": str(file.size)})
    asked = None if "If-Range" in request.headers else request.headers.get("Range")
    try:
        part = part_of(asked, file.size)
    except NotSatisfiable:
        return HttpResponse(status=416, headers={**IN_A_SANDBOX, "Content-Range": f"bytes */{file.size}"})
    start, stop = part or (0, file.size)
    told["Content-Length"] = str(stop - start)
    if part is not None:
        told["Content-Range"] = f"bytes {start}-{stop - 1}/{file.size}"
    status = 200 if part is None else 206
    return StreamingHttpResponse(file.read(start, stop), content_type=kind, status=status, headers=told)


def _disposition(how: str, name: str) -> str:
    """RFC 6266: the name in ASCII, and as it is."""
    plain = name.encode("ascii", errors="replace").decode().replace("?", "_")
    return f"{how}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
