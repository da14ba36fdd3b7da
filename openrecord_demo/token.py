"""`openrecord demo token`: a bearer token for the FHIR API, as an app would have got it from the patient."""

import argparse
from datetime import datetime, timedelta
from uuid import UUID

from openrecord.access import actions as access
from openrecord.access import events
from openrecord.access import queries as access_queries
from openrecord.access.queries import Viewing
from openrecord.access.types import ViewerKind
from openrecord.audit.types import Actor, ActorKind
from openrecord.clinical.nhs_number import NhsNumber
from openrecord.identity import queries as identity
from openrecord.kit import clock
from openrecord.kit.ids import random_id
from openrecord.ops.failure import CommandFailed
from openrecord_demo import memory
from openrecord_demo.idp.types import Group, Persona

DEMO_CLIENT = UUID("5d1f5a2e-6f0b-4c57-9d38-0a6f0c1f7d11")
"""The one app of the demonstration."""

SCOPES = ("patient/*.rs",)
LIFE = timedelta(hours=1)


def run(arguments: argparse.Namespace) -> int:
    """Print the token and nothing else."""
    print(token_for(arguments.persona, clock.now()))
    return 0


def token_for(key: str, at: datetime) -> str:
    """A token for the record the persona may read. Raises CommandFailed where there is none."""
    persona = _persona(key)
    person = identity.person_by_nhs_number(NhsNumber(persona.claims["nhs_number"]))
    viewings = () if person is None else access_queries.viewings(person.person_id, at=at)
    if person is None or not viewings:
        raise CommandFailed(f"{persona.name} has no account yet: sign in once in the browser")
    viewing = min(viewings, key=lambda one: (one.kind is not ViewerKind.SELF, str(one.viewer_id)))
    by = Actor(ActorKind.PERSON, str(person.person_id), "person", "own record")
    client = _authorised(viewing, by, at)
    return access.issue_token(
        patient_id=viewing.patient_id, viewer_id=viewing.viewer_id, client_id=client, scopes=SCOPES,
        expires=at + LIFE, by=by, at=at,
    )  # fmt: skip


def _persona(key: str) -> Persona:
    remembered = memory.load()
    if remembered is None:
        raise CommandFailed("there is no demo in this data folder: run `make demo` first")
    able = {one.key: one for one in remembered.personas if one.group is not Group.STAFF}
    if key not in able:
        raise CommandFailed(f"no such persona; there are: {', '.join(sorted(able))}")
    return able[key]


def _authorised(viewing: Viewing, by: Actor, at: datetime) -> UUID:
    """The app's own viewer of this record: as authorised before, else authorised now."""
    viewers = access_queries.facts(viewing.patient_id, at=at).viewers
    for viewer in viewers.values():
        if viewer.kind is ViewerKind.APP and viewer.acts_for == viewing.viewer_id and not viewer.revoked:
            return viewer.viewer_id
    client = random_id()
    act = events.AppAuthorised(viewer=client, acts_for=viewing.viewer_id, scopes=SCOPES)
    access.record(patient_id=viewing.patient_id, act=act, by=by, at=at, behind=DEMO_CLIENT)
    return client
