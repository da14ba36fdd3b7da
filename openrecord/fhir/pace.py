"""How often an app may ask, by its token; and how often an address may come with tokens that are none.

A token that was once answered is known until it is forgotten, and counts by itself from then on, also after it has
expired: whoever guesses from the same address does not make it wait. One that was never answered is a guess until it
is, and an address has few of those.
"""

from typing import Any

import falcon

from openrecord.fhir.door import too_many
from openrecord.kit import clock
from openrecord.web import limits
from openrecord.web.limits import GUESS, TOKEN

_ASKING = frozenset({"GET", "HEAD", "POST"})
"""OPTIONS is answered without a look at the token."""

_UNAUTHORIZED = 401


class Pace:
    """Falcon middleware around every resource that needs a token. `open_to_all`: the one that does not."""

    def __init__(self, open_to_all: object) -> None:
        self._open_to_all = open_to_all

    def process_resource(
        self, request: falcon.Request, _response: falcon.Response, resource: object, _params: dict[str, Any]
    ) -> None:
        """Raises HTTPTooManyRequests before anything is read or recorded."""
        if resource is self._open_to_all:
            return
        token = hash(request.env.get("HTTP_AUTHORIZATION", "").rpartition(" ")[2])  # opens nothing, and costs nothing
        if limits.LIMITER.knows(TOKEN, token):
            if not limits.LIMITER.allows(TOKEN, token, at=clock.now()):
                raise too_many(TOKEN.retry_after)
        elif limits.LIMITER.is_spent(GUESS, request.env.get("REMOTE_ADDR", ""), at=clock.now()):
            raise too_many(GUESS.retry_after)
        else:
            request.context.stranger = token

    def process_response(
        self, request: falcon.Request, response: falcon.Response, _resource: object, succeeded: object
    ) -> None:
        """A stranger who was answered is known from now on; one who was turned away has guessed."""
        stranger: int | None = getattr(request.context, "stranger", None)
        if stranger is None:
            return
        if response.status == _UNAUTHORIZED:
            limits.LIMITER.allows(GUESS, request.env.get("REMOTE_ADDR", ""), at=clock.now())
        elif succeeded and request.method in _ASKING:
            limits.LIMITER.allows(TOKEN, stranger, at=clock.now())
