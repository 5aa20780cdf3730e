"""How we are registered with the login provider, and the keys that we have there.

The keys are this adapter's own kind and not `credentials.keys`: the profile wants RSA (NL GOV 1.0.1 section 7.2.1),
which nothing else here signs or opens anything with.
"""

from dataclasses import dataclass, field
from typing import Final, Literal, cast, final

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key
from joserfc import jwe, jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey

from credentials.encoding import JsonObject, b64url_decode, json_object
from credentials.errors import ConfigurationError, MalformedInput
from credentials.keys import SoftwareSigner
from credentials.masking import Secret
from service.errors import LoginRefused

SIGNATURES: Final = ("ES256", "PS256", "RS256")
"""NL GOV section 7.2.1: RS256 must be supported, PS256 should be; ES256 is as strong."""
KEY_ENCRYPTION: Final = ("RSA-OAEP", "RSA-OAEP-256")
"""The same: RSA-OAEP must be supported, RSA-OAEP-256 should be."""
MAX_TOKEN: Final = 256_000
_RSA_BITS: Final = 3072
MIN_RSA_BITS: Final = 2048
_HEADER_BYTES: Final = 8_000

Signature = Literal["ES256", "PS256", "RS256"]
ContentEncryption = Literal["A256GCM", "A128CBC-HS256"]
TokenEncryption = Literal["off", "accepted", "required"]
ClaimsFrom = Literal["id_token", "userinfo"]


@final
class ClientKey:
    """A private key of ours that the provider knows: it signs, or is encrypted to; one of RSA may do both."""

    def __init__(self, pem: bytes, *, name: str = "key") -> None:
        """Read a PEM file's content. Raises ConfigurationError, which says `name` and nothing of the content."""
        try:
            private = load_pem_private_key(pem, password=None)
        except (ValueError, TypeError, UnsupportedAlgorithm) as error:
            raise ConfigurationError(f"{name}: no readable private key") from error
        key: ECKey | RSAKey
        if isinstance(private, rsa.RSAPrivateKey) and private.key_size >= MIN_RSA_BITS:
            key = RSAKey.import_key(private)
        elif isinstance(private, ec.EllipticCurvePrivateKey) and isinstance(private.curve, ec.SECP256R1):
            key = ECKey.import_key(private)
        else:
            raise ConfigurationError(f"{name}: not a P-256 key, or an RSA key of {MIN_RSA_BITS} bits or more")
        self._key = key
        self.kid: str = key.thumbprint()

    @property
    def is_rsa(self) -> bool:
        """Tell whether it can be encrypted to, and which signatures it can make."""
        return isinstance(self._key, RSAKey)

    def public(self, **members: str) -> JsonObject:
        """Return the public JWK with its name and these members."""
        return {**cast("JsonObject", self._key.as_dict(private=False)), "kid": self.kid, **members}

    def sign(self, claims: JsonObject, algorithm: Signature) -> str:
        """Return a JWT."""
        return jwt.encode({"alg": algorithm, "kid": self.kid}, dict(claims), self._key, algorithms=[algorithm])

    def open(self, compact: str, content_encryption: tuple[str, ...]) -> str:
        """Return the signed token inside an encrypted one (RFC 7519 section 5.2). Raises LoginRefused."""
        try:
            # What the header may say is ours to choose: no other key, no compression, no critical extension.
            protected = b64url_decode(compact.partition(".")[0], "header")
            header = json_object(protected, "header", max_bytes=_HEADER_BYTES)
            if header.get("alg") not in KEY_ENCRYPTION or header.get("enc") not in content_encryption:
                raise LoginRefused("the token is encrypted in another way")
            if header.keys() & {"zip", "crit"} or str(header.get("cty", "")).upper() != "JWT":
                raise LoginRefused("the encrypted token is not a plain nested one")
            opened = jwe.decrypt_compact(compact, self._key, algorithms=[*KEY_ENCRYPTION, *content_encryption])
            plaintext = opened.plaintext or b""
            return plaintext.decode("ascii")
        except (JoseError, MalformedInput, ValueError, TypeError, KeyError) as error:
            raise LoginRefused("the encrypted token does not open with our key") from error

    def __repr__(self) -> str:
        return f"ClientKey({self.kid})"


def new_key(algorithm: Signature) -> bytes:
    """Return a new private key for such signatures, as PEM."""
    if algorithm == "ES256":
        return SoftwareSigner.generate().to_pem()
    key = rsa.generate_private_key(public_exponent=65537, key_size=_RSA_BITS)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


@dataclass(frozen=True, slots=True)
class OidcClient:
    """How we are registered with the provider. Exactly one of `key` and `secret` is given."""

    issuer: str
    client_id: str
    redirect_uri: str
    scope: str = "openid"
    acr_values: tuple[str, ...] = ()
    claims_from: ClaimsFrom = "id_token"
    authentication: Literal["private_key_jwt", "client_secret_basic"] = "private_key_jwt"
    algorithm: Signature = "ES256"
    encryption: TokenEncryption = "off"
    content_encryption: tuple[str, ...] = ("A256GCM",)
    key: ClientKey | None = field(default=None, repr=False)
    secret: Secret | None = None
    decryption_key: ClientKey | None = field(default=None, repr=False)

    def jwks(self) -> JsonObject:
        """Return the public keys to register (NL GOV section 4.5: by `jwks_uri`, so that they can be renewed)."""
        keys: list[JsonObject] = []
        if self.key is not None:
            one = self.key is self.decryption_key
            keys.append(self.key.public() if one else self.key.public(use="sig", alg=self.algorithm))
        if self.decryption_key is not None and self.decryption_key is not self.key:
            keys.append(self.decryption_key.public(use="enc"))
        return {"keys": list(keys)}
