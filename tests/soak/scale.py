"""How much the soak tests do, where their chance begins, and the figures that they report at the end of a run."""

import os

SHARE = float(os.environ.get("OPENRECORD_SOAK", "0.1"))
"""1.0 = full size."""
SEED = int(os.environ.get("OPENRECORD_TEST_SEED", "0"))

FIGURES: list[str] = []
"""One line each, printed after the run."""


def scaled(full: int) -> int:
    """So many where `full` are done at full size; at least one."""
    return max(1, round(full * SHARE))
