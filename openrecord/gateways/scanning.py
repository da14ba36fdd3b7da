"""What every scanner of files has in common. Nothing here knows what a file is about."""

from collections.abc import Iterable
from typing import Protocol


class NotScanned(Exception):
    """A scanner gave no answer about a file. `reason`: a fixed code; `for_good`: another attempt has no use."""

    def __init__(self, reason: str, *, for_good: bool) -> None:
        super().__init__(reason)
        self.reason = reason
        self.for_good = for_good


class Scanner(Protocol):
    """Looks through files for what does harm."""

    def scan(self, pieces: Iterable[bytes]) -> str:
        """What was found, by the scanner's name for it; empty = nothing. Raises NotScanned."""
