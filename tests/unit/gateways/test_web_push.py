"""The encryption of Web Push against the published example, and whom we would send to."""

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st

from openrecord.gateways.web_push import allowed, encrypted, subscription, to_octets, to_text

# RFC 8291, section 5 and appendix A.
PLAIN = "V2hlbiBJIGdyb3cgdXAsIEkgd2FudCB0byBiZSBhIHdhdGVybWVsb24"
SENDER = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"
BROWSER = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
AUTH = "BTBZMqHH6r4Tts7J_aSIgg"
SALT = "DGv6ra1nlYgDCS1FRnbzlw"
BODY = (
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_"
    "yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
)
HOSTS = ("fcm.googleapis.com", "*.push.services.mozilla.com", "*.push.apple.com")


def test_the_example_of_the_standard() -> None:
    key = ec.derive_private_key(int.from_bytes(to_octets(SENDER)), ec.SECP256R1())
    to = subscription("https://push.example.net/push/JzLQ3raZJfFBR0aqvOMsLrt54w4rJUsV", BROWSER, AUTH)
    assert to_text(encrypted(to_octets(PLAIN), to, key=key, salt=to_octets(SALT))) == BODY


@given(st.binary(max_size=200))
def test_every_message_is_as_long_as_any_other(text: bytes) -> None:
    to = subscription("https://push.example.net/", BROWSER, AUTH)
    key = ec.generate_private_key(ec.SECP256R1())
    assert len(encrypted(text, to, key=key, salt=bytes(16), length=256)) == 16 + 4 + 1 + 65 + 256 + 16


@given(st.binary(max_size=80))
def test_octets_are_written_without_padding_and_read_back(octets: bytes) -> None:
    assert "=" not in to_text(octets)
    assert to_octets(to_text(octets)) == octets


@pytest.mark.parametrize("endpoint", ["https://fcm.googleapis.com/fcm/send/a", "https://web.push.apple.com/x",
                                      "https://updates.push.services.mozilla.com/wpush/v2/b"])  # fmt: skip
def test_a_listed_host_is_asked(endpoint: str) -> None:
    assert allowed(endpoint, HOSTS)


@pytest.mark.parametrize(
    "endpoint",
    [
        "", "https://", "http://fcm.googleapis.com/a", "https://fcm.googleapis.com:8443/a", "https://[::1",
        "https://fcm.googleapis.com.evil.example/a", "https://evil.example/fcm.googleapis.com",
        "https://user@fcm.googleapis.com/a", "https://fcm.googleapis.com@evil.example/a",
        "https://push.apple.com.evil.example/", "https://evilpush.apple.com.example/", "https://xpush.apple.com/a",
        "https://push.services.mozilla.com/a", "https://127.0.0.1/a", "http://127.0.0.1/a", "https://10.0.0.1/a",
        "https://169.254.169.254/latest", "ftp://fcm.googleapis.com/a", "file:///etc/passwd", "//fcm.googleapis.com/a",
        "https://fcm.googleapis.com/a#b", "https://fcm.googleapis.com\\@evil.example/a", "https://fcm.googleap\u0131s.com/",
    ],
)  # fmt: skip
def test_any_other_is_not(endpoint: str) -> None:
    assert not allowed(endpoint, HOSTS)


def test_this_machine_is_asked_without_encryption_only_where_it_is_listed() -> None:
    assert allowed("http://127.0.0.1:4000/a", ("127.0.0.1:4000",))
    assert not allowed("http://127.0.0.1:4001/a", ("127.0.0.1:4000",))
    assert not allowed("http://10.0.0.1:4000/a", ("10.0.0.1:4000",))


@pytest.mark.parametrize(
    ("p256dh", "auth"),
    [("", AUTH), (BROWSER, ""), (BROWSER[:-4], AUTH), (BROWSER, AUTH + "AA"), ("B" + "A" * 86, AUTH), ("Ü" * 87, AUTH)],
)
def test_what_is_no_subscription_is_refused(p256dh: str, auth: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        subscription("https://fcm.googleapis.com/a", p256dh, auth)
    with pytest.raises(ValueError, match="no subscription"):
        subscription("https://fcm.googleapis.com/" + "a" * 1000, BROWSER, AUTH)
