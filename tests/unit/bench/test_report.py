"""The sums, and what the table and the JSON say."""

import json
from dataclasses import replace

import pytest

from openrecord_demo.bench.figures import Ingested, Limit, Served, Worked, times_limit
from openrecord_demo.bench.report import Report, text

LIMIT = Limit(per_second=4000.0, driver_us=100.0, database_us=50.0, note="3 statements")
SERVED = Served(
    "postgresql", "FHIR read", requests=300, connections=8, seconds=0.5, p50_ms=1.25, p99_ms=9.75, answer_bytes=1400,
    server_us=200.0, alone_us=180.0, database_us=40.0, pace_ns=35.0, limit=LIMIT,
)  # fmt: skip
INGESTED = Ingested(
    "sqlite", "fhir-r4", "whole records", processes=2, entries=20_000, messages=100, seconds=4.0, command_us=300.0,
    database_us=None, pace_ns=35.0, limit=replace(LIMIT, database_us=None),
)  # fmt: skip
WORKED = Worked("sqlite", "going live", 12_000, "patients", seconds=14.04, cpu_us=9_500_000.0, pace_ns=35.0)


@pytest.mark.parametrize(
    ("server", "database", "limit", "expected"),
    [
        (200.0, 40.0, LIMIT, 1.6),
        (300.0, None, replace(LIMIT, database_us=None), 3.0),
        (300.0, None, LIMIT, None),
        (300.0, 10.0, replace(LIMIT, database_us=None), None),
        (300.0, None, replace(LIMIT, driver_us=0.0, database_us=None), None),
    ],
)
def test_times_the_limit(server: float, database: float | None, limit: Limit, expected: float | None) -> None:
    assert times_limit(server, database, limit) == expected


def test_table() -> None:
    shown = text(
        Report({"cores": 2, "postgresql": None}, [INGESTED], [SERVED], [WORKED], ["PostgreSQL: not installed"])
    )
    lines = [[cell.strip() for cell in line.strip("|").split("|")] for line in shown.splitlines() if line[:1] == "|"]
    assert lines[2] == [
        "sqlite", "fhir-r4", "whole records", "2", "20,000", "100", "5,000", "300", "-", "35.0", "4,000", "100", "-",
        "3.00",
    ]  # fmt: skip
    assert lines[5] == [
        "postgresql", "FHIR read", "300", "1.4", "600", "1.2", "9.8", "200", "180", "40", "35.0", "4,000", "100",
        "50", "1.60",
    ]  # fmt: skip
    assert [len(line) for line in lines[:6]] == [14] * 3 + [15] * 3
    assert lines[8] == ["sqlite", "going live", "12,000", "patients", "14.0", "9,500", "35.0"]
    assert "- left out: PostgreSQL: not installed" in shown
    assert "machine: cores 2\n" in shown


def test_json() -> None:
    told = json.loads(json.dumps(Report({"cores": 2}, [INGESTED], [SERVED]).as_json()))
    assert told["machine"] == {"cores": 2}
    assert (told["ingest"][0]["per_second"], told["ingest"][0]["database_us"]) == (5000.0, None)
    assert (told["serve"][0]["times_limit"], told["serve"][0]["limit"]["note"]) == (1.6, "3 statements")
