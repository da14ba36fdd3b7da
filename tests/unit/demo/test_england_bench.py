"""Bundles in bulk: as many entries as asked for, the same for the same seed, and made without piling up."""

import tracemalloc
from collections import Counter
from collections.abc import Iterator
from itertools import islice

import pytest

from openrecord.clinical.nhs_number import is_valid
from openrecord_demo.england.bench import bench_bundles
from tests.unit.demo.england_files import objects, resources

NO_ENTRIES = {"Patient", "Organization", "Practitioner", "Medication", "List"}


def entries(bundle: bytes) -> int:
    return sum(item["resourceType"] not in NO_ENTRIES for item in resources(bundle))


@pytest.mark.parametrize("form", ["r4", "stu3"])
@pytest.mark.parametrize("per_patient", [50, 333, 1000])
def test_sizes_are_as_asked(form: str, per_patient: int) -> None:
    made = list(bench_bundles(seed=2, entries=2_000, per_patient=per_patient, format=form))
    assert all(is_valid(number) for number, _ in made)
    assert len({number for number, _ in made}) == len(made)
    assert [entries(bundle) for _, bundle in made] == [per_patient] * len(made)
    assert (len(made) - 1) * per_patient < 2_000 <= len(made) * per_patient


@pytest.mark.parametrize("form", ["r4", "stu3"])
def test_bundles_are_whole_and_heavy_with_observations(form: str) -> None:
    _, bundle = next(bench_bundles(seed=3, entries=1, per_patient=500, format=form))
    items = resources(bundle)
    there = {f"{item['resourceType']}/{item.get('id')}" for item in items}
    references = {o["reference"] for item in items for o in objects(item) if isinstance(o.get("reference"), str)}
    assert references <= there
    assert Counter(item["resourceType"] for item in items)["Observation"] > 350


def test_the_same_seed_gives_the_same_bundles() -> None:
    first, second = (list(bench_bundles(seed=4, entries=600)) for _ in range(2))
    assert first == second
    assert first != list(bench_bundles(seed=5, entries=600))


@pytest.mark.parametrize("per_patient", [4, 10_001])
def test_unrealistic_sizes_are_refused(per_patient: int) -> None:
    with pytest.raises(ValueError, match="per_patient"):
        next(bench_bundles(seed=1, entries=10, per_patient=per_patient))


def test_memory_does_not_grow_with_the_number_of_people() -> None:
    stream = bench_bundles(seed=6, entries=1_000_000, per_patient=60)
    _drop(islice(stream, 10))
    tracemalloc.start()
    try:
        _drop(islice(stream, 20))
        early = tracemalloc.get_traced_memory()[0]
        _drop(islice(stream, 120))
        assert tracemalloc.get_traced_memory()[0] - early < 60_000
    finally:
        tracemalloc.stop()


def _drop(bundles: Iterator[tuple[str, bytes]]) -> None:
    for _ in bundles:
        pass
