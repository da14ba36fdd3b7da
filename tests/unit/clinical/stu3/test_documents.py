"""Consultations, documents and test groups."""

from openrecord.clinical.dates import earliest
from openrecord.clinical.incoming import IncomingLink, LinkKind, VersionStatus
from openrecord.clinical.kinds import EntryKind
from tests.unit.clinical.stu3.records import (
    Resource,
    body,
    encounter,
    entry_of,
    observation,
    read,
    read_one,
    ref,
    resource,
    snomed,
)


def document(**elements: object) -> Resource:
    given = {
        "status": "current",
        "type": {"text": "Letter"},
        "indexed": "2020-12-22T14:48:54+00:00",
        "created": "2020-12-20T10:00:00+00:00",
        "content": [
            {"attachment": {"contentType": "text/plain", "size": 9, "url": "https://elsewhere.example/Binary/7"}}
        ],
    }
    return resource("DocumentReference", "doc", **{**given, **elements})


def test_a_consultation_of_unknown_state_is_a_draft() -> None:
    assert read_one(encounter(status="unknown")).status is VersionStatus.DRAFT
    assert read_one(encounter(status="finished")).status is VersionStatus.FINAL


def test_consultation_elements_take_their_r4_shape() -> None:
    kind = {"coding": [{"system": "http://hl7.org/fhir/v3/ParticipationType", "code": "PPRF"}]}
    doctor: Resource = {"resourceType": "Practitioner", "id": "p", "name": [{"family": "Doctor"}]}
    given = encounter(
        participant=[{"type": [kind], "individual": ref("Practitioner/p")}],
        reason=[snomed("22298006")],
        type=[{"text": "GP Surgery"}],
    )
    shown = body(given, doctor)
    participation = "http://terminology.hl7.org/CodeSystem/v3-ParticipationType"
    assert shown["participant"][0]["type"][0]["coding"][0]["system"] == participation
    assert shown["participant"][0]["individual"]["display"] == "Doctor"
    assert shown["reasonCode"][0]["coding"][0]["code"] == "22298006"
    assert shown["type"] == [{"text": "GP Surgery"}]


def test_document_keeps_its_file_but_never_its_address() -> None:
    entry = read_one(document(), encounter())
    assert b"elsewhere" not in entry.full
    assert body(document())["content"][0]["attachment"] == {
        "contentType": "text/plain",
        "creation": "2020-12-20T10:00:00+00:00",
        "size": 9,
    }
    assert entry.recorded == earliest("2020-12-22T14:48:54+00:00")
    assert entry.filed is True


def test_a_binary_of_the_same_message_is_the_documents_file() -> None:
    binary: Resource = {"resourceType": "Binary", "id": "7", "contentType": "text/plain", "content": "SGVsbG8="}
    entry = read_one(document(), binary)
    (file,) = entry.files
    assert (file.content, file.stated) == (b"Hello", "text/plain")
    assert f'"url":"{file.mark}"'.encode() in entry.full
    assert b"elsewhere" not in entry.full


def test_document_still_to_be_reviewed_is_not_filed() -> None:
    assert read_one(document(docStatus="preliminary")).filed is False


def test_document_is_part_of_its_consultation() -> None:
    entry = read_one(document(context={"encounter": ref("Encounter/enc")}), encounter())
    assert entry.containers == ("Encounter/enc",)
    assert IncomingLink(LinkKind.ENCOUNTER, "Encounter/enc") in entry.links


def test_test_group_contains_what_its_answers_name() -> None:
    answers = [{"valueReference": ref("Observation/a")}, {"valueString": "twice a week"}]
    group = resource(
        "QuestionnaireResponse",
        "q",
        status="completed",
        parent=[ref("Observation/head")],
        item=[{"text": "Exercise", "answer": answers}],
    )
    message = read(
        group,
        observation("head", related=[{"type": "has-member", "target": ref("QuestionnaireResponse/q")}]),
        observation("a", related=[{"type": "derived-from", "target": ref("QuestionnaireResponse/q")}]),
    )
    entry = entry_of(message, "QuestionnaireResponse/q")
    assert entry.kind is EntryKind.QUESTIONNAIRE
    assert entry.containers == ("Observation/head",)
    assert IncomingLink(LinkKind.HAS_MEMBER, "Observation/a") in entry.links
    assert entry_of(message, "Observation/a").containers == ("QuestionnaireResponse/q",)
    assert body(group)["item"] == [{"linkId": "1", "text": "Exercise", "answer": [{"valueString": "twice a week"}]}]
