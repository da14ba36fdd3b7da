"""From a request for somebody to act for the patient to letting them in, and back to the request."""

from openrecord.access import queries as access_queries
from openrecord.caseload import actions
from openrecord.caseload.events import IdentityChecked, Withdrawn
from openrecord.caseload.types import Kind, Proof, Wish
from tests.integration.fhir.world import AT, BY, ORG, Record
from tests.integration.pages import world
from tests.integration.pages.test_granting import FORM, people_page


def test_who_was_asked_for_is_let_in_and_the_request_is_found_again(record: Record) -> None:
    """What stands behind a comma is no name; the page after it leads back to the request, which is still open."""
    mine = record.patient.patient_id
    request_id = actions.make(
        patient_id=mine,
        ods=ORG,
        kind=Kind.PROXY,
        asker=access_queries.people_viewing(mine, at=AT)[0].viewer_id,
        wish=Wish(about="Kim Anne Carer, my sister", words="She helps me"),
        by=BY,
        at=AT,
    )
    staff, link = world.staff(), f"{people_page(record)}/new?request={request_id}"
    asks = f"/staff/requests/{record.patient.public_id}/{request_id}"
    known = IdentityChecked(Proof.VOUCHING)
    actions.act(patient_id=mine, request_id=request_id, event=known, seen=1, by=BY, at=AT)
    first = "Let the person in before you grant it."
    assert first in staff.get(asks).text, "the letter says that they agreed"
    form = staff.get(link).text
    assert 'value="Kim Anne"' in form
    assert 'value="Carer"' in form
    saved = staff.post(link, FORM)
    assert saved.status_code == 303, saved.text
    assert first not in staff.get(asks).text
    assert asks in staff.get(saved.headers["Location"]).text
    assert asks not in staff.get(f"{people_page(record)}?saved").text
    actions.act(patient_id=mine, request_id=request_id, event=Withdrawn(), seen=2, by=BY, at=AT)
    assert asks not in staff.get(saved.headers["Location"]).text, "it needs no answer any more"
