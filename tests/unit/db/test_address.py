"""The address of a PostgreSQL database: what it demands is demanded of every connection, or refused in words."""

import pytest

from openrecord.db.address import LIMITS, for_libpq, parsed


def test_all_parts_are_taken() -> None:
    found = parsed("postgresql://u%40x:p%2Fw@db.example:5433/own?sslmode=verify-full&sslrootcert=%2Fetc%2Fca.pem")
    assert (found.name, found.user, found.password, found.host, found.port) == (
        "own",
        "u@x",
        "p/w",
        "db.example",
        "5433",
    )
    assert found.options == LIMITS | {"sslmode": "verify-full", "sslrootcert": "/etc/ca.pem"}


def test_a_socket_is_a_host_and_limits_can_be_set() -> None:
    found = parsed("postgresql:///own?host=/run/postgresql&connect_timeout=3")
    assert (found.host, found.port, found.options["connect_timeout"]) == ("/run/postgresql", "", "3")


def test_every_connection_is_told_of_tls() -> None:
    database = {"NAME": "own", "USER": "", "PASSWORD": "", "HOST": "", "PORT": ""}
    options = {"sslmode": "require", "prepare_threshold": 2, "options": "-c jit=off"}
    assert for_libpq({**database, "OPTIONS": options}) == {"dbname": "own", "sslmode": "require"}


@pytest.mark.parametrize(
    ("url", "word"),
    [
        ("mysql://u:secret@db/own", "postgresql://"),
        ("postgresql://u:secret@db:port/own", "must look like"),
        ("postgresql://u:secret@[::1/own", "must look like"),
        ("postgresql://u:secret@db/own?sslmood=require", "sslmood"),
    ],
)
def test_what_cannot_be_understood_is_refused_without_the_password(url: str, word: str) -> None:
    with pytest.raises(ValueError, match=word) as refused:
        parsed(url)
    assert "secret" not in str(refused.value)
