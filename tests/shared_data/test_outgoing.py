"""Public records written again: GP Connect records of test patients as STU3, synthetic R4 records as R4."""

import gzip
from pathlib import Path

import pytest

from openrecord.clinical.incoming import IncomingMessage, Label
from openrecord.clinical.outgoing import r4
from openrecord.clinical.outgoing.stu3 import bundle as stu3_form
from openrecord.clinical.reading import read
from openrecord.clinical.stu3.bundle import read_bundle
from tests.shared_data.goldens import stu3
from tests.shared_data.test_r4_reading import BUNDLES
from tests.unit.clinical.outgoing import travel

RECORDS = [path for path in stu3.files() if stu3.RECORDS in path.parents]
SMALL = sorted(BUNDLES, key=lambda path: path.stat().st_size)[:8]

pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not (RECORDS and SMALL), reason="../shared/data (records) is absent"),
]


def gp_connect(path: Path) -> IncomingMessage:
    (message,) = read_bundle(stu3.load(path))
    return message


@pytest.mark.parametrize("path", RECORDS, ids=stu3.name_of)
def test_a_gp_connect_record_comes_back_as_it_was(path: Path) -> None:
    journey = travel.journey(gp_connect(path), stu3_form.bundle)
    assert journey.before
    assert journey.after == journey.before


@pytest.mark.parametrize("path", SMALL, ids=lambda path: path.name.split("_")[0])
def test_an_r4_record_comes_back_as_it_was(path: Path) -> None:
    (message,) = read(gzip.decompress(path.read_bytes())).messages
    journey = travel.journey(message, r4.bundle)
    assert journey.before
    assert journey.after == journey.before


@pytest.mark.parametrize("write", [r4.bundle, stu3_form.bundle], ids=["r4", "stu3"])
def test_the_eight_labels_of_the_labelled_record_travel(write: travel.Writer) -> None:
    (path,) = (path for path in RECORDS if "repaired-nopat" in path.name)
    journey = travel.journey(gp_connect(path), write)
    before, after = (
        {one for one, content in contents.items() if content.label == Label.NOT_FOR_PATIENT.value}
        for contents in (journey.before, journey.after)
    )
    assert after == before == journey.written.labelled
    assert len(after) == 8
