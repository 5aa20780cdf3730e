"""Open what is enveloped: a data URL with a token inside (VCDM 2.0 section 4.13, VC-JOSE-COSE section 3)."""

from dataclasses import dataclass, field
from typing import final

from credentials.encoding import JsonObject
from credentials.formats.base import WrongAudience, WrongNonce
from credentials.formats.jwt_vc import ByIdentifier, Kind, open_enveloped
from credentials.formats.vcdm import ENVELOPED_CREDENTIAL, ENVELOPED_PRESENTATION, Envelope, InvalidDocument
from service.commands.vc_api.engine import Engine
from service.commands.vc_api.older_tokens import MEDIA_TYPE, open_older
from service.commands.vc_api.request import Options


@final
@dataclass(frozen=True, slots=True)
class Opened:
    """A document whose signature holds, and who controls the key."""

    document: JsonObject = field(repr=False)
    controller: str


def open_credential(document: JsonObject, engine: Engine) -> Opened:
    """Open the envelope of a credential. Raises BlauweKnopError."""
    envelope = _envelope(document, ENVELOPED_CREDENTIAL)
    if envelope.media_type == MEDIA_TYPE:
        older = open_older(envelope.data, Kind.CREDENTIAL.value, engine)
        return Opened(older.document, older.controller)
    opened = open_enveloped(envelope, ByIdentifier(engine.keys), at=engine.clock.now())
    return _of_kind(Kind.CREDENTIAL, opened.kind, opened.document, opened.signed_by.verification_method)


def open_presentation(document: JsonObject, options: Options, engine: Engine) -> Opened:
    """Open the envelope of a presentation, which answers the caller's challenge. Raises BlauweKnopError."""
    envelope = _envelope(document, ENVELOPED_PRESENTATION)
    if envelope.media_type == MEDIA_TYPE:
        older = open_older(envelope.data, Kind.PRESENTATION.value, engine)
        _check_answer(older.nonce, older.audience, options)
        return Opened(older.document, older.controller)
    opened = open_enveloped(envelope, ByIdentifier(engine.keys), at=engine.clock.now())
    _check_answer(opened.claims.nonce, opened.claims.audience, options)
    return _of_kind(Kind.PRESENTATION, opened.kind, opened.document, opened.signed_by.verification_method)


def _envelope(document: JsonObject, expected: str) -> Envelope:
    envelope = Envelope.read(document)
    if envelope.kind != expected:
        raise InvalidDocument("the envelope is of another kind", path="/type")
    return envelope


def _of_kind(expected: Kind, kind: Kind, document: JsonObject, method: str | None) -> Opened:
    if kind is not expected:
        raise InvalidDocument("the envelope holds another kind of document", path="/id")
    # Certificates prove a key and no identifier: whoever signed so controls nothing that a document could name.
    return Opened(document, (method or "").partition("#")[0])


def _check_answer(nonce: str | None, audience: str | None, options: Options) -> None:
    if options.challenge is not None and nonce != options.challenge:
        raise WrongNonce("nonce is not the expected one")
    if options.domain is not None and (audience,) != options.domain:
        raise WrongAudience("aud is not the expected one")
