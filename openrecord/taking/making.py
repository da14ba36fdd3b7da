"""Making a file: gathered through the decision at one instant, written in the language of whoever asked for it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from openrecord.access import queries as access
from openrecord.access.rules.absence import absence
from openrecord.access.types import ViewerKind
from openrecord.identity import queries as identity
from openrecord.identity.types import PersonId
from openrecord.kit import environment
from openrecord.taking import gathering
from openrecord.taking.contents import bundle, document, packed, paper, summary, table
from openrecord.taking.contents.paper import Maker
from openrecord.taking.gathering import Gathered
from openrecord.taking.types import Download, Format
from openrecord.timeline import queries as timeline
from openrecord.timeline.types import Reader
from openrecord.web.print.pdf import pdf
from openrecord.web.records.absent import absent_words
from openrecord.web.records.sections import SECTIONS

CHANNEL = "web"
"""A file holds what the pages show."""


@dataclass(frozen=True, slots=True)
class Kind:
    """How a file of a format leaves: content type, and how its name ends."""

    content_type: str
    ending: str


KINDS = {
    Format.PDF: Kind("application/pdf", "pdf"),
    Format.FHIR: Kind("application/fhir+json", "json"),
    Format.PACKED_PDF: Kind("application/zip", "zip"),
    Format.PACKED_FHIR: Kind("application/zip", "zip"),
    Format.CSV: Kind("text/csv; charset=utf-8", "csv"),
    Format.SUMMARY: Kind("application/fhir+json", "json"),
    Format.SUMMARY_PDF: Kind("application/pdf", "pdf"),
}


def gathered(download: Download, *, at: datetime) -> Gathered | None:
    """What the file would be made of now; None where nothing is open to its maker any more."""
    return gathering.gather(_reader(download), download.format, download.selection, at=at)


def _reader(download: Download) -> Reader:
    return Reader(download.patient_id, download.maker, None, CHANNEL)


def maker_of(download: Download, *, at: datetime) -> Maker | None:
    """Who had it made; None where nobody is that viewer any more."""
    behind = access.behind(download.patient_id, download.maker, at=at)
    if behind is None:
        return None
    viewing = next(one for one in access.viewings(behind, at=at) if one.viewer_id == download.maker)
    if viewing.kind is ViewerKind.SELF:
        return Maker()
    linked = access.linked(download.patient_id, at=at)
    written = next((one.invited for one in linked if one.viewer.viewer_id == download.maker), "")
    return Maker(identity.name_of(PersonId(behind), written=written))


def written(download: Download, found: Gathered, maker: Maker, *, at: datetime) -> bytes:
    """The file. Raises Unprintable, or NotAvailable where a document that it takes along cannot be read."""
    base = environment.required("OPENRECORD_PUBLIC_URL").rstrip("/") + "/fhir"
    match download.format:
        case Format.PDF:
            return _on_paper(download, found, maker, {}, at)
        case Format.FHIR:
            return bundle.collection(found, base=base, at=at)
        case Format.PACKED_PDF:
            names = packed.by_day(found)
            record = _on_paper(download, found, maker, names, at)
            return packed.packed("record.pdf", record, found.open_files, names, at=at)
        case Format.PACKED_FHIR:
            record = bundle.collection(found, base=base, at=at)
            return packed.packed("bundle.json", record, found.open_files, packed.by_id(found), at=at)
        case Format.CSV:
            return table.table(found)
        case Format.SUMMARY:
            return document.document(found, summary.summarised(found), base=base, at=at)
        case Format.SUMMARY_PDF:
            return pdf("record.typ", paper.summary(found, summary.summarised(found), maker, at=at), at=at)


def _on_paper(download: Download, found: Gathered, maker: Maker, names: Mapping[UUID, str], at: datetime) -> bytes:
    told = paper.record(found, download.selection, maker, names, _absent(download, at), at=at)
    return pdf("record.typ", told, at=at)


def _absent(download: Download, at: datetime) -> Mapping[str, str]:
    """Of each section that is closed to the maker, why: what its page says where it shows nothing (R5)."""
    told = timeline.absences(_reader(download), at=at)
    asked = {section.slug: absence(told, section.slots) for section in SECTIONS}
    return {slug: absent_words(why.value) for slug, why in asked.items() if why is not None}
