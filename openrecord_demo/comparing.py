"""`openrecord demo compare`: does every entry lie and show as the synthetic England's own generator says it must?

The generator's truth knows nothing of openrecord's decision code; entries are matched by their source's references.
"""

import argparse
import json
from collections import Counter
from dataclasses import dataclass, field, fields
from datetime import datetime
from pathlib import Path
from typing import Any

from openrecord.access import queries as access
from openrecord.access.types import ViewerKind
from openrecord.clinical.nhs_number import NhsNumber
from openrecord.ingest import queries as ingest
from openrecord.ops.printing import print_json, print_table
from openrecord.registry import queries as registry
from openrecord.registry.types import OdsCode, Patient
from openrecord.screening import queries as screening
from openrecord.screening.types import EntryId
from openrecord_demo.deeds import REFERENCE_TYPES
from openrecord_demo.england.writing import MANIFEST

Json = dict[str, Any]
VISIBLE = "visible"
NAMED = 20


@dataclass(slots=True)
class Comparison:
    """What was found over all patients. `reasons`: how many entries are kept back for each reason, theirs and ours.

    `visible_by_persona`: outside ids of what the generator says each sees. `wrong`: the first disagreements.
    """

    patients: int = 0
    without_account: int = 0
    expected_entries: int = 0
    known_entries: int = 0
    placed: int = 0
    expected_visible: int = 0
    visible: int = 0
    expected_reasons: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    disagreements: int = 0
    visible_by_persona: dict[str, list[str]] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)

    @property
    def agrees(self) -> bool:
        """Whether there is nothing that the two tell differently."""
        return not self.disagreements and self.expected_entries == self.known_entries


def run(arguments: argparse.Namespace) -> int:
    """Compare every patient; 1 where anything disagrees."""
    manifest: Json = json.loads((Path(arguments.england) / MANIFEST).read_bytes())
    at = datetime.fromisoformat(manifest["expected_at"])
    found = Comparison()
    for told in manifest["patients"]:
        _compare(told, manifest["expected"][told["nhs_number"]]["entries"], at, found)
    if arguments.json:
        print_json({**{one.name: getattr(found, one.name) for one in fields(found)}, "agrees": found.agrees})
    else:
        _print(found)
    return 0 if found.agrees else 1


def _compare(told: Json, truth: Json, at: datetime, found: Comparison) -> None:
    patient = registry.patient_by_nhs_number(NhsNumber(told["nhs_number"]))
    found.patients += 1
    found.expected_entries += len(truth)
    if patient is None:
        _note(found, f"patient {told['story'] or 'without a story'} is unknown")
        return
    states = screening.states(patient.patient_id)
    found.known_entries += len(states)
    found.placed += sum(state.placed for state in states.values())
    viewers = access.facts(patient.patient_id, at=at).viewers.values()
    own = next((viewer for viewer in viewers if viewer.kind is ViewerKind.SELF), None)
    if own is None:
        found.without_account += 1
        return
    verdicts = screening.verdicts(patient.patient_id, own.viewer_id, at=at, channel="web")
    seen: list[str] = []
    for name, entry in _sources(patient, told, truth).items():
        verdict = None if entry is None else verdicts.get(entry)
        wanted = frozenset() if truth[name] == VISIBLE else frozenset(truth[name])
        ours = frozenset({"unknown here"}) if verdict is None else frozenset(r.value for r in verdict.reasons)
        found.expected_visible += not wanted
        found.visible += not ours
        found.expected_reasons.update(wanted)
        found.reasons.update(ours)
        if entry is not None and not wanted:
            seen.append(str(states[entry].public_id))
        if wanted != ours:
            _note(found, f"{name}: generator {sorted(wanted)}, product {sorted(ours)}")
    if told["persona"]:
        found.visible_by_persona[told["persona"]] = sorted(seen)


def _sources(patient: Patient, told: Json, truth: Json) -> dict[str, EntryId | None]:
    """Our entry id by the generator's; None where we know none."""
    named: dict[str, EntryId | None] = dict.fromkeys(truth)
    references = {f"{kind}/{name}": name for name in truth for kind in REFERENCE_TYPES}
    for ods in {stay["practice"] for stay in told["registrations"]}:
        known = ingest.entries_by_reference(OdsCode(ods), patient.patient_id, references)
        named |= {references[reference]: EntryId(entry) for reference, entry in known.items()}
    return named


def _note(found: Comparison, disagreement: str) -> None:
    found.disagreements += 1
    if len(found.wrong) < NAMED:
        found.wrong.append(disagreement)


def _print(found: Comparison) -> None:
    rows = [
        ("entries", found.expected_entries, found.known_entries),
        ("visible to their patients", found.expected_visible, found.visible),
        *((reason, found.expected_reasons[reason], found.reasons[reason])
          for reason in sorted(found.expected_reasons | found.reasons)),
    ]  # fmt: skip
    print_table(("", "generator", "product"), rows)
    for line in found.wrong:
        print(line)
