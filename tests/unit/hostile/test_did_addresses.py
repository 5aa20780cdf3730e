"""DIDs that try to make us fetch from where we should not, or find a key that is nobody's."""

import pytest

from credentials.dids import UnresolvableDid, resolve, resolve_did
from credentials.encoding import b64url_encode, base58_encode, json_compact

ADDRESSES = {
    "dotted": "127.0.0.1",
    "with a port": "127.0.0.1%3A8080",
    "the metadata service": "169.254.169.254",
    "as one number": "2130706433",
    "in hexadecimal": "0x7f000001",
    "in octal": "0177.0.0.1",
    "short": "127.1",
    "a name that ends in a number": "host.example.1",
    "IPv6": "%5B%3A%3A1%5D",
    "IPv4 mapped in IPv6": "%5B%3A%3Affff%3A127.0.0.1%5D",
    "credentials in the name": "user%40host.example",
    "another path": "host.example:..:..:etc",
    "an encoded slash": "host.example%2Fetc",
    "an encoded question": "host.example:a%3Fb",
    "a fragment in the path": "host.example:a%23b",
    "capitals": "HOST.example",
    "a name in Unicode": "h\u00f6st.example",
    "a full-width dot": "127\uff0e0.0.1",
    "no host": "",
    "a line end": "host.example\n",
}


def fetch(url: str, _accept: str) -> bytes:
    pytest.fail(f"fetched {url}")


@pytest.mark.parametrize("row", ADDRESSES)
def test_a_did_web_is_no_way_to_another_address(row: str) -> None:
    did = f"did:web:{ADDRESSES[row]}"
    with pytest.raises(UnresolvableDid):
        resolve(f"{did}#key", fetch=fetch)
    assert resolve_did(did, fetch=fetch).error == "invalidDid"


def test_a_document_that_was_fetched_is_no_way_to_another_did() -> None:
    fetched: list[str] = []

    def answer(url: str, _accept: str) -> bytes:
        fetched.append(url)
        return b'{"id":"did:web:other.example","controller":"did:web:127.0.0.1"}'

    assert resolve_did("did:web:host.example", fetch=answer).error == "invalidDidDocument"
    assert fetched == ["https://host.example/.well-known/did.json"]


KEYS = {
    "the zero key": "did:key:z" + base58_encode(b"\xed\x01" + bytes(32)),
    "a key of order one": "did:key:z" + base58_encode(b"\xed\x01\x01" + bytes(31)),
    "an x beyond the field": "did:key:z" + base58_encode(b"\x80\x24\x02" + b"\xff" * 32),
    "a secret in the open": "did:jwk:"
    + b64url_encode(json_compact({"kty": "OKP", "crv": "Ed25519", "x": b64url_encode(bytes(32)), "d": "AA"})),
    "a shared secret": "did:jwk:" + b64url_encode(json_compact({"kty": "oct", "k": "AA"})),
}


@pytest.mark.parametrize("row", KEYS)
def test_a_key_that_is_nobodys_is_no_key(row: str) -> None:
    did = KEYS[row]
    fragment = did.removeprefix("did:key:") if did.startswith("did:key:") else "0"
    with pytest.raises(UnresolvableDid):
        resolve(f"{did}#{fragment}")
    assert resolve_did(did).error == "invalidPublicKey"
