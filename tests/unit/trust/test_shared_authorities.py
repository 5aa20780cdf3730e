"""Below an authority of several organisations, an entry says which names or leaves are its own; `trust check` asks."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import typer
from click.testing import Result
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from typer.testing import CliRunner

from credentials.jose import UnverifiedToken, sign_jwt
from credentials.keys import SoftwareSigner
from credentials.trust import (
    CertificateAuthority,
    Participant,
    TrustList,
    TrustListRejected,
    make_ca,
    shared_authorities,
    with_pinned_names,
)
from credentials.trust.trust_list import MAX_CHARACTERS, TOKEN_TYPE, issue
from service.commands import trust
from tests.unit.trust.certificates import CJIB, CJIB_OIN, END, NOW, START, a_leaf, a_leaf_of_others, an_authority, ca

OWN = an_authority()
DUO_OIN = "00000001003214394000"


def entry(authority: CertificateAuthority | bytes = OWN, **changes: object) -> Participant:
    der = authority if isinstance(authority, bytes) else authority.der
    return replace(Participant(CJIB, "CJIB", oin=CJIB_OIN, anchors=(der,)), **changes)


def duo(authority: CertificateAuthority | bytes) -> Participant:
    return entry(authority, identifier="https://duo.example", name="DUO", oin=DUO_OIN)


def public(*attributes: tuple[x509.ObjectIdentifier, str], policy: str | None = None) -> bytes:
    """An authority as trust service providers have them."""
    key = SoftwareSigner.generate()
    name = x509.Name([x509.NameAttribute(*each) for each in attributes])
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.private_key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(START)
        .not_valid_after(END)
        .add_extension(*ca(0))
    )
    if policy is not None:
        policies = [x509.PolicyInformation(x509.ObjectIdentifier(policy), None)]
        builder = builder.add_extension(x509.CertificatePolicies(policies), critical=False)
    return builder.sign(key.private_key, SHA256()).public_bytes(Encoding.DER)


def reasons(*participants: Participant) -> list[str]:
    return [found.reason for found in shared_authorities(participants)]


def test_an_authority_of_ones_own_needs_no_pinned_names() -> None:
    other = an_authority("DUO", DUO_OIN)
    assert reasons(entry(), duo(other)) == []
    assert reasons(entry(an_authority("Eigen", None))) == []
    # One organisation may stand on the list as an issuer and as a verifier.
    assert reasons(entry(), entry(identifier="https://loket.cjib.example")) == []


def test_an_authority_of_two_organisations_does() -> None:
    assert reasons(entry(), duo(OWN)) == ["its authority is also that of DUO", "its authority is also that of CJIB"]
    pinned = entry(certificate_names=(f"oin:{CJIB_OIN}",))
    assert len(reasons(pinned, duo(OWN))) == 1
    assert reasons(pinned, replace(duo(OWN), fingerprints=frozenset({b"x" * 32}))) == []


def test_the_same_authority_in_another_certificate_is_seen() -> None:
    renewed = make_ca("CJIB", not_before=NOW, not_after=END + timedelta(days=900), oin=CJIB_OIN, signer=OWN.signer)
    cross = make_ca("Anders", not_before=START, not_after=END, signer=OWN.signer)
    for der in (renewed.der, cross.der):
        assert "also that of DUO" in reasons(entry(), duo(der))[0]


@pytest.mark.parametrize(
    ("authority", "reason"),
    [
        (public((NameOID.COMMON_NAME, "KPN PKIoverheid Organisatie Services CA - G3")), "public one, by its name"),
        (public((NameOID.ORGANIZATION_NAME, "Staat der Nederlanden")), "public one, by its name"),
        (public((NameOID.COMMON_NAME, "X"), policy="2.16.528.1.1003.1.2.5.5"), "certificate policies"),
        (public((NameOID.COMMON_NAME, "X"), policy="2.23.140.1.2.2"), "certificate policies"),
        (public((NameOID.COMMON_NAME, "X"), (NameOID.SERIAL_NUMBER, DUO_OIN)), "another organisation"),
        (
            public((NameOID.COMMON_NAME, "X"), (NameOID.ORGANIZATION_IDENTIFIER, "NTRNL-27124701")),
            "another organisation",
        ),
    ],
)
def test_an_authority_that_is_known_to_be_shared_needs_pinned_names_although_one_entry_has_it(
    authority: bytes, reason: str
) -> None:
    (found,) = reasons(entry(authority))
    assert reason in found
    assert reasons(entry(authority, certificate_names=(f"oin:{CJIB_OIN}",))) == []


def test_ones_own_entry_is_described_with_the_name_that_ones_leaf_bears() -> None:
    shared = public((NameOID.COMMON_NAME, "KPN PKIoverheid Organisatie Services CA - G3"))
    signer = SoftwareSigner.generate()
    numbered = a_leaf(OWN, signer)
    assert with_pinned_names(entry(shared), numbered).certificate_names == (f"oin:{CJIB_OIN}",)
    plain = a_leaf_of_others(OWN, signer, names=[x509.DNSName("cjib.example")])
    assert with_pinned_names(entry(shared), plain).certificate_names == ("dns:cjib.example",)
    assert with_pinned_names(entry(), numbered) == entry()


class TestCommand:
    @staticmethod
    def run(folder: Path, *participants: Participant) -> tuple[Result, Result]:
        """Sign by the library, which is not asked, then check; and sign by the command."""
        root = SoftwareSigner.generate()
        root.write(folder / "root.pem")
        (folder / "root.jwk").write_text(json.dumps(root.public_jwk.to_dict()))
        now = datetime.now(UTC)
        (folder / "list.jwt").write_text(issue(participants, root, issuer="https://s.example", sequence=1, now=now))
        (folder / "entries.json").write_text(json.dumps([each.to_dict() for each in participants]))
        runner, app = CliRunner(), typer.Typer()
        trust.register(app)
        app.callback()(lambda: None)
        checked = runner.invoke(app, ["trust", "check", str(folder / "list.jwt"), "--root", str(folder / "root.jwk")])
        signed = runner.invoke(
            app,
            ["trust", "sign", str(folder / "entries.json"), "--key", str(folder / "root.pem"), "--issuer",
             "https://s.example", "--sequence", "2", "--out", str(folder / "signed.jwt")],
        )  # fmt: skip
        return checked, signed

    def test_a_shared_authority_without_pinned_names_is_refused(self, tmp_path: Path) -> None:
        checked, signed = self.run(tmp_path, entry(), duo(OWN))
        assert checked.exit_code == 1
        assert "CJIB: its authority is also that of DUO, and the entry pins no names" in checked.stderr
        assert "DUO: its authority is also that of CJIB" in checked.stderr
        assert "certificateNames" in checked.stderr
        assert signed.exit_code == 2
        assert not (tmp_path / "signed.jwt").exists()

    def test_with_pinned_names_it_is_taken(self, tmp_path: Path) -> None:
        pinned = replace(duo(OWN), certificate_names=(f"oin:{DUO_OIN}",))
        checked, signed = self.run(tmp_path, entry(certificate_names=(f"oin:{CJIB_OIN}",)), pinned)
        assert checked.exit_code == 0, checked.output
        assert signed.exit_code == 0, signed.output


def test_a_trust_list_is_never_signed_by_a_certificate_only_by_the_pinned_key() -> None:
    root = SoftwareSigner.generate()
    jwt = issue([entry()], root, issuer="https://s.example", sequence=1, now=NOW)
    claims = UnverifiedToken.parse(jwt, max_characters=MAX_CHARACTERS).payload
    TrustList.verify(sign_jwt(TOKEN_TYPE, {}, claims, root), root.public_jwk, NOW)
    with pytest.raises(TrustListRejected, match="not by a certificate"):
        TrustList.verify(sign_jwt(TOKEN_TYPE, {"x5c": ["AA=="]}, claims, root), root.public_jwk, NOW)
