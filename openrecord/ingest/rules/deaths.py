"""What becomes of a practice's word that its patient has died, or lives after all (R46).

A word acts once: a death that people took back is not recorded again because the same delivery comes again. A source
takes back only a death that it told; what people recorded, people take back.
"""

from collections.abc import Mapping
from datetime import datetime


def heard(
    *, died: bool, alive: bool, word: str, told: Mapping[str, datetime], taken_back: Mapping[str, datetime]
) -> bool | None:
    """Whether the patient has died (True) or lives (False) from now on; None where the word changes nothing.

    `word`: the one that came; `alive`: it says that they live. `told`: when each word was last recorded as a death,
    `taken_back`: as the opposite; "" stands for what people recorded.
    """
    if alive:
        return False if died and told and max(told, key=lambda one: told[one]) != "" else None
    if died:
        return None
    before = told.get(word)
    retold = any(one != "" and before is not None and at > before for one, at in taken_back.items())
    return True if before is None or retold else None
