"""Open what is enveloped: a data URL with a token inside (VCDM 2.0 section 4.13, VC-JOSE-COSE section 3).

The encoding of before VC-JOSE-COSE, with a document in the claim `vc` or `vp`, is taken as `application/jwt` only:
readers of the newer media types do not look into these claims.
"""

from dataclasses import dataclass, field
from typing import Final, final

from credentials.encoding import JsonObject
from credentials.formats.base import WrongAudience, WrongNonce
from credentials.formats.jwt_vc import (
    ByIdentifier,
    Kind,
    OlderDocument,
    SecuredDocument,
    SignatureClaims,
    open_enveloped,
    open_older,
)
from credentials.formats.vcdm import ENVELOPED_CREDENTIAL, ENVELOPED_PRESENTATION, Envelope, InvalidDocument
from service.commands.vc_api.engine import Engine
from service.commands.vc_api.request import Options

OLDER: Final = "application/jwt"
_ENVELOPES: Final = {Kind.CREDENTIAL: ENVELOPED_CREDENTIAL, Kind.PRESENTATION: ENVELOPED_PRESENTATION}


@final
@dataclass(frozen=True, slots=True)
class Opened:
    """A document whose signature holds, and who controls the key."""

    document: JsonObject = field(repr=False)
    controller: str


def open_credential(document: JsonObject, engine: Engine) -> Opened:
    """Open the envelope of a credential. Raises BlauweKnopError."""
    return _opened(_open(document, Kind.CREDENTIAL, engine))


def open_presentation(document: JsonObject, options: Options, engine: Engine) -> Opened:
    """Open the envelope of a presentation, which answers the caller's challenge. Raises BlauweKnopError."""
    held = _open(document, Kind.PRESENTATION, engine)
    _check_answer(held.claims, options)
    return _opened(held)


def _open(document: JsonObject, kind: Kind, engine: Engine) -> SecuredDocument | OlderDocument:
    envelope = Envelope.read(document)
    if envelope.kind != _ENVELOPES[kind]:
        raise InvalidDocument("the envelope is of another kind", path="/type")
    source, now = ByIdentifier(engine.keys), engine.clock.now()
    if envelope.media_type == OLDER:
        older = open_older(envelope.data, source, kind)
        older.claims.check_times(now)
        return older
    held = open_enveloped(envelope, source, at=now)
    if held.kind is not kind:
        raise InvalidDocument("the envelope holds another kind of document", path="/id")
    return held


def _opened(held: SecuredDocument | OlderDocument) -> Opened:
    # Certificates prove a key and no identifier: whoever signed so controls nothing that a document could name.
    return Opened(held.document, (held.signed_by.verification_method or "").partition("#")[0])


def _check_answer(claims: SignatureClaims, options: Options) -> None:
    if options.challenge is not None and claims.nonce != options.challenge:
        raise WrongNonce("nonce is not the expected one")
    if options.domain is not None and (claims.audience,) != options.domain:
        raise WrongAudience("aud is not the expected one")
