"""Our scheme document, read by Java's PKIX and Nimbus as an app of BK Connect would read it; and no other."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from credentials.keys import SoftwareSigner
from credentials.trust import Participant, issue_scheme_document
from credentials.trust.x509 import CertificateAuthority, make_ca
from tests.flows.securings_kit import flipped
from tests.interop.others import BUILD_SECONDS, SCHEME_DOCUMENT, Answer

pytestmark = [pytest.mark.outside, pytest.mark.timeout(BUILD_SECONDS)]

MANAGER, OTHER = f"{1000:020}", f"{9999:020}"
SIGNER = SoftwareSigner.generate()


def a_root() -> CertificateAuthority:
    now = datetime.now(UTC)
    return make_ca("Stelselroot", not_before=now - timedelta(days=1), not_after=now + timedelta(days=1))


def a_document(root: CertificateAuthority, oin: str = MANAGER) -> str:
    now = datetime.now(UTC)
    leaf = root.issue_leaf(
        SIGNER.public_jwk,
        uri="https://s.example",
        dns="s.example",
        common_name="Stelseldocument",
        organisation="Het stelsel",
        oin=oin,
        not_before=now - timedelta(hours=1),
        not_after=now + timedelta(hours=20),
    )
    listed = [Participant("https://cjib.example", "CJIB", oin=f"{41:020}")]
    return issue_scheme_document(listed, SIGNER, (leaf,), (root.der,), environment="demo", now=now)[0]


def read(
    root: CertificateAuthority, document: str, folder: Path, issuer: str = MANAGER, environment: str = "demo"
) -> Answer:
    (folder / "root.pem").write_text(root.pem)
    return SCHEME_DOCUMENT.read(folder / "root.pem", issuer, environment, card=document)


def test_a_document_is_read_under_its_root(tmp_path: Path) -> None:
    root = a_root()
    answer = read(root, a_document(root), tmp_path)
    assert answer.accepted, answer.said
    assert "https://cjib.example/.well-known/openid-credential-issuer" in answer.said


def test_it_is_refused_by_whoever_expects_another(tmp_path: Path) -> None:
    root = a_root()
    document = a_document(root)
    for answer in (
        read(a_root(), document, tmp_path),
        read(root, document, tmp_path, issuer=OTHER),
        read(root, document, tmp_path, environment="productie"),
        read(root, a_document(root, OTHER), tmp_path),
    ):
        assert not answer.accepted, answer.said


def test_a_document_that_was_changed_is_refused(tmp_path: Path) -> None:
    root = a_root()
    for place, changed in flipped(a_document(root)):
        answer = read(root, str(changed), tmp_path)
        assert not answer.accepted, (place, answer.said)
