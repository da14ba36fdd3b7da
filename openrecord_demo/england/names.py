"""Invented people: names of many backgrounds, addresses that cannot exist, NHS numbers from the 999 test range.

Postcodes begin with Q, which no British postcode does; telephone numbers come from Ofcom's range for drama.
"""

from datetime import date
from random import Random

from openrecord.clinical.nhs_number import is_valid
from openrecord_demo.england.model import Person, Practice

_NAMES: tuple[tuple[int, tuple[str, ...], tuple[str, ...], tuple[str, ...]], ...] = (
    (
        10,
        (
            "Oliver",
            "George",
            "Harry",
            "Jack",
            "Thomas",
            "Peter",
            "Alan",
            "Keith",
            "Brian",
            "Daniel",
            "Luke",
            "Ryan",
            "Stephen",
            "Arthur",
            "Ronald",
            "Adam",
            "Ben",
            "Joseph",
        ),
        (
            "Emily",
            "Olivia",
            "Charlotte",
            "Susan",
            "Margaret",
            "Jean",
            "Sheila",
            "Lauren",
            "Hannah",
            "Sophie",
            "Claire",
            "Linda",
            "Doreen",
            "Amy",
            "Ella",
            "Ruby",
            "Alice",
            "Joan",
        ),
        (
            "Ashdown",
            "Birchall",
            "Copley",
            "Denholme",
            "Eastham",
            "Farrow",
            "Garside",
            "Holroyd",
            "Ibbotson",
            "Jessop",
            "Kitching",
            "Lockwood",
            "Marsden",
            "Naylor",
            "Oldroyd",
            "Pickles",
            "Ramsbottom",
            "Sutcliffe",
            "Tordoff",
            "Varley",
            "Wadsworth",
            "Yeadon",
        ),
    ),
    (2, ("Rhys", "Gethin", "Owain", "Dylan"), ("Carys", "Sian", "Nerys", "Bethan"), ("Pritchard", "Bevan", "Gwynne")),
    (2, ("Fergus", "Hamish", "Declan", "Eoin"), ("Mairi", "Aoife", "Catriona", "Niamh"), ("Galbraith", "Quigley")),
    (
        3,
        ("Imran", "Bilal", "Hamza", "Tariq", "Yusuf"),
        ("Aisha", "Fatima", "Nadia", "Zainab", "Saima"),
        ("Mahmood", "Chaudhry", "Siddique", "Begum", "Qureshi"),
    ),
    (3, ("Arjun", "Rohan", "Vikram", "Harpreet"), ("Anita", "Kavita", "Jaspreet", "Meera"), ("Patel", "Gill", "Menon")),
    (2, ("Kwame", "Emeka", "Tobi", "Chidi"), ("Ngozi", "Abena", "Folake", "Adaeze"), ("Boateng", "Eze", "Adebayo")),
    (1, ("Jerome", "Marlon", "Winston"), ("Shanice", "Marcia", "Beverley"), ("Campbell", "Brathwaite", "Francis")),
    (2, ("Piotr", "Tomasz", "Andrei"), ("Agnieszka", "Ioana", "Katarzyna"), ("Zielinski", "Wojcik", "Popescu")),
    (1, ("Jun", "Wei", "Minh"), ("Li", "Mei", "Linh"), ("Cheung", "Lau", "Tran")),
    (1, ("Mehmet", "Dawit", "Farhad"), ("Elif", "Selam", "Shirin"), ("Demir", "Tesfaye", "Hosseini")),
)
_WEIGHTS = tuple(group[0] for group in _NAMES)
_STREETS: tuple[str, ...] = (
    "Cobbler's Yard",
    "Tannery Street",
    "Heron Close",
    "Quarry View",
    "Lantern Row",
    "Signal Box Lane",
    "Orchard Rise",
    "Mill Race Walk",
    "Beacon Terrace",
    "Rookery Drive",
    "Larkspur Avenue",
    "Old Dye Works",
    "Canal Side",
    "Ginnel Bank",
)
_STEP = 7919
_SERIALS = 1_000_000


class NhsNumbers:
    """Valid numbers of the 999 test range without repetition (about 900,000); the start is part of the seed."""

    def __init__(self, start: int) -> None:
        self._serial = start % _SERIALS
        self._used = 0

    def take(self) -> str:
        """The next number. Raises OverflowError when the test range is used up."""
        while True:
            if self._used >= _SERIALS:
                raise OverflowError("the 999 test range holds no more NHS numbers")
            self._used += 1
            self._serial = (self._serial + _STEP) % _SERIALS
            body = f"999{self._serial:06d}"
            check = (11 - sum(int(digit) * (10 - place) for place, digit in enumerate(body)) % 11) % 11
            if body.startswith("99910"):  # other published synthetic records use numbers from here
                continue
            if check != 10 and is_valid(body + str(check)):
                return body + str(check)


def invent(
    rng: Random, *, nhs_number: str, born: date, practice: Practice, name: str | None, sex: str | None
) -> Person:
    """Somebody near `practice`; `name` ("Given Family") and `sex` where a story says who it is."""
    sex = sex or ("female" if rng.random() < 0.51 else "male")
    _, male, female, families = rng.choices(_NAMES, _WEIGHTS)[0]
    given, family = rng.choice(female if sex == "female" else male), rng.choice(families)
    if name is not None:
        given, _, family = name.partition(" ")
    house, street = rng.randrange(1, 140), rng.choice(_STREETS)
    postcode = f"{practice.postcode[:5]}{rng.choice('ABDEFGHJ')}{rng.choice('LNPQRSTU')}"
    phone = f"07700 900{rng.randrange(1000):03d}"
    return Person(nhs_number, family, given, sex, born, (f"{house} {street}", practice.town, postcode), phone)
