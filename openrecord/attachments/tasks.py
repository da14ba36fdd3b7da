"""What the worker does for files: have them checked, and take away what no entry names."""

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice

from openrecord.attachments import actions, queries
from openrecord.attachments.types import Attached
from openrecord.audit.types import system
from openrecord.clinical.incoming import FileState
from openrecord.db import stored_files
from openrecord.gateways import clamav
from openrecord.gateways.scanning import NotScanned
from openrecord.registry.types import PatientId

CHECKS_A_ROUND = 20
LEFT_OVER = timedelta(days=1)
"""A file that is older and that no row names was never committed, or its entry was erased. No act takes so long."""
_PORTION = 500
_log = logging.getLogger(__name__)


def check_waiting(at: datetime) -> int:
    """Have some files looked through; how many were. A scanner that cannot be reached is asked again another time."""
    scanner = clamav.scanner()
    if scanner is None:
        return 0
    done = 0
    for patient_id, file in queries.waiting(CHECKS_A_ROUND):
        try:
            found = scanner.scan(queries.unchecked_content(file))
        except stored_files.NotReadable as error:
            _log.error("a document cannot be checked: %s", error)
            actions.note_tried(patient_id=patient_id, file=file, at=at)
        except NotScanned as error:
            if not error.for_good:
                _log.warning("no scanner has looked at the documents that wait: %s", error.reason)
                actions.note_tried(patient_id=patient_id, file=file, at=at)
                return done
            _note(patient_id, file, FileState.UNCHECKED, error.reason, at)
            done += 1
        else:
            _note(patient_id, file, FileState.INFECTED if found else FileState.CLEAN, found, at)
            done += 1
    return done


def _note(patient_id: PatientId, file: Attached, state: FileState, found: str, at: datetime) -> None:
    actions.note_verdict(patient_id=patient_id, file=file, state=state, found=found, by=system("worker"), at=at)


def take_away_left_over(at: datetime) -> int:
    """Delete files on the disk that no entry names; how many."""
    return sum(_taken_away(at))


def _taken_away(at: datetime) -> Iterator[bool]:
    found = stored_files.written_before(at - LEFT_OVER)
    while some := list(islice(found, _PORTION)):
        used = queries.stored(name for name, _ in some)
        for name, path in some:
            if name not in used or path.suffix == stored_files.UNFINISHED:
                path.unlink(missing_ok=True)
                yield True
