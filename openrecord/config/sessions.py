"""Tells the page floor who is signed in: the one place where sessions of `identity` meet `web` (settings)."""

from datetime import datetime

from django.http import HttpRequest

from openrecord.identity import actions, queries
from openrecord.identity.types import Person
from openrecord.web.audience import Audience
from openrecord.web.session import SESSION, SignedIn, read_cookie


def signed_in(request: HttpRequest, at: datetime) -> SignedIn | None:
    """The live session of the request's cookie, kept from going idle; None where there is none."""
    token = read_cookie(request, SESSION)
    session = None if token is None else queries.session(token, at=at)
    if token is None or session is None:
        return None
    actions.note_activity(token=token, session=session, at=at)
    who = Audience.PATIENT if isinstance(session.who, Person) else Audience.STAFF
    return SignedIn(who, str(session.session_id), session)
