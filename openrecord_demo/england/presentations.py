"""The shape of a reason for a consultation: what is written, measured, prescribed and arranged for it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Presentation:
    """A reason to be seen.

    `problem`, `medicines`, `tests`, `referral` are keys of codes and panels. Phrases may hold the slots listed in
    `slots.py`. `weight` is how common it is; `sex` is "" (any), "female" or "male"; ages are whole years.
    """

    problem: str
    weight: int
    ages: tuple[int, int]
    history: tuple[str, ...]
    examination: tuple[str, ...]
    plan: tuple[str, ...]
    sex: str = ""
    signs: tuple[str, ...] = ()
    medicines: tuple[str, ...] = ()
    tests: tuple[str, ...] = ()
    referral: str | None = None
