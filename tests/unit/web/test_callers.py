"""Whom a request counts for: the connection's address, or what the named proxies say, and nothing anybody can write."""

import pytest

from openrecord.web.callers import caller, proxies


def called(remote: str, forwarded: str | None = None, trusted: str = "10.0.0.0/8,127.0.0.1,fd00::/8") -> str:
    """The address that a request from `remote` with this X-Forwarded-For counts for."""
    environ = {"REMOTE_ADDR": remote}
    if forwarded is not None:
        environ["HTTP_X_FORWARDED_FOR"] = forwarded
    return caller(environ, proxies(trusted))


@pytest.mark.parametrize(
    ("remote", "forwarded", "counted"),
    [
        ("127.0.0.1", None, "127.0.0.1"),
        ("127.0.0.1", "192.0.2.7", "192.0.2.7"),
        ("127.0.0.1", "198.51.100.1, 192.0.2.7", "192.0.2.7"),
        ("127.0.0.1", "198.51.100.1,192.0.2.7, 10.1.2.3", "192.0.2.7"),
        ("127.0.0.1", "10.1.2.3", "10.1.2.3"),
        ("::ffff:127.0.0.1", "192.0.2.7", "192.0.2.7"),
        ("fd00::1", "2001:db8:1:2:3::4", "2001:db8:1:2::/64"),
        ("192.0.2.9", "198.51.100.1", "192.0.2.9"),
        ("127.0.0.1", "", "127.0.0.1"),
        ("127.0.0.1", "unknown", "127.0.0.1"),
        ("127.0.0.1", "192.0.2.7, unknown", "127.0.0.1"),
        ("127.0.0.1", "192.0.2.7, unknown, 10.1.2.3", "10.1.2.3"),
        ("127.0.0.1", "192.0.2.7:4711", "127.0.0.1"),
        ("127.0.0.1", ",".join(["192.0.2.7"] * 100_000), "192.0.2.7"),
        ("127.0.0.1", "192.0.2.7" + ",10.0.0.1" * 9, "10.0.0.1"),
    ],
)
def test_whom_a_request_counts_for(remote: str, forwarded: str | None, counted: str) -> None:
    assert called(remote, forwarded) == counted


def test_without_named_proxies_the_header_counts_for_nothing() -> None:
    assert called("127.0.0.1", "192.0.2.7", trusted="") == "127.0.0.1"


def test_one_subscriber_of_the_newer_protocol_is_one_caller() -> None:
    assert called("2001:db8:1:2::1") == called("2001:db8:1:2:ffff::9") == "2001:db8:1:2::/64"
    assert called("2001:db8:1:3::1") != called("2001:db8:1:2::1")
    assert called("::ffff:192.0.2.7") == "192.0.2.7"
    assert called("fe80::1%eth0") == "fe80::/64"


@pytest.mark.parametrize("wrong", ["everybody", "10.0.0.1/8", "10.0.0.0/8;127.0.0.1"])
def test_a_setting_that_names_no_networks_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match=r"network|address|host bits"):
        proxies(wrong)


def test_nothing_is_named_by_nothing() -> None:
    assert proxies(" ") == ()
