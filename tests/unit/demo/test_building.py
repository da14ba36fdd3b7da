"""Building the demonstration's database."""

from pathlib import Path

from openrecord.ingest.types import Tally
from openrecord.kit import clock
from openrecord_demo import building


def test_a_practice_where_nobody_of_a_few_people_is_registered_sends_nothing(tmp_path: Path) -> None:
    assert building._take_in(tmp_path, {"practices": [{"ods": "Z99104"}]}, clock.now()) == Tally()
