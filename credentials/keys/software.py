"""Keys held in this process's memory, and the verification of signatures.

For development, demonstration and holders' keys; an agency's own keys belong in a hardware module.
"""

import hashlib
import os
import stat
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Final, Self, TypeAlias

from cryptography.exceptions import InvalidSignature as _CryptographyInvalid
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed, decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256, SHA384, SHA512, HashAlgorithm
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from credentials.encoding import JsonObject, b64url_decode, b64url_encode
from credentials.errors import ConfigurationError
from credentials.keys.jwk import COMMON, WITH_ES512, Algorithm, PublicJwk, UnsupportedKey
from credentials.keys.signer import InvalidSignature

PrivateKey: TypeAlias = "ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey"

# RFC 7518 section 3.4: 521 bits are 66 bytes.
_SIZES: Final = {Algorithm.ES256: 32, Algorithm.ES384: 48, Algorithm.ES512: 66, Algorithm.EDDSA: 32}


def _signing(hash_algorithm: HashAlgorithm) -> ec.ECDSA:
    # DI-ECDSA section 4.2, RFC 6979: a nonce that follows from key and message cannot repeat, and no weak random number
    # gives the key away. OpenSSL has it since 3.2; before that the nonce is random.
    try:
        return ec.ECDSA(hash_algorithm, deterministic_signing=True)
    except UnsupportedAlgorithm:  # pragma: no cover
        return ec.ECDSA(hash_algorithm)


_SIGNING: Final = {
    Algorithm.ES256: _signing(SHA256()),
    Algorithm.ES384: _signing(SHA384()),
    Algorithm.ES512: _signing(SHA512()),
}
# The standard library hashes a message in a fifth of the time that it takes inside the signature scheme.
_VERIFYING: Final[dict[Algorithm, tuple[Callable[[bytes], "hashlib._Hash"], ec.ECDSA]]] = {
    Algorithm.ES256: (hashlib.sha256, ec.ECDSA(Prehashed(SHA256()))),
    Algorithm.ES384: (hashlib.sha384, ec.ECDSA(Prehashed(SHA384()))),
    Algorithm.ES512: (hashlib.sha512, ec.ECDSA(Prehashed(SHA512()))),
}


