"""The page of doses against Covid-19 in the preview: each viewer's own, dose for dose; no card comes of it."""

import re

import pytest

from openrecord.cards import queries as cards
from openrecord.screening import queries as screening
from openrecord.screening.actions import acts
from openrecord.screening.types import HideReason
from tests.integration.fhir.world import AT, BY, Record, made_record
from tests.integration.pages import world
from tests.integration.pages.test_covid import FIRST_DOSE, SNOMED, vaccination
from tests.integration.pages.test_preview import base
from tests.integration.pages.test_preview_as import carer_of

DOSES = re.compile(r'<section class="or-card or-dose".*?</section>', re.DOTALL)
NOT_ON_A_CARD = re.compile(r'<p class="or-row-actions">This dose cannot.*?</p>\s*')


@pytest.fixture
def vaccinated(record: Record) -> Record:  # noqa: ARG001
    """Two doses, of which one is hidden later, and another vaccination."""
    made = made_record("Okafor", "Ada")
    flu = vaccination("flu", "2025-02-03", "1", "http://example.org/codes")
    made.deliver(vaccination("a"), vaccination("b", "2025-02-02", FIRST_DOSE, SNOMED), flu)
    return made


def doses(text: str) -> list[list[str]]:
    """The doses of a page, without where its links lead."""
    return [re.sub(r'href="[^"]*/', 'href="', NOT_ON_A_CARD.sub("", each)).split() for each in DOSES.findall(text)]


def test_each_viewer_sees_their_own_page(vaccinated: Record) -> None:
    staff, patient = world.staff(), world.patient(vaccinated)
    near = carer_of(vaccinated)
    blind = carer_of(vaccinated, sections=("results",))
    assert f'href="{base(vaccinated)}/covid"' in staff.get(f"{base(vaccinated)}/vaccinations").text
    for seen, browser, count in ((base(vaccinated), patient, 2), (near.preview(vaccinated), near.browser, 2),
                                 (blind.preview(vaccinated), blind.browser, 0)):  # fmt: skip
        shown = doses(staff.get(f"{seen}/covid").text)
        assert shown == doses(browser.get("/covid").text)
        assert len(shown) == count
    entry = next(iter(screening.states(vaccinated.patient.patient_id)))
    acts.hide(
        patient_id=vaccinated.patient.patient_id, entry_id=entry, reason=HideReason.OTHER, responsible=None,
        by=BY, at=AT,
    )  # fmt: skip
    assert doses(staff.get(f"{base(vaccinated)}/covid").text) == doses(patient.get("/covid").text)
    assert cards.cards(vaccinated.patient.patient_id) == ()


def test_an_app_has_no_such_page(vaccinated: Record) -> None:
    staff, seen = world.staff(), f"{base(vaccinated)}/as/{vaccinated.app}"
    assert staff.get(f"{seen}/vaccinations").status_code == 200
    assert f"{seen}/covid" not in staff.get(f"{seen}/vaccinations").text
    assert staff.get(f"{seen}/covid").status_code == 404
