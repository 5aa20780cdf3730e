"""A chain leads from a leaf to an authority that we know, or it is refused."""

import hashlib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from warnings import catch_warnings, simplefilter

import pytest
from cryptography import x509

from credentials.encoding import b64url_encode
from credentials.errors import ConfigurationError, MalformedInput
from credentials.keys import COMMON, Algorithm, SoftwareSigner, read_certificate
from credentials.trust import CertificateAuthority, InvalidChain, KeyPurpose, verify_chain
from credentials.trust.x509 import (
    CertificateExpired,
    UnknownAuthority,
    aki,
    check_authority,
    public_jwk,
    ski,
    to_der,
    to_pem,
)
from credentials.trust.x509.purpose import (
    ANY_USAGE,
    CLIENT_AUTH,
    DOCUMENT_SIGNER,
    EARLIER,
    READER,
    SERVER_AUTH,
    USAGE,
    serves,
)
from tests.unit.trust.certificates import (
    CJIB,
    CJIB_OIN,
    END,
    NOW,
    START,
    Extensions,
    a_leaf,
    an_authority,
    by_hand,
    ca,
    usage,
)

VECTORS = Path(__file__).parents[2] / "vectors" / "trust"
AUTHORITY = an_authority()
SIGNER = SoftwareSigner.generate()
LEAF = a_leaf(AUTHORITY, SIGNER)

ROOT, MIDDLE, THIRD = (SoftwareSigner.generate() for _ in range(3))


def test_a_leaf_below_its_authority_says_whose_it_is() -> None:
    leaf = verify_chain((LEAF,), (AUTHORITY.der,), NOW)
    assert leaf.uris == (CJIB,)
    assert leaf.hosts == ("cjib.example",)
    assert leaf.numbers == (CJIB_OIN,)
    assert leaf.fingerprint == hashlib.sha256(LEAF).digest()
    assert leaf.organisation == "CJIB"
    assert leaf.public_jwk == SIGNER.public_jwk
    assert leaf.authority == AUTHORITY.der
    assert leaf.ski == ski(LEAF)


def test_the_authority_key_identifier_is_what_dcql_asks_for() -> None:
    assert aki(LEAF) == b64url_encode(AUTHORITY.ski)
    assert public_jwk(LEAF) == SIGNER.public_jwk


def test_pem_goes_to_der_and_back() -> None:
    assert to_der(to_pem(LEAF)) == LEAF
    for bad in ("", "x", to_pem(LEAF) * 2):
        with pytest.raises(MalformedInput):
            to_der(bad)


@pytest.mark.parametrize("algorithm", COMMON)
def test_authorities_of_every_algorithm(algorithm: Algorithm) -> None:
    authority = an_authority(signer=SoftwareSigner.generate(algorithm))
    verify_chain((a_leaf(authority, SIGNER),), (AUTHORITY.der, authority.der), NOW)


@pytest.mark.parametrize("kind", ["p256", "p384", "ed25519", "rsa", "p256-no-ski"])
def test_authorities_made_with_openssl(kind: str) -> None:
    authority, leaf = (to_der((VECTORS / f"{kind}-{which}.pem").read_text()) for which in ("ca", "leaf"))
    check_authority(authority)
    at = datetime(2027, 1, 1, tzinfo=UTC)
    assert verify_chain((leaf,), (authority,), at).uris == ("https://outsider.example",)
    with pytest.raises(UnknownAuthority):
        verify_chain((leaf,), (AUTHORITY.der,), at)


def test_a_short_rsa_key_is_refused() -> None:
    authority, leaf = (to_der((VECTORS / f"rsa-short-{which}.pem").read_text()) for which in ("ca", "leaf"))
    with pytest.raises(InvalidChain):
        check_authority(authority)
    with pytest.raises(InvalidChain):
        verify_chain((leaf,), (authority,), datetime(2027, 1, 1, tzinfo=UTC))


