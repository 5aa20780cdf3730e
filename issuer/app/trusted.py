"""Whose word counts for the agency: wallets on the trust list, their providers, attesters of keys."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final

from credentials.clock import Clock
from credentials.encoding import json_object
from credentials.errors import ConfigurationError, MalformedInput
from credentials.keys import PublicJwk
from credentials.openid.client_attestation import ProviderKey
from credentials.openid.issuer_metadata import Attestations
from credentials.openid.key_attestation import AttesterKey
from credentials.trust import Keeper, TrustList, TrustListSource, verify_chain
from credentials.trust.x509 import check_authority, to_der
from issuer.clients import NoDirectory, TrustListDirectory
from issuer.domain.clients import Attestation
from issuer.ports import WalletDirectory
from issuer.settings import AgencySettings, TrustListSection
from service.http import OutboundClient
from service.logging import get_logger

_TRUST_LIST_REFRESH: Final = timedelta(minutes=5)

_log: Final = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Trusted:
    """The wallets that are known; who may attest wallets, and who keys; the whole list. Without any, nobody may."""

    wallets: WalletDirectory
    provider_key: ProviderKey | None
    attester_key: AttesterKey | None
    key_attestations: Attestations
    trust_list: Callable[[], TrustList] | None


def trusted(
    settings: AgencySettings, http: OutboundClient, clock: Clock, keeper: Keeper, directory: WalletDirectory | None
) -> Trusted:
    """Return it by the settings; `directory` instead of their trust list. Raises ConfigurationError."""
    wallets = directory or directory_of(settings.trust_list, http, clock, keeper)
    listed = wallets if isinstance(wallets, TrustListDirectory) else None
    required = settings.key_attestation == "required"
    attester_key = _attester_key(settings)
    if attester_key is None and required and listed is not None:
        attester_key = listed.attester_key
    attested = settings.attestation is not Attestation.OFF
    return Trusted(
        wallets,
        listed.provider_key if attested and listed is not None else None,
        attester_key,
        _key_attestations(attester_key, required=required),
        listed.trust_list if listed is not None else None,
    )


def _key_attestations(attester_key: AttesterKey | None, *, required: bool) -> Attestations:
    if required:
        return Attestations.REQUIRED
    return Attestations.NONE if attester_key is None else Attestations.TAKEN


def directory_of(
    section: TrustListSection | None, http: OutboundClient, clock: Clock, keeper: Keeper | None = None
) -> WalletDirectory:
    """Return the scheme's list, or what stands for it where there is none. Raises ConfigurationError."""
    if section is None:
        return NoDirectory()
    try:
        root = PublicJwk.parse(json_object(section.key.read_bytes(), "the scheme's key"))
    except OSError as error:
        raise ConfigurationError("trust_list.key: missing or unreadable") from error
    source = section.source

    def read() -> str:
        if "://" in source:
            return http.fetch(source, "application/trust-list+jwt, application/jwt, */*").decode("ascii").strip()
        return Path(source).read_text("ascii").strip()

    return TrustListDirectory(
        TrustListSource(
            read,
            root,
            clock,
            refresh=_TRUST_LIST_REFRESH,
            keeper=keeper,
            failed=lambda code: _log.warning("trust_list_not_refreshed", code=code),
        )
    )


def _attester_key(settings: AgencySettings) -> AttesterKey | None:
    if not settings.key_attesters:
        return None
    try:
        anchors = tuple(to_der(path.read_text("ascii")) for path in settings.key_attesters)
        for anchor in anchors:
            check_authority(anchor)
    except (OSError, ValueError, MalformedInput) as error:
        raise ConfigurationError("key_attesters: not a certificate of an authority") from error
    return lambda x5c, at: verify_chain(x5c, anchors, at).public_jwk
