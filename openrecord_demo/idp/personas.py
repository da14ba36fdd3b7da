"""A few made-up people for running the provider by itself; their NHS numbers are of the 999 test range."""

from openrecord_demo.idp.types import Group, Persona

PERSONAS = (
    Persona(
        "ada",
        "Ada Fairweather",
        "Identity checked against photo ID (P9). Registered at a demonstration practice.",
        Group.PATIENT,
        {
            "nhs_number": "9990000018",
            "family_name": "Fairweather",
            "given_name": "Ada",
            "birthdate": "1961-04-12",
            "identity_proofing_level": "P9",
        },
    ),
    Persona(
        "ben",
        "Ben Quickly",
        "Has only confirmed contact details and NHS number (P5): records must stay closed.",
        Group.PATIENT,
        {
            "nhs_number": "9990000026",
            "family_name": "Quickly",
            "given_name": "Ben",
            "birthdate": "1999-11-30",
            "identity_proofing_level": "P5",
        },
    ),
    Persona(
        "cleo",
        "Cleo Marsh",
        "Cares for her father and has no record of her own here.",
        Group.PROXY,
        {
            "nhs_number": "9990000034",
            "family_name": "Marsh",
            "given_name": "Cleo",
            "birthdate": "1985-07-02",
            "identity_proofing_level": "P9",
        },
    ),
    Persona(
        "manager",
        "Mo Ledger",
        "Practice manager, signed in with a second factor.",
        Group.STAFF,
        {"name": "Mo Ledger", "roles": ["manager"], "authentication_assurance_level": "3"},
    ),
    Persona(
        "weak",
        "Wen Password",
        "A screener who signed in without a second factor: must be refused.",
        Group.STAFF,
        {"name": "Wen Password", "roles": ["screener"], "authentication_assurance_level": "1"},
    ),
)
