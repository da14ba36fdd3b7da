"""People who viewed, and views, by month. People with access are counted by `access`."""

from collections.abc import Iterator
from datetime import date

from openrecord.viewing.models import MonthViewer, MonthViews
from openrecord.viewing.types import MonthOfViewing


def viewers_in_month(year: int, month: int) -> int:
    """Distinct people who viewed their own record in this month."""
    return MonthViewer.objects.filter(month=date(year, month, 1)).count()


def views_in_month(year: int, month: int) -> int:
    """Answers served to patients and proxies in this month."""
    counted = MonthViews.objects.filter(month=date(year, month, 1)).first()
    return counted.views if counted else 0


def month(year: int, month: int) -> MonthOfViewing:
    """Both measures of one month, side by side and never added."""
    return MonthOfViewing(date(year, month, 1), viewers_in_month(year, month), views_in_month(year, month))


def patients_who_viewed(year: int, month: int) -> Iterator[int]:
    """The patients who viewed their own record, so that each can be counted where registered at month end."""
    viewers = MonthViewer.objects.filter(month=date(year, month, 1))
    return viewers.values_list("patient_id", flat=True).iterator()
