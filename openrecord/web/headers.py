"""The security headers of every page.

The policy allows our own style sheet, images and manifest and nothing else: no script, no frame, no other host. The one
page that works in the browser alone has WITH_SCRIPT; those that have to do with the device itself have
WITH_SHELL. A response that brings one of these headers keeps its own. Referrer-Policy
is same-origin and not no-referrer, because with the latter browsers send `Origin: null` on our own forms and the check
against forged requests would refuse them; other hosts get no referrer either way.
"""

from collections.abc import Mapping

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()",
    "X-Robots-Tag": "noindex, nofollow",
}
WITH_SCRIPT: Mapping[str, str] = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; img-src 'self'; "
        "form-action 'none'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'"
    ),
    "Permissions-Policy": HEADERS["Permissions-Policy"].replace("camera=()", "camera=(self)"),
}
"""For a page that reads a code with the camera: our own scripts, requests to our own host, and no form is ever sent."""

WITH_SHELL: Mapping[str, str] = {
    "Content-Security-Policy": f"{CONTENT_SECURITY_POLICY}; script-src 'self'; worker-src 'self'",
}
"""For a page of which a script of ours makes the worker known to the browser. None of them shows a part of a record."""

WORKER: Mapping[str, str] = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; connect-src 'self'",
}
"""For the worker itself: it asks our own host and no other."""

FOR_EVERY_ORIGIN: Mapping[str, str] = {
    "Access-Control-Allow-Origin": "*",
    "Cross-Origin-Resource-Policy": "cross-origin",
}
"""For what verifiers elsewhere have to read: it is public and the same for everybody."""

TRANSPORT_SECURITY = "max-age=63072000; includeSubDomains"
NEVER_STORE = "no-store"
