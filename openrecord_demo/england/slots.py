"""The words and numbers that fill the slots of a phrase, the same for a whole consultation so that it is coherent."""

from random import Random

from openrecord_demo.england.model import Quantity

_SMOKE = ("Never smoked", "Ex-smoker", "Smokes 5/day", "Non smoker")
_TREND = ("up a little", "down, pleased", "stable", "above target")


def draw(rng: Random, *, febrile: bool, hypertensive: bool) -> dict[str, str]:
    """Days, weeks, sides, scores and vital signs of one consultation, as text."""
    unit = rng.random
    systolic = int((142 if hypertensive else 126) + (unit() - 0.5) * 36)
    return {
        "d": str(2 + int(unit() * 7)),
        "w": str(2 + int(unit() * 7)),
        "n": str(2 + int(unit() * 6)),
        "side": "L" if unit() < 0.5 else "R",
        "t": f"{(38.2 if febrile else 36.8) + (unit() - 0.5):.1f}",
        "hr": str(62 + int(unit() * 34)),
        "rr": str(13 + int(unit() * 6)),
        "sats": str(95 + int(unit() * 5)),
        "bp": f"{systolic}/{int(systolic * 0.6)}",
        "smoke": _SMOKE[int(unit() * 4)],
        "gad": str(7 + int(unit() * 9)),
        "phq": str(8 + int(unit() * 12)),
        "act": str(18 + int(unit() * 8)),
        "trend": _TREND[int(unit() * 4)],
    }


def sign(key: str, slots: dict[str, str], weight: float) -> tuple[Quantity | None, tuple[tuple[str, Quantity], ...]]:
    """The measured value of the sign `key` (or its components), equal to what the note says."""
    if key == "bp":
        systolic, _, diastolic = slots["bp"].partition("/")
        parts = (("systolic", systolic), ("diastolic", diastolic))
        return None, tuple((name, Quantity(_number(value), "mm[Hg]")) for name, value in parts)
    values = {
        "temperature": (slots["t"], "Cel"),
        "pulse": (slots["hr"], "/min"),
        "oxygen_saturation": (slots["sats"], "%"),
        "weight": (f"{weight:.1f}", "kg"),
        "peak_flow": (str(320 + int(slots["hr"])), "L/min"),
    }
    value, unit = values[key]
    return Quantity(_number(value), unit), ()


def _number(text: str) -> float:
    """As it was written: 68 beats a minute are not 68.0."""
    return float(text) if "." in text else int(text)
