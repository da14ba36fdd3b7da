"""NHS numbers: ten digits, the last a modulus-11 check digit (R66)."""

from typing import NewType

NhsNumber = NewType("NhsNumber", str)

SYSTEM = "https://fhir.nhs.uk/Id/nhs-number"

SYSTEMS = frozenset(
    {
        SYSTEM,
        "http://fhir.nhs.uk/Id/nhs-number",
        "http://fhir.nhs.net/Id/nhs-number",
        "urn:oid:2.16.840.1.113883.2.1.4.1",
    }
)
"""NHS numbers under the addresses they arrive with: the present one, without TLS, an earlier one, HL7 v3's OID."""


class InvalidNhsNumber(ValueError):
    """The text is not an NHS number; the message never repeats it."""


def is_valid(text: str) -> bool:
    """Whether `text` is ten digits whose last is the right check digit."""
    if len(text) != 10 or not text.isascii() or not text.isdigit():
        return False
    remainder = 11 - sum(int(digit) * weight for digit, weight in zip(text, range(10, 1, -1), strict=False)) % 11
    check = 0 if remainder == 11 else remainder
    return check != 10 and check == int(text[9])


def plain(text: str) -> str:
    """`text` without spaces and hyphens, as people write them between the digits."""
    return text.replace(" ", "").replace("-", "")


def parse(text: str) -> NhsNumber:
    """`text` without spaces and hyphens as an NHS number; raises InvalidNhsNumber."""
    digits = plain(text)
    if not is_valid(digits):
        raise InvalidNhsNumber("not an NHS number: ten digits with a right check digit are needed")
    return NhsNumber(digits)


def spaced(number: NhsNumber) -> str:
    """As people read it: 999 123 4567."""
    return f"{number[:3]} {number[3:6]} {number[6:]}"
