"""Housekeeping that the worker runs: rows that nobody can use any more."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from openrecord.identity import rules
from openrecord.identity.models import PendingRow, SessionRow


@transaction.atomic
def forget_ended(at: datetime) -> int:
    """Delete sessions and pending sign-ins that are over; returns how many."""
    over = Q(ends_at__lte=at) | Q(last_seen__lte=at - rules.IDLE_LIMIT)
    sessions, _ = SessionRow.objects.filter(over).delete()
    pending, _ = PendingRow.objects.filter(ends_at__lte=at).delete()
    return sessions + pending
