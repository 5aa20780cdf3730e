"""The JWTs of before VC-JOSE-COSE: a document in the claim `vc` or `vp` (VCDM 1.1 section 6.3.1).

Taken as `application/jwt` only, whose `typ` is "JWT" or absent, and never for a media type of VC-JOSE-COSE, whose
readers would not look into these claims. The document must be whole: members that only other claims state are not
brought over, and those that both state must agree.
"""

from dataclasses import dataclass, field
from typing import Final, final

from credentials.encoding import JsonObject
from credentials.formats.base import MalformedCredential
from credentials.jose import UnverifiedToken
from credentials.jose.jwt import check_times
from service.commands.vc_api.engine import Engine

MEDIA_TYPE: Final = "application/jwt"
_PURPOSES: Final = {"vc": "assertionMethod", "vp": "authentication"}


@final
@dataclass(frozen=True, slots=True)
class OlderToken:
    """A document whose signature holds, who controls the key, and for whom it was signed."""

    document: JsonObject = field(repr=False)
    controller: str
    audience: str | None
    nonce: str | None


def open_older(compact: str, claim: str, engine: Engine) -> OlderToken:
    """Check a token and return the document in its claim `vc` or `vp`.

    Raises InvalidToken, InvalidSignature, MalformedCredential, or what the resolver raises.
    """
    token = UnverifiedToken.parse(compact)
    if token.header.get("typ", "JWT") != "JWT":
        raise MalformedCredential("typ is not JWT")
    method = token.header.get("kid")
    if not isinstance(method, str):
        raise MalformedCredential("kid is missing")
    token.verify(engine.keys.resolve(method, _PURPOSES[claim]))
    claims = token.payload
    check_times(claims, engine.clock.now())
    document = claims.get(claim)
    if not isinstance(document, dict) or any(name in claims for name in _PURPOSES if name != claim):
        raise MalformedCredential(f"the token holds no {claim}, or another document besides")
    controller = method.partition("#")[0]
    party = document.get("issuer" if claim == "vc" else "holder")
    named = party.get("id") if isinstance(party, dict) else party
    for name, other in (("iss", named if claim == "vc" else controller), ("jti", document.get("id"))):
        if name in claims and claims[name] != other:
            raise MalformedCredential(f"{name} is not what the document says")
    return OlderToken(document, controller, _text(claims, "aud"), _text(claims, "nonce"))


def _text(claims: JsonObject, name: str) -> str | None:
    value = claims.get(name)
    if value is not None and not isinstance(value, str):
        raise MalformedCredential(f"{name} is not a string")
    return value
