"""What viewing counts. Three measures that are never mixed (R58): people with access belong to `access`."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class MonthOfViewing:
    """One calendar month (Europe/London), named by its first day.

    `viewers`: distinct people who viewed their own record. `views`: answers served to patients and proxies, whoever's
    record it was.
    """

    month: date
    viewers: int
    views: int
