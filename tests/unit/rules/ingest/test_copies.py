"""The laboratory's own message and the GP system's copy of it are one entry (QUESTIONS 12; VC-05, VC-06)."""

import pytest

from openrecord.clinical.incoming import LabKey
from openrecord.ingest.rules.copies import Copies, Keyed, resolve

KEY = LabKey("report", "order", "test", "specimen")
OTHER_TEST = LabKey("report", "order", "another test", "specimen")
OTHER_REPORT = LabKey("another report", "order", "test", "specimen")


def lab(entry: str, key: LabKey = KEY) -> Keyed[str]:
    return Keyed(entry, "lab", key)


def gp(entry: str, key: LabKey = KEY) -> Keyed[str]:
    return Keyed(entry, "gp", key)


@pytest.mark.parametrize(
    ("arrivals", "same", "unresolved"),
    [
        pytest.param((), (), (), id="nothing"),
        pytest.param((lab("a"),), (), (), id="one alone"),
        pytest.param((lab("a"), gp("b")), (("a", "b"),), (), id="all agree: the first arrival names it"),
        pytest.param((gp("b"), lab("a")), (("b", "a"),), (), id="in whatever order they arrive"),
        *(
            pytest.param(
                (lab("a"), gp("b", LabKey(*(*parts[:at], "different", *parts[at + 1 :])))),
                (),
                (("a", "b"),),
                id=f"the same report, another {name}: unresolved",
            )
            for parts in (("report", "order", "test", "specimen"),)
            for at, name in enumerate(parts)
            if at
        ),
        pytest.param((lab("a"), gp("b", OTHER_REPORT)), (), (), id="another report: two results"),
        pytest.param((lab("a"), lab("b")), (), (), id="one source does not copy itself"),
        pytest.param((lab("a"), lab("b", OTHER_TEST)), (), (), id="two tests of one report from one source"),
        pytest.param(
            (lab("a"), lab("b", OTHER_TEST), gp("c", OTHER_TEST), gp("d")),
            (("b", "c"), ("a", "d")),
            (),
            id="each test of a report finds its own copy",
        ),
        pytest.param(
            (lab("a"), lab("b", OTHER_TEST), gp("c")),
            (("a", "c"),),
            (),
            id="what agrees is taken out; the other test has no copy yet",
        ),
        pytest.param(
            (lab("a"), gp("b", OTHER_TEST), gp("c")),
            (("a", "c"),),
            (),
            id="a full match takes an entry out of the unresolved ones",
        ),
        pytest.param((lab("a"), gp("b"), gp("c")), (("a", "b"),), (), id="a copy belongs to one first arrival"),
        pytest.param(
            (lab("a"), gp("b", OTHER_TEST), gp("c", OTHER_TEST)),
            (),
            (("a", "b"), ("a", "c")),
            id="every pair that agrees in part is unresolved",
        ),
    ],
)
def test_copies_are_resolved(
    arrivals: tuple[Keyed[str], ...], same: tuple[tuple[str, str], ...], unresolved: tuple[tuple[str, str], ...]
) -> None:
    assert resolve(arrivals) == Copies(same, unresolved)
