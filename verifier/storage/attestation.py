"""The file in which an attester says that the access key is ours."""

from pathlib import Path

from credentials.clock import from_epoch
from credentials.errors import ConfigurationError, MalformedInput
from credentials.jose import ClaimError, UnverifiedToken
from credentials.jose.jwt import numeric_date
from credentials.keys import PublicJwk
from credentials.openid.client_id import ClientId, Prefix
from verifier.domain.attestation import Attestation


def read_attestation(path: Path, key: PublicJwk) -> Attestation:
    """Read what an attester says of the access key. Its signature is for wallets to check. Raises ConfigurationError.

    Another key's is refused here, and one without an end; whether its time is over is for whoever sends it to ask.
    """
    try:
        text = path.read_text("ascii").strip()
        stated = UnverifiedToken.parse(text).payload
    except (OSError, UnicodeError, MalformedInput) as error:
        raise ConfigurationError(f"{path.name}: no readable verifier attestation") from error
    subject, confirmation = stated.get("sub"), stated.get("cnf")
    if not isinstance(subject, str) or not isinstance(confirmation, dict):
        raise ConfigurationError(f"{path.name}: no verifier attestation")
    try:
        attested = PublicJwk.parse(confirmation.get("jwk"))
    except MalformedInput as error:
        raise ConfigurationError(f"{path.name}: attests no key that can be read") from error
    if attested.thumbprint != key.thumbprint:
        raise ConfigurationError(f"{path.name}: attests another key than the access key")
    try:
        expires = numeric_date(stated, "exp")
    except ClaimError as error:
        raise ConfigurationError(f"{path.name}: its end cannot be read") from error
    if expires is None:
        # OpenID4VP 1.0 section 12: an attestation without an end is none.
        raise ConfigurationError(f"{path.name}: does not say until when it holds")
    return Attestation(text, ClientId(Prefix.VERIFIER_ATTESTATION, subject), from_epoch(expires))
