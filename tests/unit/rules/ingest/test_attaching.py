"""Which files are kept: what is refused is said, and stops nothing."""

import base64

from hypothesis import given
from hypothesis import strategies as st

from openrecord.clinical.incoming import FileState
from openrecord.ingest.rules.attaching import without_refused
from tests.unit.clinical.r4_resources import entry, resource

FILES = st.lists(st.binary(min_size=1, max_size=20) | st.none(), max_size=5)


@given(FILES, st.integers(1, 20))
def test_what_is_too_large_or_damaged_is_refused_and_nothing_else(files: list[bytes | None], most: int) -> None:
    data = ["%%" if each is None else base64.b64encode(each).decode() for each in files]
    made = entry(resource("DocumentReference", content=[{"attachment": {"data": each}} for each in data]))
    kept, problems = without_refused(made, most)
    expected = {
        each: FileState.DAMAGED if each is None else FileState.TOO_LARGE if len(each) > most else FileState.WAITING
        for each in files
    }
    assert {file.content: file.state for file in kept.files} == expected
    refused = [state for state in expected.values() if state is not FileState.WAITING]
    assert sorted(problem.reason for problem in problems) == sorted(f"file_{state}" for state in refused)
    assert all(problem.count == 0 for problem in problems)
    assert all(f'"url":"{file.mark}"'.encode() in kept.full for file in kept.files)
    assert (kept.full == made.full) is (not refused)


def test_under_another_limit_it_is_another_version() -> None:
    made = entry(
        resource("DocumentReference", content=[{"attachment": {"data": base64.b64encode(b"x" * 10).decode()}}])
    )
    assert without_refused(made, 9)[0].full != without_refused(made, 10)[0].full == made.full


def test_the_problem_says_what_where_and_what_to_do() -> None:
    data = base64.b64encode(bytes(3 << 20)).decode()
    made = entry(resource("DocumentReference", content=[{"attachment": {"data": data}}]))
    (problem,) = without_refused(made, 2 << 20)[1]
    assert problem.where == "entry[0] file 1"
    assert problem.detail.startswith("a file of 3.0 MiB; 2 MiB are allowed")
    assert "OPENRECORD_DOCUMENT_MIB" in problem.detail
