"""Ask an agency for one credential, now or when it is ready (OpenID4VCI 1.0 sections 8 and 9)."""

from collections.abc import Sequence
from typing import final

from credentials import limits
from credentials.clock import Clock
from credentials.errors import MalformedInput
from credentials.keys import Signer
from credentials.openid.credential import (
    CredentialRequest,
    DeferredRequest,
    DeferredResponse,
    parse_credential_response,
)
from credentials.openid.issuer_metadata import IssuerMetadata
from credentials.openid.nonce import parse_nonce_response
from service.http import FORM, OutboundClient
from wallet_api.clients.issuer_metadata import body_of
from wallet_api.clients.key_proofs import KeyProofs
from wallet_api.clients.proving import Proving
from wallet_api.clients.sealing import ACCEPT, Sealed
from wallet_api.domain.errand import Question
from wallet_api.domain.issuance import Grant, Kind
from wallet_api.domain.refusals import DEFERRED, refusal
from wallet_api.ports import Attester, NotReady, Obtained


@final
class Requesting:
    """The credential endpoints of agencies. `attester` says of keys that they are a wallet's, where it must be said."""

    def __init__(
        self,
        http: OutboundClient,
        clock: Clock,
        proving: Proving,
        *,
        client_id: str,
        attester: Attester | None,
        alg_beside_key: bool,
    ) -> None:
        self._http = http
        self._proving = proving
        self._proofs = KeyProofs(clock, client_id, attester)
        self._alg_beside_key = alg_beside_key

    def ask(
        self, metadata: IssuerMetadata, grant: Grant, kind: Kind, identifier: str | None, keys: Sequence[Signer]
    ) -> Obtained | NotReady:
        """Ask for one credential, bound to each of these keys in turn.

        Raises IssuerRefused, Unavailable, MalformedInput.
        """
        configuration = metadata.configurations[kind.id]
        nonce = self._nonce(metadata)
        request = self._proofs.request(
            configuration,
            identifier,
            keys,
            audience=metadata.credential_issuer,
            nonce=nonce,
            named=grant.named,
        )
        answer = self._asked(metadata, metadata.credential_endpoint, request, grant)
        if isinstance(answer, NotReady) and metadata.deferred_credential_endpoint is None:
            # It says "later" and not where.
            raise refusal(DEFERRED)
        return answer

    def ask_later(self, metadata: IssuerMetadata, grant: Grant, transaction_id: str) -> Obtained | NotReady:
        """Ask again for what was not ready. Raises IssuerRefused, Unavailable, MalformedInput."""
        if metadata.deferred_credential_endpoint is None:
            raise refusal("request_not_supported")
        answer = self._asked(metadata, metadata.deferred_credential_endpoint, DeferredRequest(transaction_id), grant)
        # Section 9.2: whoever is told to wait longer asks for the same.
        if isinstance(answer, NotReady) and answer.transaction_id != transaction_id:
            raise MalformedInput("the agency answered about another transaction")
        return answer

    def seal_question(self, metadata: IssuerMetadata, transaction_id: str) -> Question | None:
        """Seal the question for what was not ready. None where the agency does not encrypt both ways."""
        url = metadata.deferred_credential_endpoint
        if url is None:
            return None
        return Sealed.of(DeferredRequest(transaction_id), metadata, alg_beside_key=self._alg_beside_key).question(url)

    def _asked(
        self, metadata: IssuerMetadata, url: str, request: CredentialRequest | DeferredRequest, grant: Grant
    ) -> Obtained | NotReady:
        sealed = Sealed.of(request, metadata, alg_beside_key=self._alg_beside_key)
        answer = self._proving.send(
            url,
            lambda headers: self._http.post(
                url,
                sealed.content,
                sealed.media_type,
                accept=ACCEPT,
                headers=headers,
                max_bytes=limits.JWE_CHARACTERS,
            ),
            grant.dpop,
            access_token=grant.access_token,
        )
        issued = parse_credential_response(answer.status, sealed.open(answer))
        if isinstance(issued, DeferredResponse):
            return NotReady(issued.transaction_id, issued.interval)
        return Obtained(issued.credentials, issued.notification_id)

    def _nonce(self, metadata: IssuerMetadata) -> str | None:
        if metadata.nonce_endpoint is None:
            return None
        return parse_nonce_response(body_of(self._http.post(metadata.nonce_endpoint, b"", FORM)))
