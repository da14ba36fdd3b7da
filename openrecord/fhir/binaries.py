"""GET /fhir/Binary/id: a file that an entry names, for an app that is served the entry."""

from base64 import b64encode
from uuid import UUID

import falcon
import orjson
from django.db import close_old_connections

from openrecord.attachments import queries as attachments
from openrecord.attachments.types import Attached, NotAvailable
from openrecord.fhir import reading
from openrecord.fhir.reading import Asked, Refused
from openrecord.fhir.resources import JSON, begin, check_read, reject
from openrecord.fhir.searching import NOBODY, public_id
from openrecord.fhir.types import BadRequest, Issue
from openrecord.registry.types import PatientId

_MOSTLY = "DocumentReference"


class Binary:
    """Files by their id. What is hidden, another's, not checked yet or nobody's has one answer."""

    def on_get_one(self, request: falcon.Request, response: falcon.Response, key: str) -> None:
        """Read one file, as a resource."""
        asked = begin(request, "/fhir/Binary/id")
        try:
            check_read(request)
        except BadRequest as error:
            raise reject(asked, error) from error
        file = _file(asked, UUID(bytes=public_id(key) or NOBODY))
        try:
            data = b64encode(b"".join(attachments.content(file)))
        except NotAvailable:
            raise Refused(Issue.FAILED) from None
        head = {"resourceType": "Binary", "id": str(file.file_id), "contentType": file.kind.media_type}
        response.content_type = JSON
        response.data = orjson.dumps(head)[:-1] + b',"data":"' + data + b'"}'

    on_head_one = on_get_one


def _file(asked: Asked, file_id: UUID) -> Attached:
    """The file, where the entry is served that names it; its reading recorded. Raises Refused, always the same."""
    patient_id = PatientId(reading.holder(asked).patient_id)
    close_old_connections()
    fhir_type, entry_id = attachments.entry_of(patient_id, file_id) or (_MOSTLY, UUID(bytes=NOBODY))
    asked = Asked(asked.token, asked.route, f"_id={file_id.hex}", asked.at)
    try:
        ((_, _, _, body, _),) = reading.entry(asked, fhir_type, entry_id.bytes).entries
    except Refused as refused:
        if refused.issue is Issue.INSUFFICIENT_SCOPE:
            raise Refused(Issue.NOT_FOUND) from None
        raise
    for file in attachments.files_of(patient_id, entry_id, body):
        if file.file_id == file_id and file.is_open:
            return file
    raise Refused(Issue.NOT_FOUND)