@pytest.mark.parametrize("first", [b"\0", b"\x80"])
@pytest.mark.parametrize("warnings", ["error", "ignore"])
def test_a_serial_number_that_is_not_positive_is_refused(first: bytes, warnings: str) -> None:
    # The library warns only; that must be a refusal with warnings as errors, as here, and without, as in production.
    number = x509.load_der_x509_certificate(LEAF).serial_number
    written = number.to_bytes(number.bit_length() // 8 + 1)
    changed = LEAF.replace(written, first + bytes(len(written) - 1), 1)
    assert changed != LEAF
    with catch_warnings():
        simplefilter(warnings)
        read_certificate.cache_clear()
        with pytest.raises(InvalidChain):
            verify_chain((changed,), (AUTHORITY.der,), NOW)


def test_an_unknown_authority_is_told_from_a_broken_chain() -> None:
    with pytest.raises(UnknownAuthority):
        verify_chain((LEAF,), (an_authority("Ander").der,), NOW)
    with pytest.raises(UnknownAuthority):
        verify_chain((LEAF,), (), NOW)


def test_an_authority_of_the_same_name_with_another_key_is_no_match() -> None:
    with pytest.raises(UnknownAuthority):
        verify_chain((LEAF,), (an_authority().der,), NOW)


def test_a_renewed_authority_of_one_name_is_found_among_several() -> None:
    assert verify_chain((LEAF,), (an_authority().der, AUTHORITY.der), NOW).authority == AUTHORITY.der


@pytest.mark.parametrize("at", [START - timedelta(seconds=1), END + timedelta(seconds=1)])
def test_outside_its_period_a_leaf_is_refused(at: datetime) -> None:
    with pytest.raises(CertificateExpired):
        verify_chain((LEAF,), (AUTHORITY.der,), at)
    verify_chain((LEAF,), (AUTHORITY.der,), START)
    verify_chain((LEAF,), (AUTHORITY.der,), END)


def test_below_an_expired_authority_everything_is_refused() -> None:
    old = by_hand("Oud", ROOT, "Oud", ROOT, ca(), not_after=NOW - timedelta(days=1))
    leaf = by_hand("leaf", SIGNER, "Oud", ROOT)
    with pytest.raises(CertificateExpired):
        verify_chain((leaf,), (old,), NOW)


def test_a_flipped_bit_anywhere_in_the_signed_part_is_refused() -> None:
    for place in (len(LEAF) // 3, len(LEAF) // 2, len(LEAF) - 10):
        flipped = LEAF[:place] + bytes([LEAF[place] ^ 1]) + LEAF[place + 1 :]
        with pytest.raises(InvalidChain):
            verify_chain((flipped,), (AUTHORITY.der,), NOW)


def test_the_anchor_in_x5c_is_refused() -> None:
    with pytest.raises(InvalidChain):
        verify_chain((LEAF, AUTHORITY.der), (AUTHORITY.der,), NOW)


def test_an_intermediate_that_is_itself_an_anchor_is_refused() -> None:
    root, middle, leaf = a_path()
    with pytest.raises(InvalidChain):
        verify_chain((leaf, middle), (root, middle), NOW)


def test_a_self_signed_leaf_is_refused_even_as_its_own_anchor() -> None:
    own = by_hand("zelf", SIGNER, "zelf", SIGNER)
    with pytest.raises(InvalidChain):
        verify_chain((own,), (own,), NOW)
    with pytest.raises(InvalidChain):
        verify_chain((own,), (AUTHORITY.der,), NOW)


def test_a_leaf_that_shares_its_authoritys_name_is_not_taken_for_self_signed() -> None:
    root = by_hand("Test", ROOT, "Test", ROOT, ca())
    verify_chain((by_hand("Test", SIGNER, "Test", ROOT),), (root,), NOW)


def a_path(root_length: int | None = None, middle_extensions: Extensions | None = None) -> tuple[bytes, bytes, bytes]:
    root = by_hand("R", ROOT, "R", ROOT, ca(root_length))
    middle = by_hand("M", MIDDLE, "R", ROOT, *(middle_extensions or (ca(0), usage(certificates=True))))
    return root, middle, by_hand("leaf", SIGNER, "M", MIDDLE)


def test_a_path_over_an_intermediate() -> None:
    root, middle, leaf = a_path()
    assert verify_chain((leaf, middle), (root,), NOW).public_jwk == SIGNER.public_jwk
    with pytest.raises(UnknownAuthority):
        verify_chain((leaf,), (root,), NOW)
    with pytest.raises(InvalidChain):
        verify_chain((middle, leaf), (root,), NOW)


def test_an_authority_may_allow_leaves_only() -> None:
    root, middle, leaf = a_path(root_length=0)
    with pytest.raises(InvalidChain):
        verify_chain((leaf, middle), (root,), NOW)


@pytest.mark.parametrize(
    "extensions",
    [
        (usage(certificates=True),),
        (ca(), usage(certificates=False)),
        ((x509.BasicConstraints(ca=False, path_length=None), True),),
    ],
)
def test_an_intermediate_that_is_no_authority_is_refused(extensions: Extensions) -> None:
    root, middle, leaf = a_path(middle_extensions=extensions)
    with pytest.raises(InvalidChain):
        verify_chain((leaf, middle), (root,), NOW)


def test_a_leaf_that_is_an_authority_is_refused() -> None:
    root = by_hand("R", ROOT, "R", ROOT, ca())
    for extensions in ((ca(),), (usage(certificates=True),), (usage(certificates=False, signatures=False),)):
        with pytest.raises(InvalidChain):
            verify_chain((by_hand("leaf", SIGNER, "R", ROOT, *extensions),), (root,), NOW)


def test_what_we_do_not_process_is_not_passed_over() -> None:
    root = by_hand("R", ROOT, "R", ROOT, ca())
    unknown = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\x05\x00")
    verify_chain((by_hand("leaf", SIGNER, "R", ROOT, (unknown, False)),), (root,), NOW)
    with pytest.raises(InvalidChain):
        verify_chain((by_hand("leaf", SIGNER, "R", ROOT, (unknown, True)),), (root,), NOW)
    constraints = x509.NameConstraints([x509.DNSName("a.example")], None)
    constrained = by_hand("R", ROOT, "R", ROOT, ca(), (constraints, False))
    with pytest.raises(InvalidChain):
        verify_chain((by_hand("leaf", SIGNER, "R", ROOT),), (constrained,), NOW)


def test_key_identifiers_that_contradict_each_other_are_refused() -> None:
    root = by_hand("R", ROOT, "R", ROOT, ca(), (x509.SubjectKeyIdentifier(b"one"), False))
    wrong = x509.AuthorityKeyIdentifier(b"two", None, None)
    with pytest.raises(InvalidChain):
        verify_chain((by_hand("leaf", SIGNER, "R", ROOT, (wrong, False)),), (root,), NOW)


def test_depth_and_size_are_bounded() -> None:
    root = by_hand("R", ROOT, "R", ROOT, ca())
    keys = [SoftwareSigner.generate() for _ in range(5)]
    chain, issuer, issuer_key = [], "R", ROOT
    for number, key in enumerate(keys):
        last = number == len(keys) - 1
        chain.insert(0, by_hand(f"n{number}", key, issuer, issuer_key, *(() if last else (ca(),))))
        issuer, issuer_key = f"n{number}", key
    with pytest.raises(InvalidChain, match="1 to 4"):
        verify_chain(chain, (root,), NOW)
    with pytest.raises(InvalidChain):
        verify_chain((), (root,), NOW)
    with pytest.raises(InvalidChain):
        verify_chain((LEAF, LEAF), (AUTHORITY.der,), NOW)
    with pytest.raises(InvalidChain, match="larger"):
        verify_chain((b"0" * 20_000,), (root,), NOW)
    with pytest.raises(InvalidChain):
        verify_chain((b"nonsense",), (root,), NOW)


def test_a_leaf_for_one_purpose_serves_no_other() -> None:
    def may(eku: KeyPurpose | None, purpose: KeyPurpose) -> bool:
        return verify_chain((a_leaf(AUTHORITY, SIGNER, eku=eku),), (AUTHORITY.der,), NOW).may(purpose)

    assert all(may(None, purpose) for purpose in KeyPurpose)
    assert may(KeyPurpose.CREDENTIALS, KeyPurpose.CREDENTIALS)
    assert may(KeyPurpose.CREDENTIALS, KeyPurpose.STATUS)
    assert may(KeyPurpose.REQUESTS, KeyPurpose.REQUESTS)
    assert not may(KeyPurpose.REQUESTS, KeyPurpose.CREDENTIALS)
    assert not may(KeyPurpose.REQUESTS, KeyPurpose.STATUS)
    assert not may(KeyPurpose.CREDENTIALS, KeyPurpose.REQUESTS)
    with pytest.raises(ConfigurationError):
        a_leaf(AUTHORITY, SIGNER, eku=KeyPurpose.STATUS)


EARLIER_CREDENTIALS, EARLIER_STATUS, EARLIER_REQUESTS = EARLIER


@pytest.mark.parametrize(
    ("usages", "purposes"),
    [
        ((), set(KeyPurpose)),
        ((ANY_USAGE,), set(KeyPurpose)),
        # The web's certificates, whatever else they say.
        ((SERVER_AUTH,), set()),
        ((CLIENT_AUTH,), set()),
        ((SERVER_AUTH, DOCUMENT_SIGNER, READER, ANY_USAGE), set()),
        # Document signing (RFC 9336), as seals have it; code signing, electronic mail, time stamping.
        (("1.3.6.1.5.5.7.3.36",), {KeyPurpose.CREDENTIALS, KeyPurpose.STATUS}),
        (("1.3.6.1.5.5.7.3.4", "1.3.6.1.4.1.311.10.3.12"), {KeyPurpose.CREDENTIALS, KeyPurpose.STATUS}),
        (("1.3.6.1.5.5.7.3.3",), set()),
        (("1.3.6.1.5.5.7.3.4",), set()),
        (("1.3.6.1.5.5.7.3.8",), set()),
        ((DOCUMENT_SIGNER, READER), set(KeyPurpose) - {KeyPurpose.ATTESTATIONS}),
        # Leaves that were made before they had usages which everybody can read.
        ((EARLIER_CREDENTIALS,), {KeyPurpose.CREDENTIALS, KeyPurpose.STATUS}),
        ((EARLIER_STATUS,), {KeyPurpose.STATUS}),
        ((EARLIER_REQUESTS,), {KeyPurpose.REQUESTS}),
    ],
)
def test_a_key_serves_what_its_usages_name(usages: tuple[str, ...], purposes: set[KeyPurpose]) -> None:
    assert {purpose for purpose in KeyPurpose if serves(frozenset(usages), purpose)} == purposes


def test_no_usage_of_ours_has_an_arc_above_31_bits() -> None:
    assert all(int(arc) < 2**31 for usage in USAGE.values() for arc in usage.split("."))


def test_a_stored_authority_is_joined_with_its_own_key_only() -> None:
    assert CertificateAuthority.load(AUTHORITY.pem.encode(), AUTHORITY.signer).der == AUTHORITY.der
    with pytest.raises(ConfigurationError):
        CertificateAuthority.load(AUTHORITY.pem.encode(), SIGNER)
    with pytest.raises(MalformedInput):
        CertificateAuthority.load(b"", SIGNER)
