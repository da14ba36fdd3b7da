"""The four invented practices. Their codes begin with Z99, which no real practice's does."""

from datetime import date

from openrecord_demo.england.model import Practice

PRACTICES: dict[str, Practice] = {
    item.ods: item
    for item in (
        Practice(
            "Z99101",
            "Wharfside Surgery",
            "System A",
            "Marlowe Quay",
            "QX1 4AB",
            date(2023, 11, 1),
            "full",
            "none",
            "Live since 1 November 2023 with full access",
            (
                "Dr Anjali Rao",
                "Dr Simon Thackray",
                "Dr Ruth Feldman",
                "Nurse Bev Hartley",
                "Mr Ola Bankole (pharmacist)",
            ),
        ),
        Practice(
            "Z99102",
            "Millbrook Lane Health Centre",
            "System B",
            "Upper Thistle",
            "QX2 7LT",
            date(2024, 6, 3),
            "detailed",
            "none",
            "Live since 3 June 2024 with the detailed coded record",
            ("Dr Gareth Pugh", "Dr Mei Tan", "Nurse Carol Devlin", "Dr Yusuf Karim"),
        ),
        Practice(
            "Z99103",
            "Oakapple Medical Practice",
            "System A",
            "Dunmere",
            "QX3 9PR",
            date(2023, 11, 1),
            "full",
            "none",
            "Live; every result and report is released by hand; nobody at risk gets access automatically",
            ("Dr Fiona Strachan", "Dr Tunde Alabi", "Nurse Kim Yardley", "Dr Laura Benedetti"),
            {"result": "by_hand", "report": "by_hand"},
        ),
        Practice(
            "Z99104",
            "Fenwick Road Practice",
            "System A",
            "Scarcliffe",
            "QX4 2GH",
            None,
            "full",
            "none",
            "Not live yet: no go-live date set",
            ("Dr Malcolm Reeve", "Dr Shabnam Iqbal", "Nurse Pat Ogilvie"),
        ),
    )
}
"""By organisation code, in order of readiness."""

ROTATION: tuple[str, ...] = ("Z99101", "Z99102", "Z99103", "Z99101", "Z99104", "Z99102", "Z99101", "Z99103")
"""How people without a story are shared out."""
