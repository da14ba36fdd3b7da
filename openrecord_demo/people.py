"""Who can sign in to the demo: the people with a story, those who act for them, and the practices' staff."""

from collections.abc import Iterator
from typing import Any

from openrecord.identity.rules import plain_name
from openrecord.identity.types import Role
from openrecord_demo.england.practices import PRACTICES
from openrecord_demo.idp.types import Group
from openrecord_demo.memory import Member, Someone

Json = dict[str, Any]


def personas(manifest: Json) -> tuple[Someone, ...]:
    """Everybody, from the manifest of the synthetic England."""
    return (*_patients(manifest), *_proxies(manifest), *(someone for someone, _ in _staff()))


def staff() -> tuple[Member, ...]:
    """The members of staff with their practices and roles."""
    return tuple(member for _, member in _staff())


def identity(number: str, family: str, given: str, born: str) -> Json:
    """What the sign-in service says of somebody whose identity was proved against photo ID (P9)."""
    told = {"nhs_number": number, "family_name": family, "given_name": given, "birthdate": born}
    return {**told, "identity_proofing_level": "P9", "email": _email(given, family), "email_verified": True}


def _email(given: str, family: str) -> str:
    """An address that is nobody's: example.org receives no mail (RFC 2606)."""
    return f"{plain_name(given)}.{plain_name(family)}@example.org"


def _patients(manifest: Json) -> Iterator[Someone]:
    for patient in manifest["patients"]:
        if patient["persona"]:
            name = f"{patient['given']} {patient['family']}"
            claims = identity(patient["nhs_number"], patient["family"], patient["given"], patient["born"])
            yield Someone(patient["persona"], name, patient["story"], Group.PATIENT, claims)


def _proxies(manifest: Json) -> Iterator[Someone]:
    known = {patient["nhs_number"]: patient for patient in manifest["patients"]}
    for proxy in manifest["proxies"]:
        patient = known[proxy["patient"]]
        given, _, family = proxy["name"].rpartition(" ")
        story = f"Acts for {patient['given']} {patient['family']} ({proxy['basis'].replace('_', ' ')})"
        claims = identity(proxy["nhs_number"], family, given, proxy["born"])
        yield Someone(proxy["persona"], proxy["name"], story, Group.PROXY, claims)


def _staff() -> Iterator[tuple[Someone, Member]]:
    """At each practice the first three on its list: who decides everything, who only reads, who checks both."""
    for practice in PRACTICES.values():
        first, second, third = practice.staff[:3]
        both = (Role.CLINICIAN, Role.SCREENER, Role.MANAGER)
        yield _member(practice.ods, practice.name, first, both, "Clinician; screens entries and manages staff")
        yield _member(practice.ods, practice.name, second, (Role.READER,), "May read, not decide")
        leads = "Information governance lead; checks who opened closed records"
        yield _member(practice.ods, practice.name, third, (Role.IG_LEAD,), leads)


def _member(ods: str, practice: str, name: str, roles: tuple[Role, ...], what: str) -> tuple[Someone, Member]:
    key = f"{ods}-{name}".lower().replace(" ", "-").replace("(", "").replace(")", "")
    claims = {"name": name, "authentication_assurance_level": "3"}
    someone = Someone(key, name, f"{practice}. {what}.", Group.STAFF, claims)
    return someone, Member(key, ods, tuple(role.value for role in roles))
