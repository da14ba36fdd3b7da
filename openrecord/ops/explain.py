"""`openrecord explain`: why each entry of a patient is or is not visible to one viewer. Codes and ids, no content.

The same pure decision that everything served comes from (`screening.queries.verdicts`), never a second opinion.
"""

import argparse
from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from openrecord.access import queries as access
from openrecord.access.types import Viewer, ViewerId, ViewerKind
from openrecord.audit import reads
from openrecord.audit.types import Read
from openrecord.kit import clock
from openrecord.ops.failure import CommandFailed
from openrecord.ops.operator import as_uuid, operator, record_named
from openrecord.ops.printing import print_json, print_table
from openrecord.registry.types import PatientId
from openrecord.screening import queries as screening
from openrecord.screening.types import EntryState, Verdict

SELF = "self"
NOBODY = Viewer(ViewerId(UUID(int=0)), ViewerKind.SELF, None)
"""Stands for a patient who has no account yet."""


def run(arguments: argparse.Namespace) -> int:
    """Explain every entry, or the one asked for. The question itself goes on the patient's trail."""
    now = clock.now()
    at = arguments.at or now
    patient = record_named(arguments.patient)
    viewer = _viewer(patient.patient_id, arguments.viewer, at)
    wanted = None if arguments.entry is None else as_uuid(arguments.entry, "--entry")
    reads.record_read(Read(by=operator(), at=now, patient_id=patient.patient_id, channel="command", route="explain"))
    states = screening.states(patient.patient_id)
    verdicts = screening.verdicts(patient.patient_id, viewer.viewer_id, at=at, channel=arguments.channel)
    explained = [
        _explained(state, verdicts[entry_id])
        for entry_id, state in states.items()
        if wanted is None or state.public_id == wanted
    ]
    if wanted is not None and not explained:
        raise CommandFailed("the patient has no such entry")
    explained.sort(key=lambda entry: (str(entry["clinical"] or ""), str(entry["entry"])), reverse=True)
    whole: Mapping[str, object] = {
        "patient": patient.public_id,
        "viewer": None if viewer is NOBODY else viewer.viewer_id,
        "viewer_kind": viewer.kind,
        "at": at,
        "channel": arguments.channel,
        "entries": explained,
    }
    if arguments.json:
        print_json(whole)
    else:
        _print(viewer, explained)
    return 0


def _viewer(patient_id: PatientId, text: str, at: datetime) -> Viewer:
    """The viewer named; NOBODY for `self` where the patient has no account. Raises CommandFailed."""
    viewers = access.facts(patient_id, at=at).viewers
    if text == SELF:
        return next((viewer for viewer in viewers.values() if viewer.kind is ViewerKind.SELF), NOBODY)
    found = viewers.get(ViewerId(as_uuid(text, "--viewer (where it is not `self`)")))
    if found is None:
        raise CommandFailed("nobody by that id is a viewer of this patient")
    return found


def _explained(state: EntryState, verdict: Verdict) -> dict[str, object]:
    facts = state.facts
    return {
        "entry": state.public_id,
        "inside_id": UUID(bytes=facts.entry_id),
        "kind": facts.kind,
        "organisation": facts.org,
        "clinical": facts.clinical,
        "recorded": facts.recorded,
        "visible": verdict.visible,
        "shown": verdict.rendering,
        "reasons": sorted(reason.value for reason in verdict.reasons),
        "placed": state.placed,
    }


def _print(viewer: Viewer, explained: list[dict[str, object]]) -> None:
    if viewer is NOBODY:
        print("the patient has no account yet: what follows is for somebody without a grant")
    heads = ("entry", "kind", "practice", "clinical", "recorded", "visible", "why")
    rows = []
    for entry in explained:
        reasons = entry["reasons"]
        why = ", ".join(reasons) if isinstance(reasons, list) else ""
        shown = entry["shown"]
        seen = "no" if shown is None else f"yes ({getattr(shown, 'value', shown)})"
        rows.append(
            (entry["entry"], entry["kind"], entry["organisation"], entry["clinical"], entry["recorded"], seen, why)
        )
    print_table(heads, rows)
    print(f"{sum(bool(entry['visible']) for entry in explained)} of {len(explained)} entries are visible")
