"""Counting reads into months, exactly once each."""

from collections.abc import Sequence

from django.db import transaction
from django.db.models import F

from openrecord.audit import queries as audit
from openrecord.audit.types import SealedRead
from openrecord.viewing import rules
from openrecord.viewing.models import MonthViewer, MonthViews, Watermark

_ONLY = 1


def count_next(*, limit: int) -> int:
    """Count the reads among the next `limit` seals and move the watermark, in one transaction.

    Returns how many seals were passed, 0 where none is left. Safe to repeat after a crash at any point.
    """
    with transaction.atomic():
        Watermark.objects.get_or_create(id=_ONLY, defaults={"seal": 0})
        mark = Watermark.objects.select_for_update().get(id=_ONLY)
        last, reads = audit.sealed_reads(after=mark.seal, limit=limit)
        passed: int = last - mark.seal
        if passed:
            _add(reads)
            Watermark.objects.filter(id=_ONLY).update(seal=last)
    return passed


def _add(reads: Sequence[SealedRead]) -> None:
    own = {rules.own_view(read) for read in reads} - {None}
    MonthViewer.objects.bulk_create(
        [MonthViewer(viewer_key=view.viewer_key, month=view.month, patient_id=view.patient_id) for view in own if view],
        ignore_conflicts=True,
    )
    for month, views in rules.views_by_month(reads).items():
        MonthViews.objects.get_or_create(month=month, defaults={"views": 0})
        MonthViews.objects.filter(month=month).update(views=F("views") + views)
