"""How much a practice gives one patient: what people gave since the account began there, else its default."""

from datetime import datetime

from .dates import birthday, earliest_day, midnight
from .moment import Moment
from .registration import latest_spell
from .world import Patient


def level_given(m: Moment, patient: Patient, org: str) -> str | None:
    """The level, or None where only the limit for everybody counts."""
    start, policy = _beginning(m, patient, org), m.policy(org)
    if start is None:
        return None
    level, when = patient.given.get(org, (None, start))
    if level is not None and when >= start:
        return level
    if policy is None or policy["go_live"] is None or start <= midnight(earliest_day(policy["go_live"])):
        return None
    return str(policy["new_level"])


def _beginning(m: Moment, patient: Patient, org: str) -> datetime | None:
    """When the account began at the organisation: signed in, registered, and old enough or competent."""
    accounts = [v.start for v in m.world.viewers.values() if v.kind == "self" and v.patient == patient.id and v.start]
    spell = latest_spell(m, patient, org)
    if m.has_turned(patient, 16) and patient.born is not None:
        grown: datetime | None = midnight(birthday(patient.born, 16))
    else:
        grown = None if patient.born is None else patient.competent_since
    if not accounts or spell is None or grown is None:
        return None
    start = max(accounts[0], spell.began, grown)
    return start if start <= m.at else None
