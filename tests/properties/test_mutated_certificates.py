"""A certificate with any byte changed is refused with our own error, never with the library's."""

from base64 import encodebytes
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtensionOID, NameOID
from hypothesis import given, settings
from hypothesis import strategies as st

from credentials.errors import BlauweKnopError, ConfigurationError, MalformedInput
from credentials.formats.issuer_key import leaf_key
from credentials.keys import SoftwareSigner
from credentials.keys.certificate import ends_in_whole_bytes
from credentials.openid.certificates import dns_names_of, key_of
from credentials.openid.errors import InvalidProof
from credentials.trust.x509 import aki, check_authority, issuer_of, load_pem, ski, verify_chain
from service.authorities import read_authorities
from tests.unit.trust.certificates import NOW, a_leaf, an_authority

AUTHORITY = an_authority()
LEAF = a_leaf(AUTHORITY, SoftwareSigner.generate())


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_a_byte_changed_in_a_leaf(data: st.DataObject) -> None:
    changed = mutated(data, LEAF)
    for use in (ski, aki, lambda der: issuer_of((der,))):
        try:
            use(changed)
        except MalformedInput:
            continue
    try:
        verify_chain((changed,), (AUTHORITY.der,), NOW)
    except MalformedInput:
        return
    assert changed == LEAF


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_a_byte_changed_in_an_authority(data: st.DataObject) -> None:
    # An anchor is trusted as it stands in the signed list, so a changed one may still fit; it may not fail otherwise.
    changed = mutated(data, AUTHORITY.der)
    for use in (check_authority, lambda der: verify_chain((LEAF,), (der,), NOW)):
        try:
            use(changed)
        except MalformedInput:
            continue


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_a_byte_changed_in_the_certificate_of_a_stranger(data: st.DataObject) -> None:
    """Wallets, verifiers and issuers bring these; they are read before anybody has vouched for them."""
    changed = mutated(data, LEAF)
    for use in (leaf_key, lambda der: key_of(der, InvalidProof), lambda der: dns_names_of(der, InvalidProof)):
        with suppress(BlauweKnopError):
            use(changed)


def test_a_version_that_does_not_exist_is_refused_by_every_reader(tmp_path: Path) -> None:
    version = bytes.fromhex("a003020102")
    assert LEAF.count(version) == 1
    unknown = LEAF.replace(version, bytes.fromhex("a003020105"))
    for refuse, use in (
        (MalformedInput, ski),
        (MalformedInput, leaf_key),
        (InvalidProof, lambda der: key_of(der, InvalidProof)),
        (InvalidProof, lambda der: dns_names_of(der, InvalidProof)),
        (MalformedInput, lambda der: load_pem(pem_of(der))),
        (ConfigurationError, lambda der: read_authorities(written(tmp_path, pem_of(der)))),
    ):
        with pytest.raises(refuse):
            use(unknown)


def test_a_signature_is_whole_bytes() -> None:
    signature = bytes(range(8))
    assert ends_in_whole_bytes(b"\x03\x09\x00" + signature, signature)
    for unused in range(1, 8):
        assert not ends_in_whole_bytes(bytes([3, 9, unused]) + signature, signature)
    assert not ends_in_whole_bytes(signature, signature)


def test_names_of_a_kind_that_nobody_uses_are_refused_by_every_reader() -> None:
    """An x400Address: the library has an error of its own for it, which is no ValueError."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Vreemd")])
    odd = x509.UnrecognizedExtension(ExtensionOID.SUBJECT_ALTERNATIVE_NAME, bytes.fromhex("3002a300"))
    made = x509.CertificateBuilder(name, name, key.public_key(), 1, NOW, NOW + timedelta(days=1))
    der = made.add_extension(odd, critical=False).sign(key, SHA256()).public_bytes(Encoding.DER)
    for refuse, use in (
        (MalformedInput, ski),
        (MalformedInput, leaf_key),
        (InvalidProof, lambda der: key_of(der, InvalidProof)),
        (InvalidProof, lambda der: dns_names_of(der, InvalidProof)),
        (MalformedInput, lambda der: verify_chain((der,), (AUTHORITY.der,), NOW)),
    ):
        with pytest.raises(refuse):
            use(der)


def pem_of(der: bytes) -> bytes:
    return b"-----BEGIN CERTIFICATE-----\n" + encodebytes(der) + b"-----END CERTIFICATE-----\n"


def written(directory: Path, pem: bytes) -> Path:
    file = directory / "ca.pem"
    file.write_bytes(pem)
    return file


def mutated(data: st.DataObject, der: bytes) -> bytes:
    place = data.draw(st.integers(0, len(der) - 1))
    return der[:place] + data.draw(st.binary(max_size=2)) + der[place + 1 :]
