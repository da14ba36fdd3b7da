"""Who is given which vaccine when, after the UK schedules of the time. Codes only where one was found."""

from datetime import date, datetime, timedelta

from openrecord_demo.england.model import Kind
from openrecord_demo.england.record import Record

_BABY: tuple[tuple[int, str, int], ...] = (
    (56, "six_in_one_1", 1),
    (56, "menb_1", 1),
    (56, "rota_1", 1),
    (84, "six_in_one_2", 2),
    (84, "rota_2", 2),
    (84, "pcv_1", 1),
    (112, "six_in_one_3", 3),
    (112, "menb_2", 2),
    (368, "hib_menc", 1),
    (368, "mmr_1", 1),
    (368, "pcv_2", 2),
    (368, "menb_3", 3),
    (1220, "mmr_2", 2),
    (1220, "four_in_one", 4),
    (4500, "hpv", 1),
    (5200, "teenage_booster", 5),
    (5200, "menacwy", 1),
)
"""Days of life, vaccine, number of the dose."""

_COVID: tuple[tuple[date, str, int], ...] = (
    (date(2021, 3, 20), "covid_1", 1),
    (date(2021, 6, 5), "covid_2", 2),
    (date(2021, 12, 4), "covid_booster", 3),
)


def vaccinate(record: Record) -> None:
    """Childhood, influenza, COVID-19 and older people's vaccines that fall into the record's time."""
    born = record.person.born
    for days, key, number in _BABY:
        _give(record, born + timedelta(days=days + int(record.rng.random() * 12)), key, number)
    for day, key, number in _COVID:
        if record.age(day) >= 16 and record.rng.random() < 0.85:
            _give(record, day + timedelta(days=int(record.rng.random() * 40)), key, number)
    for year in range(record.since.year, record.until.year + 1):
        _autumn(record, date(year, 10, 4) + timedelta(days=int(record.rng.random() * 45)))
    if born.year < 1960:
        _give(record, date(born.year + 70, 9, 10), "shingles", 1)
        _give(record, date(born.year + 65, 11, 3), "ppv", 1)


def _autumn(record: Record, day: date) -> None:
    age = record.age(day)
    at_risk = age >= 65 or bool(record.conditions) or 2 <= age <= 10
    if at_risk and record.rng.random() < 0.75:
        _give(record, day, "flu_vaccine", None)
    if day.year >= 2022 and age >= 75:
        _give(record, day, "covid_seasonal", None)


def _give(record: Record, day: date, key: str, number: int | None) -> None:
    if not record.since < day < record.until:
        return
    at: datetime = record.moment(day)
    record.add(Kind.IMMUNISATION, key, at, dose_number=number, staff=2)