class SoftwareSigner:
    """A private key in memory."""

    __slots__ = ("_private_key", "_public_jwk")

    def __init__(
        self, private_key: PrivateKey, kid: str | None = None, algorithms: Collection[Algorithm] = COMMON
    ) -> None:
        self._private_key = private_key
        self._public_jwk = PublicJwk.from_key(private_key.public_key(), kid, algorithms)

    @classmethod
    def generate(cls, algorithm: Algorithm = Algorithm.ES256, kid: str | None = None) -> Self:
        """Make a new key."""
        match algorithm:
            case Algorithm.ES256:
                return cls(ec.generate_private_key(ec.SECP256R1()), kid)
            case Algorithm.ES384:
                return cls(ec.generate_private_key(ec.SECP384R1()), kid)
            case Algorithm.ES512:
                return cls(ec.generate_private_key(ec.SECP521R1()), kid, WITH_ES512)
            case Algorithm.EDDSA:
                return cls(ed25519.Ed25519PrivateKey.generate(), kid)

    @classmethod
    def from_private_jwk(cls, jwk: JsonObject, algorithms: Collection[Algorithm] = COMMON) -> Self:
        """Read a private JWK. Raises UnsupportedKey, also when the halves do not belong together."""
        public = PublicJwk.parse({name: value for name, value in jwk.items() if name != "d"}, algorithms)
        secret = jwk.get("d")
        if not isinstance(secret, str):
            raise UnsupportedKey("the JWK has no private half")
        raw = b64url_decode(secret, "d")
        # RFC 7518 section 6.2.2.1 and RFC 8037 section 2: the full size, leading zeros included.
        if len(raw) != _SIZES[public.algorithm]:
            raise UnsupportedKey("d is not of the size of its curve")
        try:
            private_key: PrivateKey
            if isinstance(public.key, ec.EllipticCurvePublicKey):
                private_key = ec.derive_private_key(int.from_bytes(raw), public.key.curve)
            else:
                private_key = ed25519.Ed25519PrivateKey.from_private_bytes(raw)
        except ValueError as error:
            raise UnsupportedKey("the private half is out of range") from error
        signer = cls(private_key, public.kid, algorithms)
        if signer.public_jwk.thumbprint != public.thumbprint:
            raise UnsupportedKey("the private half does not belong to the public half")
        return signer

    @classmethod
    def from_file(cls, path: Path, kid: str | None = None) -> Self:
        """Read a PEM private key (PKCS #8). Raises ConfigurationError, also when others may read the file."""
        try:
            if os.name == "posix" and path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
                raise ConfigurationError(f"{path.name}: others may read this private key; set its mode to 0600")
            key = load_pem_private_key(path.read_bytes(), password=None)
        except (OSError, ValueError, TypeError, UnsupportedAlgorithm) as error:
            raise ConfigurationError(f"{path.name}: no readable private key") from error
        try:
            if isinstance(key, ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey):
                return cls(key, kid)
        except UnsupportedKey:
            pass  # Another curve: the same answer as for another kind of key.
        raise ConfigurationError(f"{path.name}: not a P-256, P-384 or Ed25519 key")

    @property
    def public_jwk(self) -> PublicJwk:
        """The public half."""
        return self._public_jwk

    @property
    def algorithm(self) -> Algorithm:
        """The algorithm of every signature this signer makes."""
        return self._public_jwk.algorithm

    @property
    def private_key(self) -> PrivateKey:
        """The key itself, for making certificates and for key agreement."""
        return self._private_key

    def sign(self, message: bytes) -> bytes:
        """Return the raw JOSE signature (RFC 7518 section 3.4, RFC 8037 section 3.1)."""
        if isinstance(self._private_key, ed25519.Ed25519PrivateKey):
            return self._private_key.sign(message)
        algorithm = self.algorithm
        size = _SIZES[algorithm]
        r, s = decode_dss_signature(self._private_key.sign(message, _SIGNING[algorithm]))
        return r.to_bytes(size) + s.to_bytes(size)

    def to_private_jwk(self) -> JsonObject:
        """Return the private JWK. For the holder's own vault only."""
        if isinstance(self._private_key, ed25519.Ed25519PrivateKey):
            secret = self._private_key.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption())
        else:
            size = _SIZES[self.algorithm]
            secret = self._private_key.private_numbers().private_value.to_bytes(size)
        return {**self._public_jwk.to_dict(), "d": b64url_encode(secret)}

    def to_pem(self) -> bytes:
        """Return the key as unencrypted PKCS #8 PEM."""
        return self._private_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())

    def write(self, path: Path) -> None:
        """Write the key as PEM to a new file that only its owner may read: whole, or not at all.

        Raises ConfigurationError if it exists.
        """
        # Always the same name beside it, so that a kill leaves at most one; a kill after the link leaves the key's own.
        beside = path.with_name(f".{path.name}.new")
        try:
            beside.unlink(missing_ok=True)
            descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            try:
                with os.fdopen(descriptor, "wb") as file:
                    file.write(self.to_pem())
                    file.flush()
                    os.fsync(file.fileno())
                # A link, unlike a move, never takes the place of a key that is there.
                path.hardlink_to(beside)
            finally:
                beside.unlink()
        except OSError as error:
            raise ConfigurationError(f"{path.name}: cannot be made") from error

    def __repr__(self) -> str:
        return f"SoftwareSigner({self.algorithm}, {self._public_jwk.thumbprint})"


def verify_signature(public_jwk: PublicJwk, message: bytes, signature: bytes) -> None:
    """Check a raw JOSE signature with the key's own algorithm.

    Raises InvalidSignature, also for a key that was published for encryption only.
    """
    if public_jwk.encrypts_only:
        raise InvalidSignature("the key is for encryption only")
    try:
        if isinstance(public_jwk.key, ed25519.Ed25519PublicKey):
            public_jwk.key.verify(signature, message)
            return
        algorithm = public_jwk.algorithm
        size = _SIZES[algorithm]
        if len(signature) != 2 * size:
            raise InvalidSignature
        r, s = int.from_bytes(signature[:size]), int.from_bytes(signature[size:])
        hashed, scheme = _VERIFYING[algorithm]
        public_jwk.key.verify(encode_dss_signature(r, s), hashed(message).digest(), scheme)
    except _CryptographyInvalid as error:
        raise InvalidSignature from error
