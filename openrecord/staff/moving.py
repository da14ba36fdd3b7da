"""How far the records of a practice have moved after a change of its policy."""

from dataclasses import dataclass

from openrecord.access import queries as access
from openrecord.registry import queries as registry
from openrecord.registry.types import OdsCode


@dataclass(frozen=True, slots=True)
class Moving:
    """How far the records of a practice have moved after a change of policy."""

    done: int
    total: int

    @property
    def waiting(self) -> int:
        """How many records have not moved yet."""
        return self.total - self.done


def moving(ods: OdsCode) -> Moving:
    """How far a change of policy has come; nothing waits where none is under way."""
    patients = registry.patients_ever_at(ods)
    return Moving(len(patients) - access.count_awaiting_policy(patients), len(patients))
