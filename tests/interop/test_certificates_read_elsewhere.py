"""Our certificates, read by Go, Java, Node and OpenSSL: each finds in them what we wrote, and takes no other.

The certificates are those that `init` makes. Who signs the trust list has none, but a key that every party knows: the
list itself is read, by Go (jwx), Kotlin (Nimbus) and Node.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from credentials.keys import SoftwareSigner
from credentials.trust import Participant
from credentials.trust.trust_list import issue
from credentials.trust.x509 import CertificateAuthority, KeyPurpose, load_pem, make_ca, to_der, to_pem
from credentials.trust.x509.purpose import USAGE
from issuer.app.keys import CA, CA_KEY, SIGNER_CHAIN
from issuer.app.keys import initialise as make_agency_keys
from tests.debt_builders import CJIB
from tests.flows.issuance_kit import settings_for
from tests.flows.securings_kit import flipped
from tests.interop.others import BUILD_SECONDS, CERTIFICATES, TRUST_LISTS, Reader
from tests.verifier_world import make_settings
from verifier.app import initialise as make_verifier_keys

pytestmark = [pytest.mark.outside, pytest.mark.timeout(BUILD_SECONDS)]

AGENCY = "https://schulden.cjib.example"
READER = USAGE[KeyPurpose.REQUESTS]
# ISO/IEC 18013-5 Annex B, as Go, Java, Node and OpenSSL write a usage that they have no name for.
WRITTEN = (READER, READER.replace(".", " "))


@dataclass(frozen=True, slots=True)
class Chain:
    """A root, and what is to be believed under it, leaf first; DER."""

    root: bytes
    certificates: tuple[bytes, ...]

    def read_by(self, reader: Reader, folder: Path) -> tuple[bool, str]:
        (folder / "root.pem").write_text(to_pem(self.root))
        (folder / "chain.pem").write_text("".join(map(to_pem, self.certificates)))
        answer = reader.read(folder / "root.pem", folder / "chain.pem")
        return answer.accepted, answer.said


@pytest.fixture(scope="module")
def agency(tmp_path_factory: pytest.TempPathFactory) -> Path:
    settings = settings_for(tmp_path_factory.mktemp("agency"), base_url=AGENCY, insecure_localhost=False)
    make_agency_keys(settings)
    return settings.state


@pytest.fixture(scope="module")
def verifier(tmp_path_factory: pytest.TempPathFactory) -> Path:
    settings = make_settings(tmp_path_factory.mktemp("verifier"), SoftwareSigner.generate().public_jwk)
    make_verifier_keys(settings)
    return settings.state


@pytest.fixture
def of_agency(agency: Path) -> Chain:
    return Chain(to_der((agency / CA).read_text()), (to_der((agency / SIGNER_CHAIN).read_text()),))


@pytest.fixture
def of_verifier(verifier: Path) -> Chain:
    root, leaf = (to_der((verifier / f"{name}.pem").read_text()) for name in ("authority-certificate", "access-chain"))
    return Chain(root, (leaf,))


@pytest.fixture(params=list(CERTIFICATES))
def reader(request: pytest.FixtureRequest) -> Reader:
    return CERTIFICATES[request.param]


def test_the_leaf_of_an_agency_is_read(reader: Reader, of_agency: Chain, tmp_path: Path) -> None:
    accepted, said = of_agency.read_by(reader, tmp_path)
    assert accepted, said
    assert CJIB.name in said
    assert CJIB.oin in said
    assert AGENCY in said
    assert "schulden.cjib.example" in said.replace(AGENCY, "")


def test_the_leaf_of_a_verifier_is_read_with_its_purpose(reader: Reader, of_verifier: Chain, tmp_path: Path) -> None:
    accepted, said = of_verifier.read_by(reader, tmp_path)
    assert accepted, said
    assert "00000009990000000021" in said
    assert any(written in said for written in WRITTEN)


@pytest.mark.parametrize("whose", ["of_agency", "of_verifier"])
def test_a_root_is_read_and_ends_at_itself(
    reader: Reader, whose: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    chain: Chain = request.getfixturevalue(whose)
    accepted, said = Chain(chain.root, (chain.root,)).read_by(reader, tmp_path)
    assert accepted, said
    assert " CA" in said


def signature_flipped(der: bytes) -> bytes:
    return der[:-1] + bytes([der[-1] ^ 1])


def a_letter_changed(der: bytes) -> bytes:
    changed = der.replace(b"example", b"examplf").replace(b"CJIB CA", b"CJIC CA").replace(b" CA", b" CB")
    assert changed != der
    return changed


@pytest.mark.parametrize("change", [signature_flipped, a_letter_changed])
@pytest.mark.parametrize("whose", ["of_agency", "of_verifier"])
def test_what_was_changed_is_refused(
    reader: Reader,
    whose: str,
    change: Callable[[bytes], bytes],
    request: pytest.FixtureRequest,
    tmp_path: Path,
) -> None:
    chain: Chain = request.getfixturevalue(whose)
    for certificate in (chain.certificates[0], chain.root):
        accepted, said = Chain(chain.root, (change(certificate),)).read_by(reader, tmp_path)
        assert not accepted, said


def a_leaf(authority: CertificateAuthority, signer: SoftwareSigner, days: Sequence[int] = (-1, 1)) -> bytes:
    start, end = (datetime.now(UTC) + timedelta(days=each) for each in days)
    return authority.issue_leaf(
        signer.public_jwk,
        uri=AGENCY,
        dns="schulden.cjib.example",
        common_name="CJIB",
        organisation="CJIB",
        oin=None,
        not_before=start,
        not_after=end,
    )


def test_another_authority_of_the_same_name_is_refused(reader: Reader, of_agency: Chain, tmp_path: Path) -> None:
    (root,) = load_pem(to_pem(of_agency.root).encode())
    now = datetime.now(UTC)
    twin = make_ca(
        f"{CJIB.name} CA",
        not_before=now - timedelta(days=1),
        not_after=now + timedelta(days=1),
        organisation=CJIB.name,
        oin=CJIB.oin,
    )
    assert twin.certificate.subject == root.subject
    accepted, said = Chain(twin.der, of_agency.certificates).read_by(reader, tmp_path)
    assert not accepted, said


def test_what_is_over_or_has_not_begun_is_refused(reader: Reader, agency: Path, tmp_path: Path) -> None:
    authority = CertificateAuthority.load((agency / CA).read_bytes(), SoftwareSigner.from_file(agency / CA_KEY))
    signer = SoftwareSigner.generate()
    for days, expected in (((-1, 1), True), ((-2, -1), False), ((1, 2), False)):
        leaf = a_leaf(authority, signer, days)
        accepted, said = Chain(authority.der, (leaf,)).read_by(reader, tmp_path)
        assert accepted is expected, said


def test_a_leaf_certifies_nobody(reader: Reader, agency: Path, tmp_path: Path) -> None:
    authority = CertificateAuthority.load((agency / CA).read_bytes(), SoftwareSigner.from_file(agency / CA_KEY))
    signer = SoftwareSigner.generate()
    leaf = a_leaf(authority, signer)
    below = a_leaf(CertificateAuthority(load_pem(to_pem(leaf).encode())[0], signer), SoftwareSigner.generate())
    accepted, said = Chain(authority.der, (below, leaf)).read_by(reader, tmp_path)
    assert not accepted, said


@pytest.mark.parametrize("reader", TRUST_LISTS.values(), ids=TRUST_LISTS)
def test_the_trust_list_is_read_under_its_root_and_no_other(reader: Reader, tmp_path: Path) -> None:
    root, other = SoftwareSigner.generate(), SoftwareSigner.generate()
    listed = [Participant(AGENCY, CJIB.name, oin=CJIB.oin)]
    now = datetime.now(UTC)
    text = issue(listed, root, issuer="https://stelsel.example", sequence=1, now=now, lifetime=timedelta(days=1))
    for signer, expected in ((root, True), (other, False)):
        (tmp_path / "root.jwk").write_text(json.dumps(signer.public_jwk.to_dict()))
        answer = reader.read(tmp_path / "root.jwk", card=text)
        assert answer.accepted is expected, answer.said
        assert (CJIB.name in answer.said) is expected
    (tmp_path / "root.jwk").write_text(json.dumps(root.public_jwk.to_dict()))
    for place, changed in flipped(text):
        answer = reader.read(tmp_path / "root.jwk", card=str(changed))
        assert not answer.accepted, (place, answer.said)
