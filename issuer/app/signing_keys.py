"""The keys that an agency signs with, and those that others are to know: as its state folder says at one moment."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from credentials.errors import ConfigurationError, MalformedInput
from credentials.keys import PublicJwk, Signer, SoftwareSigner
from credentials.trust.x509 import KeyPurpose, chain_end
from issuer.app.certificates import (
    ACCESS,
    ACCESS_CHAIN,
    Certified,
    anchor_of,
    certificates,
    chain_of,
    is_of_own_authority,
)
from issuer.app.certificates import renew_leaf as renew
from issuer.app.key_files import Keeper, chain_file, made_key
from issuer.domain.configurations import CONFIGURATIONS
from issuer.domain.key_purpose import Purpose
from issuer.domain.signing_keys import ActiveKey, KeyRing, KeyRings, MadeKey, Stage
from issuer.settings import AgencySettings
from issuer.storage.key_index import INDEX, KeyIndexFile, Stamp

_IN_FLIGHT: Final = timedelta(days=1)
_LATER: Final = re.compile(r"(?:signer|ldp)-[0-9]+\.pem\Z")


def longest_life(settings: AgencySettings) -> timedelta:
    """Return how long, at most, something counts after a key signed it: a credential or a status list."""
    lifetimes = (*(each.lifetime for each in CONFIGURATIONS), timedelta(seconds=settings.status.valid_seconds))
    # What was being signed at the moment of the change, on machines whose clocks differ.
    return max(lifetimes) + _IN_FLIGHT


@dataclass(frozen=True, slots=True)
class PublishedKey:
    """A key that others are to know. `chain` (DER, leaf first) is its certificate, where it has one by now."""

    key: MadeKey
    stage: Stage
    chain: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class SigningKeys:
    """What signs now, and what is published. `stamp` is that of the index that says so."""

    stamp: Stamp
    rings: KeyRings
    signer: Signer
    signer_chain: tuple[bytes, ...]
    ldp: Signer
    others: tuple[PublishedKey, ...]
    anchor: bytes
    keeper: Keeper

    @property
    def published(self) -> tuple[PublicJwk, ...]:
        """The public keys that others are to know, those that sign first."""
        others = (each.key.public_jwk for each in self.others)
        return (self.ldp.public_jwk, self.signer.public_jwk, *others)

    @property
    def certified_until(self) -> datetime:
        """When the certificate of what signs ends, or its authority."""
        return chain_end((*self.signer_chain, self.anchor))


def rings_of(state: Path) -> KeyRings:
    """Return the keys and how far each is: by the index, or the first keys where there never was one.

    Raises ConfigurationError.
    """
    found = KeyIndexFile(state).read()
    if found is not None:
        return found
    later = sorted(each.name for each in state.iterdir() if _LATER.match(each.name))
    if later:
        # The first key would sign again, and those after it be known to nobody.
        raise ConfigurationError(f"{INDEX} is missing, and {later[0]} is there: put its newest backup back")
    return {purpose: _first(state, purpose) for purpose in Purpose}


def _first(state: Path, purpose: Purpose) -> KeyRing:
    key = made_key(state, purpose, purpose.value)
    return KeyRing(ActiveKey(key, key.made_at))


def load_signing_keys(settings: AgencySettings, keeper: Keeper, now: datetime) -> SigningKeys:
    """Read and check them. Raises ConfigurationError, also for a key that does not fit its certificate.

    A token is asked nothing: it may be away while an agency starts.
    """
    state = settings.state
    # Before all else: when the index changes while it is read, this is found to be old.
    stamp = KeyIndexFile(state).stamp()
    rings = rings_of(state)
    anchor = anchor_of(state)
    active = rings[Purpose.SIGNER].active.key
    return SigningKeys(
        stamp=stamp,
        rings=rings,
        signer=keeper.signer_of(active),
        signer_chain=chain_of(chain_file(state, active.name), active.public_jwk, anchor, now),
        ldp=keeper.signer_of(rings[Purpose.LDP].active.key),
        others=tuple(
            PublishedKey(key, stage, _chain_if_there(state, key))
            for purpose in Purpose
            for stage, key in rings[purpose].staged()
            if stage in (Stage.NEXT, Stage.VERIFY_ONLY)
        ),
        anchor=anchor,
        keeper=keeper,
    )


def _chain_if_there(state: Path, key: MadeKey) -> tuple[bytes, ...]:
    """Return the certificates of a key that signs nothing: one that lacks or is wrong does not stop those that do."""
    if key.purpose is not Purpose.SIGNER:
        return ()
    try:
        return certificates(chain_file(state, key.name))
    except (ConfigurationError, MalformedInput):
        return ()


def renew_leaf(settings: AgencySettings, now: datetime) -> bool:
    """Make the agency's certificates anew where others would not take them, or soon; say whether that of its cards was.

    Raises ConfigurationError where one that is used is of no use any more and its authority is not here. The caller is
    alone in the state folder.
    """
    state = settings.state
    if settings.pid is not None and is_of_own_authority(state):
        renew(
            settings,
            Certified(SoftwareSigner.from_file(state / ACCESS).public_jwk, state / ACCESS_CHAIN, KeyPurpose.REQUESTS),
            now,
        )
    ring = rings_of(state)[Purpose.SIGNER]
    renewed = renew(settings, certified(state, ring.active.key), now)
    if ring.next is not None and chain_file(state, ring.next.key.name).exists():
        try:
            renew(settings, certified(state, ring.next.key), now)
        except ConfigurationError:
            # It signs nothing yet; it cannot be activated before it has a certificate that others take.
            return renewed
    return renewed


def certified(state: Path, key: MadeKey) -> Certified:
    """Return a key that has a certificate."""
    return Certified(key.public_jwk, chain_file(state, key.name))
