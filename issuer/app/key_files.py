"""Where a signing key stands, in files of the state folder or in a token; its private half made, used, destroyed.

The first keys of an agency are `signer` and `ldp`; those after them have a number: `signer-2.pem`.
"""

import importlib.util
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, final

from credentials.errors import ConfigurationError
from credentials.keys import Pkcs11Signer, Pkcs11Token, Signer, SoftwareSigner
from issuer.app.secret_files import read_private
from issuer.domain.key_purpose import Purpose
from issuer.domain.signing_keys import MadeKey, algorithm_of
from issuer.settings import AgencySettings

PIN: Final = "pkcs11-pin"


def private_file(state: Path, name: str) -> Path:
    """Return where the private half stands."""
    return state / f"{name}.pem"


def chain_file(state: Path, name: str) -> Path:
    """Return where the certificates of a key stand."""
    return state / f"{name}-chain.pem"


def request_file(state: Path, name: str) -> Path:
    """Return where the request for a certificate stands, for an authority elsewhere."""
    return state / f"{name}-request.pem"


def made_key(state: Path, purpose: Purpose, name: str) -> MadeKey:
    """Return the key whose private half is in a file. Raises ConfigurationError."""
    path = private_file(state, name)
    signer = SoftwareSigner.from_file(path)
    if signer.algorithm is not algorithm_of(purpose):
        raise ConfigurationError(f"{path.name}: not a key of {algorithm_of(purpose).value}")
    return MadeKey(name, purpose, signer.public_jwk, datetime.fromtimestamp(int(path.stat().st_mtime), UTC))


@final
@dataclass(frozen=True, slots=True)
class Keeper:
    """Keeps the private halves of an agency's signing keys: one per process, as a process has one session with a token.

    `token` is where keys of some purposes are made, where the settings name one. Those that are files stay so.
    """

    settings: AgencySettings
    token: Pkcs11Token | None

    @classmethod
    def of(cls, settings: AgencySettings) -> "Keeper":
        """Return the keeper by the settings; the token is asked nothing yet. Raises ConfigurationError."""
        section = settings.keys.pkcs11
        if section is None:
            return cls(settings, None)
        if importlib.util.find_spec("pkcs11") is None:
            raise ConfigurationError("keys.pkcs11: python-pkcs11 is not installed: blauweknop[hsm]")
        if not section.module.is_file():
            raise ConfigurationError("keys.pkcs11.module is not a file")
        _pin(settings.state)
        return cls(settings, Pkcs11Token(section.module, section.token, lambda: _pin(settings.state)))

    def signer_of(self, key: MadeKey) -> Signer:
        """Return what signs with a key. Raises ConfigurationError where its private half is not here, or another's."""
        if key.label is not None:
            if self.token is None:
                raise ConfigurationError(f"{key.name}: kept in a token, and keys.pkcs11 names none")
            return Pkcs11Signer(self.token, key.label, key.public_jwk)
        signer = SoftwareSigner.from_file(private_file(self.settings.state, key.name))
        if signer.public_jwk.members != key.public_jwk.members:
            raise ConfigurationError(f"{key.name}.pem: not the key that keys.json says")
        return signer

    def make(self, purpose: Purpose, name: str, now: datetime) -> MadeKey:
        """Make a key, or take the one of this name that is there: made before a kill, or in the token by its keepers.

        Raises ConfigurationError, SignerUnavailable.
        """
        state, section = self.settings.state, self.settings.keys.pkcs11
        path, algorithm = private_file(state, name), algorithm_of(purpose)
        if self.token is not None and section is not None and purpose in section.purposes and not path.exists():
            label = f"{section.label or self.settings.agency.abbreviation}-{name}"
            public_jwk = self.token.public_jwk(label, algorithm) or self.token.generate(label, algorithm)
            return MadeKey(name, purpose, public_jwk, now, label)
        if not path.exists():
            SoftwareSigner.generate(algorithm).write(path)
        return MadeKey(name, purpose, made_key(state, purpose, name).public_jwk, now)

    def destroy(self, key: MadeKey) -> bool:
        """Destroy the private half of a key, and what else is there of it; say whether anything was.

        Raises SignerUnavailable.
        """
        state = self.settings.state
        found = [path for each in (private_file, request_file, chain_file) if (path := each(state, key.name)).exists()]
        for path in found:
            path.unlink(missing_ok=True)
        gone = self.token is not None and key.label is not None and self.token.destroy(key.label)
        return bool(found) or gone


def _pin(state: Path) -> str:
    try:
        pin = read_private(state / PIN).decode("utf-8").strip()
    except UnicodeError as error:
        raise ConfigurationError(f"{PIN}: not a PIN") from error
    if not pin:
        raise ConfigurationError(f"{PIN}: empty")
    return pin
