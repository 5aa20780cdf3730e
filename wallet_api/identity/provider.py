"""The wallet provider's key: by its word agencies know that a wallet is one of ours.

`make_missing` makes it with a certificate authority of its own, which goes into the wallet's entry on the trust list.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, final
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.serialization import Encoding

from credentials.errors import ConfigurationError, MalformedInput
from credentials.keys import PublicJwk, SoftwareSigner
from credentials.openid.client_attestation import build_attestation
from credentials.openid.key_attestation import build_key_attestation
from credentials.trust.x509 import (
    CertificateAuthority,
    chain_end,
    load_pem,
    make_ca,
    public_jwk,
    to_der,
    to_pem,
    verify_chain,
)
from service.alone import alone_in
from service.whole_files import write_whole

KEY: Final = "provider.pem"
CHAIN: Final = "provider-chain.pem"
AUTHORITY_KEY: Final = "provider-ca-key.pem"
AUTHORITY: Final = "provider-ca.pem"
# Long enough for one visit to one agency; the next one gets a key and an attestation of its own (HAIP 1.0, 4.4.1).
LIFETIME: Final = timedelta(hours=1)
# With its authority it ends: whoever keeps the trust list must hear of the next one in time.
FORETOLD: Final = timedelta(days=120)

_BACKDATED: Final = timedelta(minutes=5)
_AUTHORITY_LIFETIME: Final = timedelta(days=3650)
# As long as its authority: it is told from others by the trust list, and nobody has to renew it by hand.
_LEAF_LIFETIME: Final = timedelta(days=3640)


@final
@dataclass(frozen=True, slots=True)
class WalletProvider:
    """Attests keys of wallets of one client id. `chain` is DER, leaf first, without its anchor.

    From `ends_at` on no agency takes its word any more.
    """

    identifier: str
    client_id: str
    signer: SoftwareSigner
    chain: tuple[bytes, ...]
    ends_at: datetime

    def attest(self, instance: PublicJwk, now: datetime) -> str:
        """Attest a key of a wallet, for an hour."""
        return build_attestation(
            self.signer,
            self.chain,
            issuer=self.identifier,
            client_id=self.client_id,
            instance=instance,
            now=now,
            lifetime=LIFETIME,
        )

    def attest_keys(self, keys: Sequence[PublicJwk], nonce: str | None, now: datetime) -> str:
        """Attest keys that cards will be bound to: that they are of such a wallet, and nothing of how they are kept.

        They are made and kept here, in software, and no word of ours makes them safer.
        """
        return build_key_attestation(self.signer, self.chain, keys, now=now, lifetime=LIFETIME, nonce=nonce)


def make_missing(folder: Path, *, identifier: str, name: str, now: datetime) -> list[str]:
    """Make what is not there of the provider's keys and certificates; return the files' names.

    Each file is written whole and follows from those before it, so that what a kill left undone is done the next time.
    Raises ConfigurationError for a certificate without its key.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    made: list[str] = []

    def key(file: str) -> SoftwareSigner:
        if not (folder / file).exists():
            SoftwareSigner.generate().write(folder / file)
            made.append(file)
        return SoftwareSigner.from_file(folder / file)

    with alone_in(folder):
        if not (folder / AUTHORITY).exists():
            authority = _authority(key(AUTHORITY_KEY), name, now)
            write_whole(folder / AUTHORITY, authority.pem.encode("ascii"))
            made.append(AUTHORITY)
        if not (folder / CHAIN).exists():
            authority = CertificateAuthority.load(
                (folder / AUTHORITY).read_bytes(), SoftwareSigner.from_file(folder / AUTHORITY_KEY)
            )
            leaf = _leaf(authority, key(KEY), identifier, name, now)
            write_whole(folder / CHAIN, to_pem(leaf).encode("ascii"))
            made.append(CHAIN)
    return made


def load(folder: Path, *, identifier: str, client_id: str, now: datetime) -> WalletProvider:
    """Read the provider's key and its chain. Raises ConfigurationError, also when they do not fit or are over."""
    signer = SoftwareSigner.from_file(folder / KEY)
    try:
        chain = tuple(each.public_bytes(Encoding.DER) for each in load_pem((folder / CHAIN).read_bytes()))
        authority = authority_of(folder)
        verify_chain(chain, (authority,), now)
    except OSError as error:
        raise ConfigurationError(f"{CHAIN}: missing or unreadable") from error
    except MalformedInput as error:
        raise ConfigurationError(f"{CHAIN}: {error.detail or error.code}") from error
    if public_jwk(chain[0]) != signer.public_jwk:
        raise ConfigurationError(f"{CHAIN}: the certificate is not of the key beside it")
    return WalletProvider(identifier, client_id, signer, chain, chain_end((*chain, authority)))


def authority_of(folder: Path) -> bytes:
    """Return the authority's certificate, DER. Raises ConfigurationError."""
    try:
        return to_der((folder / AUTHORITY).read_text("ascii"))
    except (OSError, UnicodeError, MalformedInput) as error:
        raise ConfigurationError(f"{AUTHORITY}: missing or unreadable; run `blauweknop wallet keys` first") from error


def _authority(signer: SoftwareSigner, name: str, now: datetime) -> CertificateAuthority:
    begins, ends = now - _BACKDATED, now + _AUTHORITY_LIFETIME
    return make_ca(f"{name} CA", not_before=begins, not_after=ends, organisation=name, signer=signer)


def _leaf(authority: CertificateAuthority, signer: SoftwareSigner, identifier: str, name: str, now: datetime) -> bytes:
    return authority.issue_leaf(
        signer.public_jwk,
        uri=identifier,
        dns=urlsplit(identifier).hostname or "",
        common_name=name,
        organisation=name,
        oin=None,
        not_before=now - _BACKDATED,
        not_after=now + _LEAF_LIFETIME,
    )
