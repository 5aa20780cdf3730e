"""Who this verifier is to wallets: its key with what proves it, and until when that holds."""

from collections.abc import Collection
from typing import Final

from credentials.clock import Clock
from credentials.dids import did_jwk, did_key, did_web, did_web_document, json_web_key
from credentials.encoding import JsonObject
from credentials.errors import ConfigurationError
from credentials.keys import PublicJwk
from credentials.trust.x509 import chain_end, to_der
from service.lasting import Lasting
from service.logging import get_logger
from verifier.settings import VerifierSettings
from verifier.storage.attestation import read_attestation
from verifier.storage.keys import ACCESS_CHAIN, RENEWED_AHEAD, AccessKey, Identity, KeyFiles
from verifier.usecases.asking import Access

CERTIFICATE: Final = "certificate"
ATTESTATION: Final = "attestation"

_log: Final = get_logger(__name__)


def access_of(settings: VerifierSettings, key: AccessKey, clock: Clock) -> Access:
    """Return who we are to wallets. Raises ConfigurationError for an attestation that is of no use."""
    public = key.signer.public_jwk
    did, method = did_of(settings, public)
    file = settings.attestation
    attestation = None if file is None else read_attestation(file, public)
    if file is not None and attestation is not None and not attestation.holds(clock.now()):
        if ATTESTATION in needed_of(settings):
            raise ConfigurationError(f"{file.name}: its time is over; ask the attester for a new one")
        _log.warning("attestation_ended", file=file.name)
    return Access(settings.base_url, settings.hostname, key.signer, key.chain, did, method, attestation)


def lasting_of(settings: VerifierSettings, access: Access, clock: Clock) -> dict[str, Lasting]:
    """Return what we ask by and what ends, by the name of its check. Raises ConfigurationError."""
    ends_at = chain_end((*access.chain, to_der(KeyFiles(settings.state).anchor())))
    found = {CERTIFICATE: Lasting(ACCESS_CHAIN, ends_at, RENEWED_AHEAD, clock)}
    if settings.attestation is not None and access.attestation is not None:
        ends_at = access.attestation.ends_at
        found[ATTESTATION] = Lasting(settings.attestation.name, ends_at, RENEWED_AHEAD, clock)
    return found


def needed_of(settings: VerifierSettings) -> Collection[str]:
    """Return what must last for this verifier to ask at all."""
    match settings.client_id_prefix:
        case "x509_hash" | "x509_san_dns":
            return (CERTIFICATE,)
        case "verifier_attestation":
            return (ATTESTATION,)
        case _:
            return ()


def did_of(settings: VerifierSettings, key: PublicJwk) -> tuple[str, str]:
    """Return the DID of the access key, and the DID URL of the key in it."""
    match settings.did_method:
        case "jwk":
            return did_jwk(key)
        case "key":
            return did_key(key)
        case "web":
            did = did_web(settings.base_url)
            return did, json_web_key(did, key)


def did_document(settings: VerifierSettings, did: str, key: PublicJwk) -> JsonObject | None:
    """Return the document of our did:web; None where the DID is its own document."""
    if settings.did_method != "web":
        return None
    purposes = ("authentication", "assertionMethod")
    return did_web_document(did, [key], also_known_as=[settings.base_url], purposes=purposes)


def identity_of(settings: VerifierSettings) -> Identity:
    """Return for whom certificates are made."""
    organisation = settings.organisation
    return Identity(settings.base_url, settings.hostname, organisation.name, organisation.oin)
