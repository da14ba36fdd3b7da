"""How a practice's entries lie, as JSON, in a process of its own beside a worker that is killed.

`python -m tests.soak.lying`: `waiting`: patients whose rows a changed policy has not moved yet. `lying`, `vault`: for
each patient of the sample how many entries lie in the timeline and in the vault. `seen`: how many each of them reads
(with `read`), which settles them. `open`: give each of the sample an account first. `count`: how many entries lie in
the timeline in all.
"""

import json
import os
import sys

import django

SAMPLE = 40


def main(words: list[str]) -> None:
    """Print it."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "openrecord.config.settings")
    django.setup()
    from openrecord.access import actions as access
    from openrecord.access import events
    from openrecord.access import queries as access_queries
    from openrecord.audit.types import system
    from openrecord.clinical.kinds import SLOT_KINDS
    from openrecord.db import sql
    from openrecord.kit import clock
    from openrecord.kit.ids import random_id
    from openrecord.registry import queries as registry
    from openrecord.timeline import queries as timeline
    from openrecord.timeline.types import Reader

    everybody = sorted(row[0] for row in sql.rows("SELECT patient_id FROM registry_patient", []))
    sample = everybody[:: max(1, len(everybody) // SAMPLE)][:SAMPLE]
    at = clock.now()
    told: dict[str, object] = {"patients": len(everybody)}
    if "open" in words:
        for patient_id in sample:
            act = events.AccountOpened(viewer=random_id())
            access.record(patient_id=patient_id, act=act, by=system("test"), at=at)
    if "count" in words:
        told["count"] = sql.rows("SELECT count(*) FROM timeline_entry", [])[0][0]
    told["waiting"] = access_queries.count_awaiting_policy(registry.patients_ever_at("Z99101"))
    for name, table in (("lying", "timeline_entry"), ("vault", "screening_vault")):
        statement = f"SELECT count(*) FROM {table} WHERE patient_id=%s"
        told[name] = [sql.rows(statement, [patient_id])[0][0] for patient_id in sample]
    if "read" in words:
        seen = []
        for patient_id in sample:
            viewers = access_queries.facts(patient_id, at=at).viewers
            reader = Reader(patient_id, next(iter(viewers)), None, "web")
            seen.append(len(timeline.page(reader, slots=list(SLOT_KINDS), limit=500, at=at).entries))
        told["seen"] = seen
    print(json.dumps(told))


if __name__ == "__main__":
    main(sys.argv[1:])
