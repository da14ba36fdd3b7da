"""The keys that sign: what a file may hold, what is published of it, and that rotation keeps old cards checkable."""

import hashlib
import json
from base64 import urlsafe_b64encode
from pathlib import Path

import pytest
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey

from openrecord.cards import keyring
from openrecord.kit import environment
from openrecord.ops import doctor


def thumbprint(key: dict[str, str]) -> str:
    """RFC 7638, by hand: the required members in order, hashed."""
    text = json.dumps({name: key[name] for name in ("crv", "kty", "x", "y")}, separators=(",", ":"))
    return urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).decode().rstrip("=")


def test_a_new_key_signs_and_the_older_ones_are_published_without_their_private_half() -> None:
    first = keyring.parsed(keyring.with_new_key(keyring.EMPTY))
    text = keyring.with_new_key(first)
    second = keyring.parsed(text)
    assert [("d" in key) for key in json.loads(text)["keys"]] == [True, False]
    (old,) = first.keys
    new, kept = second.keys
    assert kept == old != new
    assert second.signing is not None
    assert second.signing.thumbprint() == new
    assert second.private(old) is None
    assert second.private("unknown") is None
    told = keyring.published(second, dict.fromkeys(second.keys, 3))["keys"]
    for key in told:
        assert key.keys() == {"kty", "crv", "x", "y", "use", "alg", "kid", "crlVersion"}
        assert (key["use"], key["alg"], key["crlVersion"], key["kid"]) == ("sig", "ES256", 3, thumbprint(key))


RSA = RSAKey.generate_key(2048).as_dict(private=True)
PUBLIC = ECKey.generate_key("P-256").as_dict(private=False)
OTHER_CURVE = ECKey.generate_key("P-384").as_dict(private=True)


@pytest.mark.parametrize("keys", [[], [RSA], [PUBLIC], [OTHER_CURVE], [{"kty": "EC", "crv": "P-256", "x": "AA"}], "no"])
def test_a_file_that_cannot_sign_is_refused(keys: object) -> None:
    with pytest.raises((ValueError, KeyError, TypeError, JoseError)):
        keyring.parsed(json.dumps({"keys": keys}).encode())


def test_what_is_wrong_with_the_settings_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    inside = environment.data_folder() / "keys.json"
    for path, words in ((inside, "inside the data folder"), (tmp_path / "none.json", "must hold a JWK Set")):
        monkeypatch.setenv("OPENRECORD_CARD_KEYS_FILE", str(path))
        keyring.use(None)
        with pytest.raises(environment.MissingSetting, match=words):
            keyring.keyring()
        told = doctor._card_keys()
        assert (told.well, words in told.told) == (False, True)
    file = tmp_path / "keys.json"
    file.write_bytes(keyring.with_new_key(keyring.EMPTY))
    monkeypatch.setenv("OPENRECORD_CARD_KEYS_FILE", str(file))
    try:
        assert keyring.keyring().signing is not None
    finally:
        keyring.use(None)
