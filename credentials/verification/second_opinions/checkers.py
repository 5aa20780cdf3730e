"""Who is asked about which proof, and what they say: PyLD, joserfc and didkit, none of which is part of our engine."""

import warnings
from typing import Final

from joserfc import jws
from joserfc.errors import JoseError, SecurityWarning
from joserfc.jwk import ECKey, OKPKey
from joserfc.jws import JWSRegistry

from credentials.encoding import JsonObject
from credentials.errors import BlauweKnopError
from credentials.formats.base import Credential, KeyResolver
from credentials.formats.ldp_vc import ContextBundle
from credentials.formats.ldp_vc.second_opinion import SecondOpinion, Silence, of_didkit, of_pyld
from credentials.jose.jws import MAX_HEADER_BYTES, MAX_TOKEN_CHARACTERS
from credentials.verification.second_opinions.within import Found, LinkedDataProof, TokenProof, proofs_within

JOSERFC: Final = "joserfc"

_ALGORITHMS: Final = ["ES256", "ES384", "ES512", "EdDSA", "Ed25519"]


def opinions_on(content: Credential, keys: KeyResolver, bundle: ContextBundle) -> tuple[SecondOpinion, ...]:
    """Ask whoever can say something about the W3C proofs in what was presented; the same said twice is said once.

    Not bounded in time: for a process that is killed.
    """
    found = [each for proof in proofs_within(content) for each in _of(proof, keys, bundle)]
    return tuple(dict.fromkeys(found))


def of_joserfc(proof: TokenProof, keys: KeyResolver) -> SecondOpinion:
    """Have the signature of a token checked."""
    try:
        key = proof.key(keys)
    except BlauweKnopError:
        key = None
    if key is None:
        return SecondOpinion.none(JOSERFC, Silence.NO_KEY)
    members = dict(key.to_dict())
    # What the key may do was for whoever found it; here it is only used.
    named = {name: str(value) for name, value in members.items() if name in ("kty", "crv", "x", "y")}
    try:
        theirs = OKPKey.import_key(named) if named["kty"] == "OKP" else ECKey.import_key(named)  # type: ignore[arg-type]
        with warnings.catch_warnings():
            # RFC 9864 deprecates the name EdDSA, which is what VCDM's tokens bear.
            warnings.simplefilter("ignore", SecurityWarning)
            jws.deserialize_compact(proof.compact, theirs, registry=_registry())
    except (JoseError, ValueError, TypeError, KeyError):
        return SecondOpinion.of(JOSERFC, holds=False)
    return SecondOpinion.of(JOSERFC, holds=True)


def _of(proof: Found, keys: KeyResolver, bundle: ContextBundle) -> list[SecondOpinion]:
    match proof:
        case LinkedDataProof(document, node):
            asked = of_pyld(document, node, keys, bundle)
            return [asked, *_didkit(document)]
        case TokenProof():
            return [of_joserfc(proof, keys), *_didkit(proof.compact)]


def _didkit(credential: str | JsonObject) -> list[SecondOpinion]:
    said = of_didkit(credential)
    # Of most it knows nothing, and that goes without saying.
    return [] if said.silence is Silence.NOT_ITS_KIND else [said]


def _registry() -> JWSRegistry:
    # Which members a header may have, our own reading decided; so did it bound what is read here.
    registry = JWSRegistry(algorithms=_ALGORITHMS, strict_check_header=False)
    registry.max_header_length, registry.max_payload_length = MAX_HEADER_BYTES * 2, MAX_TOKEN_CHARACTERS
    return registry
