"""Which version of an entry is in force (QUESTIONS 11; VC-01 to VC-04)."""

from dataclasses import dataclass

import pytest

from openrecord.clinical.incoming import VersionStatus
from openrecord.screening.rules.versions import index_in_force


@dataclass(frozen=True)
class Told:
    """A version as its source sent it."""

    status: VersionStatus
    filed: bool | None


FILED = Told(VersionStatus.FINAL, filed=True)
UNFILED = Told(VersionStatus.FINAL, filed=False)
APPENDED = Told(VersionStatus.APPENDED, filed=False)
APPENDED_FILED = Told(VersionStatus.APPENDED, filed=True)
APPENDED_UNKNOWN = Told(VersionStatus.APPENDED, filed=None)


@pytest.mark.parametrize(
    ("versions", "index"),
    [
        pytest.param((FILED,), 0, id="the only one"),
        pytest.param((UNFILED,), 0, id="the only one, unfiled"),
        pytest.param((APPENDED,), 0, id="the only one, appended and unfiled"),
        pytest.param((FILED, FILED), 1, id="the newest"),
        pytest.param((FILED, UNFILED), 1, id="unfiled, it still replaces the filed one"),
        pytest.param((FILED, APPENDED), 0, id="appended and unfiled: the filed one stays (VC-02)"),
        pytest.param((FILED, APPENDED_UNKNOWN), 0, id="appended, filing not known: the filed one stays"),
        pytest.param((FILED, APPENDED_FILED), 1, id="appended and filed"),
        pytest.param((FILED, APPENDED, APPENDED), 0, id="appended twice"),
        pytest.param((FILED, APPENDED_FILED, APPENDED), 1, id="the last filed one"),
        pytest.param((UNFILED, APPENDED), 1, id="nothing filed before it: the newest"),
        pytest.param((UNFILED, APPENDED, APPENDED), 2, id="nothing filed at all: the newest"),
        pytest.param((APPENDED_FILED, APPENDED), 0, id="the oldest is appended itself"),
        *(
            pytest.param((FILED, Told(status, filed=False)), 1, id=f"{status} and unfiled: the old one goes at once")
            for status in VersionStatus
            if status is not VersionStatus.APPENDED
        ),
        *(
            pytest.param((FILED, Told(status, filed=False), APPENDED), 2, id=f"{status}, then appended: both wait")
            for status in VersionStatus
            if status is not VersionStatus.APPENDED
        ),
    ],
)
def test_the_version_in_force(versions: tuple[Told, ...], index: int) -> None:
    assert index_in_force(versions) == index
