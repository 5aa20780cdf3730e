"""Encrypt what is asked of a credential endpoint, and open its answer (OpenID4VCI 1.0 section 10)."""

import secrets
from dataclasses import dataclass, field, replace
from typing import Final, Self, final

from credentials.encoding import json_compact
from credentials.errors import MalformedInput
from credentials.jose import EncryptionKey
from credentials.keys import SoftwareSigner
from credentials.openid.credential import MAX_RESPONSE_BYTES, CredentialRequest, DeferredRequest
from credentials.openid.credential_encryption import MEDIA_TYPE, ResponseEncryption
from credentials.openid.issuer_metadata import IssuerMetadata
from service.http import JSON, Answer
from wallet_api.clients.issuer_metadata import body_of
from wallet_api.domain.errand import Question
from wallet_api.domain.refusals import refusal

ACCEPT: Final = f"{MEDIA_TYPE}, {JSON}"


@final
@dataclass(frozen=True, slots=True)
class Sealed:
    """A request as it is sent, and what is needed to read its answer. The key is new for each request."""

    content: bytes = field(repr=False)
    media_type: str
    _asked: ResponseEncryption | None = None
    _key: EncryptionKey | None = field(default=None, repr=False)

    @classmethod
    def of(
        cls, request: CredentialRequest | DeferredRequest, metadata: IssuerMetadata, *, alg_beside_key: bool = False
    ) -> Self:
        """Encrypt both ways where the agency takes that and we can; one way where only requests are encrypted.

        `alg_beside_key` is for issuers that read that member as drafts had it.
        Raises RequestNotUnderstood where the agency demands what we cannot do.
        """
        requests, responses = metadata.request_encryption, metadata.response_encryption
        outward = requests is not None and requests.usable
        # Sections 8.2 and 9.1: a key for the response goes in an encrypted request only.
        inward = outward and responses is not None and responses.usable
        if (requests and requests.required and not outward) or (responses and responses.required and not inward):
            raise refusal("invalid_encryption_parameters")
        if requests is None or not outward:
            return cls(json_compact(request.to_json()), JSON)
        if responses is None or not inward:
            return cls(requests.seal(request.to_json()).encode("ascii"), MEDIA_TYPE)
        key = EncryptionKey.generate(secrets.token_urlsafe(8))
        asked = responses.ask(key, alg_beside_key=alg_beside_key)
        content = requests.seal(replace(request, response_encryption=asked).to_json())
        return cls(content.encode("ascii"), MEDIA_TYPE, asked, key)

    def question(self, url: str) -> Question | None:
        """Return the request as it may be carried to this address; None unless it is encrypted both ways."""
        if self._asked is None or self._key is None:
            return None
        key = self._key.signer.to_private_jwk()
        id = secrets.token_hex(16)
        return Question(id, url, self.content.decode("ascii"), key, self._key.kid, self._asked.enc)

    @property
    def encrypted(self) -> bool:
        """Whether the request is encrypted."""
        return self.media_type == MEDIA_TYPE

    def open(self, answer: Answer) -> bytes:
        """Return the JSON of the answer. Raises IssuerRefused for an error, MalformedInput also for plain text.

        An answer in the clear to a request for an encrypted one is somebody's in between: nothing of it is used.
        """
        if not answer.ok or self._asked is None or self._key is None:
            return body_of(answer)
        if answer.content_type != MEDIA_TYPE:
            raise MalformedInput("the answer is not encrypted, as was asked")
        return self._asked.open(answer.body.strip(), self._key, max_bytes=MAX_RESPONSE_BYTES)


def open_answer(question: Question, content: str) -> bytes:
    """Return the JSON of the answer to a question that was carried. Raises MalformedInput."""
    key = EncryptionKey(SoftwareSigner.from_private_jwk(question.key), question.kid)
    asked = ResponseEncryption(key.public(), question.enc)
    return asked.open(content.encode("utf-8"), key, max_bytes=MAX_RESPONSE_BYTES)
