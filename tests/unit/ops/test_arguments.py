"""The command line: every command leads to a function, and what is typed wrongly is refused with a word why."""

import argparse
from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
from django.utils.module_loading import import_string

from openrecord.config.arguments import parser
from openrecord.config.command import UNSEALED


def _commands(of: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    deeper = [action for action in of._actions if isinstance(action, argparse._SubParsersAction)]
    if not deeper:
        yield of
    for action in deeper:
        for below in action.choices.values():
            yield from _commands(below)


def test_every_command_leads_to_a_function() -> None:
    named = [command.get_default("does") for command in _commands(parser())]
    assert len(named) > 20
    assert len(set(named)) == len(named)
    for does in named:
        assert callable(import_string(does))
    assert set(named) >= UNSEALED


def test_codes_days_and_times_as_people_type_them() -> None:
    practice = parser().parse_args(["practice", "add", " y90001", "--go-live", "2026-03-01"])
    assert (practice.ods, practice.go_live) == ("Y90001", date(2026, 3, 1))
    asked = ["explain", "--patient", "9990000018", "--at"]
    assert parser().parse_args([*asked, "2026-07-01"]).at == datetime(2026, 6, 30, 23, tzinfo=UTC)
    assert parser().parse_args([*asked, "2026-07-01T09:00"]).at == datetime(2026, 7, 1, 9, tzinfo=UTC)
    named = [*STAFF, "--issuer", "https://i.example", "--subject", "s", "--name", " Mo\n Ledger", "--roles", "manager"]
    assert parser().parse_args(named).name == "Mo Ledger"
    assert parser().parse_args([*asked, "2026-07-01T09:00+01:00"]).at == datetime(2026, 7, 1, 8, tzinfo=UTC)


STAFF = ("staff", "first", "--organisation", "Y90001")


@pytest.mark.parametrize(
    "typed",
    [
        ["practice", "add", "Y9-0001"],
        ["practice", "add", "Y900010000000"],
        ["practice", "add", "Y90001", "--go-live", "1.3.2026"],
        ["ingest"],
        ["ingest", "a.json", "--jobs", "0"],
        ["ingest", "a.json", "--format", "hl7v2"],
        ["close", "everything", "--reason", "x"],
        ["close", "all"],
        [*STAFF, "--issuer", "https://i.example", "--subject", "s", "--name", "n", "--roles", "king"],
        [*STAFF, "--issuer", "https://i.example", "--subject", "s", "--name", " ", "--roles", "manager"],
        [*STAFF, "--issuer", "https://i.example", "--subject", "s", "--name", "n" * 201, "--roles", "manager"],
        [*STAFF, "--issuer", "https://i.example", "--subject", "s", "--name", "a\x1b[2J", "--roles", "manager"],
        [*STAFF, "--issuer", "https://i.example", "--subject", "", "--name", "n", "--roles", "manager"],
        [*STAFF, "--issuer", "i.example", "--subject", "s", "--name", "n", "--roles", "manager"],
        ["close", "all", "--reason", " "],
        ["serve", "--port", "65536"],
        ["serve", "--port", "-1"],
        ["practice", "add", "Y90001", "--name", "Made-up Surgery", "--icb", "much too long for a code"],
        ["viewers", "--month", "2026-13"],
    ],
)
def test_what_is_typed_wrongly_is_refused(typed: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        parser().parse_args(typed)
    assert ended.value.code == 2
    assert "error:" in capsys.readouterr().err
