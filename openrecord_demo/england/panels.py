"""Blood and urine tests: members, units as UK laboratories use them, adult reference ranges, spread of values."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Test:
    """One measured test. `usual`, `spread`: mean and standard deviation; `digits`: decimals reported."""

    code: str
    unit: str
    low: float | None
    high: float | None
    usual: float
    spread: float
    digits: int = 0


@dataclass(frozen=True, slots=True)
class Panel:
    """Tests reported together. `group`: code of the heading; None for a test that stands alone."""

    group: str | None
    sample: str
    tests: tuple[Test, ...]


PANELS: dict[str, Panel] = {
    "fbc": Panel(
        "fbc",
        "Blood",
        (
            Test("hb", "g/L", 115, 165, 137, 13),
            Test("wcc", "10*9/L", 3.6, 11.0, 6.9, 1.7, 1),
            Test("platelets", "10*9/L", 140, 400, 260, 55),
            Test("rbc", "10*12/L", 3.8, 5.8, 4.7, 0.4, 2),
            Test("mcv", "fL", 80, 100, 90, 4.5, 1),
            Test("mch", "pg", 27, 32, 29.6, 1.6, 1),
            Test("neutrophils", "10*9/L", 1.8, 7.5, 4.1, 1.3, 1),
            Test("lymphocytes", "10*9/L", 1.0, 4.0, 2.0, 0.6, 1),
        ),
    ),
    "ue": Panel(
        "ue",
        "Blood",
        (
            Test("sodium", "mmol/L", 133, 146, 140, 2.5),
            Test("potassium", "mmol/L", 3.5, 5.3, 4.4, 0.4, 1),
            Test("urea", "mmol/L", 2.5, 7.8, 5.4, 1.4, 1),
            Test("creatinine", "umol/L", 45, 104, 76, 15),
            Test("egfr", "mL/min/1.73m2", 60, None, 84, 12),
        ),
    ),
    "lft": Panel(
        "lft",
        "Blood",
        (
            Test("bilirubin", "umol/L", 0, 21, 9, 4),
            Test("alp", "U/L", 30, 130, 78, 20),
            Test("alt", "U/L", 0, 40, 24, 10),
            Test("albumin", "g/L", 35, 50, 43, 3),
            Test("total_protein", "g/L", 60, 80, 70, 4),
        ),
    ),
    "lipids": Panel(
        "lipids",
        "Blood",
        (
            Test("cholesterol", "mmol/L", None, 5.0, 4.8, 0.9, 1),
            Test("hdl", "mmol/L", 1.0, None, 1.4, 0.3, 1),
            Test("ldl", "mmol/L", None, 3.0, 2.7, 0.8, 1),
            Test("triglycerides", "mmol/L", None, 1.7, 1.4, 0.5, 1),
            Test("chol_ratio", "", None, 5.0, 3.6, 0.8, 1),
        ),
    ),
    "tft": Panel(
        None,
        "Blood",
        (Test("tsh", "mU/L", 0.27, 4.2, 2.1, 1.0, 2), Test("t4", "pmol/L", 11, 22, 16, 2.2, 1)),
    ),
    "bone": Panel(
        "bone",
        "Blood",
        (
            Test("calcium", "mmol/L", 2.2, 2.6, 2.36, 0.08, 2),
            Test("adjusted_calcium", "mmol/L", 2.2, 2.6, 2.37, 0.08, 2),
            Test("phosphate", "mmol/L", 0.8, 1.5, 1.1, 0.15, 2),
            Test("alp", "U/L", 30, 130, 78, 20),
        ),
    ),
    "hba1c": Panel(None, "Blood", (Test("hba1c", "mmol/mol", 20, 41, 38, 4),)),
    "crp": Panel(None, "Blood", (Test("crp", "mg/L", 0, 5, 4, 4),)),
    "ferritin": Panel(
        None,
        "Blood",
        (
            Test("ferritin", "ug/L", 15, 300, 80, 50),
            Test("b12", "ng/L", 180, 900, 420, 130),
            Test("folate", "ug/L", 3.9, 26.8, 9, 3, 1),
        ),
    ),
    "acr": Panel(None, "Urine", (Test("acr", "mg/mmol", 0, 3, 2.0, 1.6, 1),)),
    "psa": Panel(None, "Blood", (Test("psa", "ug/L", 0, 4.5, 1.9, 1.2, 1),)),
}

CULTURES: dict[str, tuple[str, tuple[str, ...]]] = {
    "msu": (
        "Urine",
        (
            "E. coli >10^5 cfu/mL. Sensitive: nitrofurantoin, trimethoprim. Resistant: amoxicillin.",
            "No significant growth.",
            "Mixed growth, probable contamination. Repeat if symptomatic.",
        ),
    ),
    "throat_swab": (
        "Throat swab",
        ("Beta-haemolytic Streptococcus group A isolated.", "Normal upper respiratory flora."),
    ),
}
"""Tests that answer in words."""

SHIFTS: dict[str, dict[str, float]] = {
    "diabetes": {"hba1c": 17, "acr": 2.5},
    "ckd": {"creatinine": 65, "egfr": -42, "urea": 5, "acr": 6, "hb": -12},
    "hypothyroidism": {"tsh": 1.6},
    "anaemia": {"hb": -28, "ferritin": -62, "mcv": -10},
    "copd": {"crp": 4},
    "rheumatoid": {"crp": 9},
    "prediabetes": {"hba1c": 5},
}
"""How a long-term condition moves usual values."""
