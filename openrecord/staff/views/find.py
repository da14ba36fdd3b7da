"""Finding a patient of one's own practice, by NHS number or by family name and date of birth.

The search is a POST, so that no number or name stands in an address. Somebody else's patient is "not found".
"""

from dataclasses import dataclass
from datetime import date

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from openrecord.clinical.nhs_number import InvalidNhsNumber, parse, spaced
from openrecord.kit import clock
from openrecord.kit.london import day_of
from openrecord.registry import queries as registry
from openrecord.registry.types import Patient
from openrecord.staff.desk import Desk, desk_of, is_ours, page, record_staff_read
from openrecord.web import limits
from openrecord.web.audience import Audience, audience
from openrecord.web.forms import FieldError
from openrecord.web.redirects import see_other
from openrecord.web.text import gettext as _


@dataclass(frozen=True, slots=True)
class Match:
    """A patient found."""

    href: str
    name: str
    nhs_number: str
    born: date | None


@dataclass(frozen=True, slots=True)
class Search:
    """What was typed."""

    number: str
    family: str
    day: str
    month: str
    year: str

    @property
    def born(self) -> date | None:
        """The date of birth, None where it is no date."""
        try:
            return date(int(self.year), int(self.month), int(self.day))
        except (ValueError, OverflowError):
            return None


def _typed(request: HttpRequest) -> Search:
    names = ("number", "family", "born-day", "born-month", "born-year")
    return Search(*(request.POST.get(name, "").strip() for name in names))


@audience(Audience.STAFF, rate=limits.FIND_PATIENT)
@require_http_methods(["GET", "HEAD", "POST"])
def find(request: HttpRequest) -> HttpResponse:
    """The form, and what it found."""
    desk = desk_of(request)
    typed = _typed(request)
    errors: tuple[FieldError, ...] = ()
    matches: tuple[Match, ...] | None = None
    if request.method == "POST":
        errors = mistakes(typed)
        if not errors:
            found = _search(desk, typed)
            record_staff_read(request, desk, None, route="/staff/find", served=(), at=clock.now())
            if len(found) == 1:
                return see_other(f"/staff/patients/{found[0].public_id}")
            matches = tuple(_match(patient) for patient in found)
    context = {
        "title": _("Find a patient"),
        "typed": typed,
        "errors": errors,
        "error_of": {error.field: error.text for error in errors},
        "matches": matches,
    }
    return page(request, "staff/find.html", desk, context)


def mistakes(typed: Search) -> tuple[FieldError, ...]:
    """What is missing or wrong in the form."""
    if typed.number:
        try:
            parse(typed.number)
        except InvalidNhsNumber:
            return (FieldError("number", _("Enter an NHS number of 10 digits, like 999 123 4567")),)
        return ()
    if not typed.family and not (typed.day or typed.month or typed.year):
        return (FieldError("number", _("Enter an NHS number, or a last name and a date of birth")),)
    found = []
    if not typed.family:
        found.append(FieldError("family", _("Enter a last name")))
    if typed.born is None:
        found.append(FieldError("born-day", _("Enter a real date of birth")))
    return tuple(found)


def _search(desk: Desk, typed: Search) -> tuple[Patient, ...]:
    if typed.number:
        named = registry.patient_by_nhs_number(parse(typed.number))
        found = None if named is None else registry.patient(registry.home(named.patient_id))
        return (found,) if found is not None and is_ours(desk, found) else ()
    if typed.born is None:
        return ()
    return registry.patients_by_name(desk.ods, typed.family, typed.born, on=day_of(clock.now()))


def _match(patient: Patient) -> Match:
    name = f"{patient.family}, {patient.given}"
    return Match(f"/staff/patients/{patient.public_id}", name, spaced(patient.nhs_number), patient.born)
