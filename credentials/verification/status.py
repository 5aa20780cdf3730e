"""Step 4, where status and trust meet: a status counts only if the credential's own issuer signed the list."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, final

from credentials.encoding import JsonObject, b64_decode
from credentials.formats.base import (
    BitstringStatus,
    Expectation,
    KeyResolver,
    SignedBy,
    StatusEntry,
    TokenStatus,
    VerifiedClaims,
)
from credentials.formats.jwt_vc import ByIdentifier, open_secured
from credentials.formats.registry import FormatRegistry
from credentials.jose import UnverifiedToken
from credentials.keys import PublicJwk
from credentials.status import Status, StatusAnswer, StatusChecker, StatusError, StatusListMalformed
from credentials.trust import Participant, TrustList, authorise_list
from credentials.trust.x509 import MAX_CERTIFICATES, public_jwk

LIST_FORMAT: Final = "ldp_vc"
MAX_ENTRIES: Final = 4


@final
@dataclass(frozen=True, slots=True)
class StatusReader:
    """Read every status entry of a credential; the gravest one counts."""

    checker: StatusChecker
    formats: FormatRegistry
    keys: KeyResolver
    trust_list: Callable[[], TrustList]

    def read(self, claims: VerifiedClaims, participant: Participant, now: datetime) -> Status:
        """Return the status. Raises a StatusError when one entry could not be read and no other revokes."""
        if len(claims.status) > MAX_ENTRIES:
            raise StatusListMalformed(f"the credential has more than {MAX_ENTRIES} status entries")
        found: list[Status] = []
        failure: StatusError | None = None
        for entry in claims.status:
            try:
                found.append(self._read_one(entry, claims.signed_by, participant, now))
            except StatusError as error:
                failure = error
        gravest = max(found, key=lambda status: status.gravity, default=Status.VALID)
        if failure is not None and gravest is not Status.INVALID:
            raise failure
        return gravest

    def answer(self, claims: VerifiedClaims, participant: Participant, now: datetime) -> StatusAnswer:
        """Give one of the three answers: valid, not valid, or not checked. Never raises a StatusError."""
        try:
            return StatusAnswer.of(self.read(claims, participant, now))
        except StatusError as error:
            return StatusAnswer.unknown(error)

    def _read_one(self, entry: StatusEntry, credential: SignedBy, participant: Participant, now: datetime) -> Status:
        def signer(token: UnverifiedToken) -> PublicJwk:
            signed_by = self._list_signer(token, credential)
            authorise_list(self.trust_list(), participant, signed_by, now)
            return signed_by.key

        def proof(document: JsonObject) -> None:
            verified = self.formats[LIST_FORMAT].verify(document, Expectation(now, holder_binding=False), self.keys)
            authorise_list(self.trust_list(), participant, verified.signed_by, now)

        def opener(text: str) -> JsonObject:
            opened = open_secured(text, ByIdentifier(self.keys), at=now)
            authorise_list(self.trust_list(), participant, opened.signed_by, now)
            return opened.document

        # A list is kept for as long as the participant has the keys with which it was checked.
        authority = f"{participant.identifier} {hash(participant)}"
        match entry:
            case TokenStatus(uri=uri, index=index):
                return self.checker.token_status(uri, index, authority=authority, signer=signer)
            case BitstringStatus(uri=uri, index=index, purpose=purpose, size=size, messages=messages):
                return self.checker.bitstring_status(
                    uri,
                    index,
                    purpose,
                    authority=authority,
                    proof=proof,
                    opener=opener,
                    size=size,
                    messages=messages,
                )

    def _list_signer(self, token: UnverifiedToken, credential: SignedBy) -> SignedBy:
        issuer = token.payload.get("iss")
        if issuer is not None and not isinstance(issuer, str):
            raise StatusListMalformed("iss is not a text")
        chain = _certificates(token.header)
        if chain:
            return SignedBy(issuer, public_jwk(chain[0]), chain)
        kid = token.header.get("kid")
        if isinstance(kid, str) and kid.startswith("did:"):
            return SignedBy(issuer, self.keys.resolve(kid, "assertionMethod"), verification_method=kid)
        # Without a hint of its own, the list must be signed with the very key of the credential.
        return replace(credential, issuer=issuer or credential.issuer)


def _certificates(header: JsonObject) -> tuple[bytes, ...]:
    if "x5c" not in header:
        return ()
    chain = header["x5c"]
    if not isinstance(chain, list) or not 1 <= len(chain) <= MAX_CERTIFICATES:
        raise StatusListMalformed("x5c is not a list of certificates")
    texts = [each for each in chain if isinstance(each, str)]
    if len(texts) != len(chain):
        raise StatusListMalformed("x5c is not a list of certificates")
    return tuple(b64_decode(each, "x5c") for each in texts)
