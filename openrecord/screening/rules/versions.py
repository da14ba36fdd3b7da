"""Which version of an entry is in force (architecture, Hides and holds; QUESTIONS 11, 12).

A version that says its predecessor was wrong removes that at once. An appended one says nothing was wrong, so the
filed version before it stays in sight until the new one is filed.
"""

from collections.abc import Sequence
from typing import Protocol

from openrecord.clinical.incoming import VersionStatus


class Version(Protocol):
    """What this rule needs to know of a version."""

    @property
    def filed(self) -> bool | None:
        """Whether the source has filed it."""

    @property
    def status(self) -> VersionStatus:
        """What it says of the version before it."""


def index_in_force(versions: Sequence[Version]) -> int:
    """The index of the version in force; `versions` are in the source's order and not empty."""
    newest = len(versions) - 1
    index = newest
    while index > 0 and versions[index].filed is not True and versions[index].status is VersionStatus.APPENDED:
        index -= 1
    return index if versions[index].filed is True else newest
