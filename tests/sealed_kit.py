"""A sealed document that is small, and whoever seals it."""

import functools
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from credentials.keys import SoftwareSigner
from credentials.sealed_pdf import PROOFS, STATUS_LISTS, AskForStamp, Attachment, Description, Relationship, seal
from credentials.trust.x509 import CertificateAuthority, make_ca
from service.printing import Printer, missing
from tests.conftest import do_without

SEALED_AT = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
PAGES = """<html lang="nl"><head><title>Uw schulden</title></head><body><h1>Uw schulden</h1>
<table><thead><tr><th scope="col">Zaak</th><th scope="col">Nog open</th></tr></thead>
<tbody><tr><th scope="row">Z-1</th><td>€ 214,50</td></tr></tbody></table></body></html>"""


def described(made_at: datetime = SEALED_AT) -> Description:
    return Description("Uw schulden", "CJIB", "nl", "Zegel van het CJIB", "Dit overzicht komt van het CJIB", made_at)


def attached(proofs: bytes = b'{"bewijzen": []}', lists: bytes = b"{}") -> list[Attachment]:
    return [
        Attachment(PROOFS, "De bewijzen", "application/json", Relationship.DATA, proofs),
        Attachment(STATUS_LISTS, "De statuslijsten", "application/json", Relationship.SUPPLEMENT, lists),
    ]


def printed(attachments: Sequence[Attachment], made_at: datetime = SEALED_AT) -> bytes:
    """A document without its seal; skips the test where this machine makes none."""
    lacking = missing()
    if lacking is not None:
        do_without(f"no {lacking} here")
    return Printer()(PAGES, described(made_at), attachments)


@functools.cache
def a_page() -> bytes:
    """One that several tests seal, made once."""
    return printed(attached())


@dataclass
class Sealer:
    """An organisation with a certificate."""

    name: str = "CJIB"
    signer: SoftwareSigner = field(default_factory=SoftwareSigner.generate)
    authority: CertificateAuthority = field(init=False)
    x5c: tuple[bytes, ...] = field(init=False)

    def __post_init__(self) -> None:
        self.authority = make_ca(
            f"{self.name} CA",
            not_before=SEALED_AT - timedelta(days=30),
            not_after=SEALED_AT + timedelta(days=3650),
        )
        leaf = self.authority.issue_leaf(
            self.signer.public_jwk,
            uri=f"https://{self.name.lower()}.example",
            dns=f"{self.name.lower()}.example",
            common_name=self.name,
            organisation=self.name,
            oin="00000004000000014001",
            not_before=SEALED_AT - timedelta(days=1),
            not_after=SEALED_AT + timedelta(days=300),
        )
        self.x5c = (leaf,)

    def seal(self, document: bytes | None = None, ask: AskForStamp | None = None) -> bytes:
        return seal(document or a_page(), self.signer, self.x5c, ask)
