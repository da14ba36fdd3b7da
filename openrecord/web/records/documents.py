"""Letters and other documents: what they are, and their file where it may be opened."""

from collections.abc import Sequence

from openrecord.web.records.arranging import by_year
from openrecord.web.records.elements import Json, concept, concepts, displays, mapping, objects, text_of
from openrecord.web.records.related import related
from openrecord.web.records.values import Detail, Group, Line, Shown, facts, quoted
from openrecord.web.text import gettext as _
from openrecord.web.text import gettext_noop
from openrecord.web.words import fhir_date_in_words

_AUTHORS = ("author", "performer", "resultsInterpreter", "custodian")

NOT_HERE = gettext_noop("It is not here. Ask your GP surgery for a copy.")
"""What a patient is told of a document whose file did not come with it."""


def title_of(body: Json) -> str:
    """The kind of document in neutral words: the author's own title may say too much in a list."""
    return concept(body.get("type")) or concepts(body.get("category")) or _("Document")


def author_of(body: Json) -> str:
    """Who wrote a document or a report, else whose it is."""
    return next((name for key in _AUTHORS if (name := displays(body.get(key)))), "")


def line(shown: Shown) -> Line:
    """One document in a list."""
    return Line(shown.href, title_of(shown.body), shown.date, value=author_of(shown.body))


def groups(page: Sequence[Shown]) -> tuple[Group, ...]:
    """Documents by year, newest first."""
    return by_year(page, line)


def detail(shown: Shown, members: Sequence[Shown]) -> Detail:
    """A document's own page."""
    body = shown.body
    attachments = [mapping(item.get("attachment")) for item in objects(body.get("content"))]
    titles = [words for item in attachments if (words := text_of(item.get("title")))]
    rows = facts(
        (_("Date"), fhir_date_in_words(body.get("date")) or shown.date),
        quoted(_("From"), author_of(body)),
        quoted(_("Title"), ", ".join(titles)),
        (_("File type"), ", ".join(kind for item in attachments if "url" not in item and (kind := _file_type(item)))),
    )
    if not any("url" in item for item in attachments):
        rows += facts((_("Document"), _(NOT_HERE)))
    description = text_of(body.get("description"))
    paragraphs = (description,) if description else ()
    return Detail(title_of(body), shown.date, rows, paragraphs, links=related(shown, members))


def _file_type(attachment: Json) -> str:
    """What its source calls a file that did not come along; of one that did, its card says what it is."""
    kind = text_of(attachment.get("contentType")).partition(";")[0]
    words = {
        "application/pdf": "PDF",
        "image/tiff": _("Scanned image"),
        "image/jpeg": _("Image"),
        "image/png": _("Image"),
        "text/plain": _("Text"),
        "text/html": _("Web page"),
        "application/msword": "Word",
    }
    return words.get(kind, "")
