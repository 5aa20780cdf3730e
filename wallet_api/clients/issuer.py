"""Speak OpenID4VCI 1.0 with an agency: metadata, pushed authorization, token, nonce, credentials."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from http import HTTPStatus
from typing import final

from credentials.clock import Clock
from credentials.errors import BlauweKnopError, MalformedInput
from credentials.keys import Signer, SoftwareSigner
from credentials.openid.authorization import AuthorizationRequest, authorization_url, parse_pushed_response
from credentials.openid.authorization_details import AuthorizationDetail
from credentials.openid.credential import DeferredResponse, parse_credential_response
from credentials.openid.errors import parse_error
from credentials.openid.issuer_metadata import IssuerMetadata
from credentials.openid.notification import Notification, NotificationEvent
from credentials.openid.offer import CredentialOffer, OfferReference, parse_offer, parse_offer_uri
from credentials.openid.pkce import code_challenge
from credentials.openid.revocation import RevocationRequest
from credentials.openid.token import (
    AuthorizationCodeTokenRequest,
    PreAuthorizedTokenRequest,
    RefreshTokenRequest,
    TokenRequest,
    parse_token_response,
)
from service.http import JSON, OutboundClient
from wallet_api.clients.asking import what_to_ask
from wallet_api.clients.attesting import Attesting
from wallet_api.clients.issuer_metadata import IssuerDirectory, body_of
from wallet_api.clients.proving import DPOP, Proving, takes_dpop
from wallet_api.clients.requesting import Requesting
from wallet_api.clients.sealing import open_answer
from wallet_api.domain.errand import Question
from wallet_api.domain.errors import IssuerRefused, TransactionCodeWrong
from wallet_api.domain.issuance import Grant, IssuerDescription, Kind
from wallet_api.domain.permission import Permission
from wallet_api.domain.refusals import refusal
from wallet_api.ports import Attester, NotReady, Obtained, TrustSource


@final
class HttpIssuers:
    """The port `Issuers`. `client_id` and `redirect_uri` are how this wallet stands in the trust list.

    `afterwards` does what nobody waits for.
    """

    def __init__(
        self,
        http: OutboundClient,
        clock: Clock,
        trust: TrustSource,
        *,
        afterwards: Callable[[Callable[[], object]], None],
        client_id: str,
        redirect_uri: str,
        attester: Attester | None = None,
        parallel: int = 6,
        unsigned_metadata: bool = True,
        encryption_alg_beside_key: bool = False,
        insecure_localhost: bool = False,
    ) -> None:
        self._http = http
        self._afterwards = afterwards
        self._client_id = client_id
        self._proving = Proving(clock, Attesting(http, clock, client_id, attester))
        self._requesting = Requesting(
            http,
            clock,
            self._proving,
            client_id=client_id,
            attester=attester,
            alg_beside_key=encryption_alg_beside_key,
        )
        self._redirect_uri = redirect_uri
        self._parallel = parallel
        self._insecure = insecure_localhost
        self._directory = IssuerDirectory(
            http, clock, trust, unsigned=unsigned_metadata, insecure_localhost=insecure_localhost
        )

    def describe(self, credential_issuer: str) -> IssuerDescription:
        """Return an agency's metadata, kept for a few minutes. Raises Unavailable, MalformedInput."""
        return self._directory.known(credential_issuer).description

    def describe_all(self, credential_issuers: Sequence[str]) -> Mapping[str, IssuerDescription | BlauweKnopError]:
        """Return the metadata of several agencies, asked for at the same time; an error for those that failed."""

        def attempt(credential_issuer: str) -> IssuerDescription | BlauweKnopError:
            try:
                return self.describe(credential_issuer)
            except BlauweKnopError as error:
                return error

        with ThreadPoolExecutor(self._parallel, "metadata") as pool:
            return dict(zip(credential_issuers, pool.map(attempt, credential_issuers), strict=True))

    def read_offer(self, text: str) -> CredentialOffer | OfferReference:
        """Read an offer link; nothing is fetched. Raises MalformedInput."""
        return parse_offer_uri(text, insecure_localhost=self._insecure)

    def fetch_offer(self, url: str) -> CredentialOffer:
        """Fetch an offer that was given by reference. Raises Unavailable, MalformedInput."""
        return parse_offer(body_of(self._http.get(url, JSON)), insecure_localhost=self._insecure)

    def push(
        self,
        description: IssuerDescription,
        configurations: Sequence[str],
        *,
        state: str,
        code_verifier: str,
        key: SoftwareSigner,
        issuer_state: str | None = None,
    ) -> str:
        """Push an authorization request and return the address to send the citizen's browser to.

        `key` is for this visit alone: by it the wallet proves that it is the same one that comes back.

        Raises IssuerRefused, Unavailable, MalformedInput.
        """
        known = self._directory.known(description.credential_issuer)
        server = known.server
        if server.pushed_authorization_request_endpoint is None or server.authorization_endpoint is None:
            raise refusal("request_not_supported")
        asked = what_to_ask(known.metadata, server, configurations)
        # OpenID4VCI 1.0 sections 5.1.1 and 5.1.2: with an authorization server of its own, the issuer is named.
        apart = description.authorization_server != description.credential_issuer
        named = (description.credential_issuer,) if apart else ()
        request = AuthorizationRequest(
            client_id=self._client_id,
            redirect_uri=self._redirect_uri,
            code_challenge=code_challenge(code_verifier),
            state=state,
            scope=asked.scope,
            authorization_details=tuple(AuthorizationDetail(id, locations=named) for id in asked.details),
            issuer_state=issuer_state,
            resource=named if asked.scope else (),
            # RFC 9449 section 10: the code is for this key, too.
            dpop_jkt=key.public_jwk.thumbprint if takes_dpop(server) else None,
        )
        url = server.pushed_authorization_request_endpoint
        form = request.to_form()
        answer = self._proving.send(
            url, lambda headers: self._http.post_form(url, form, headers=headers), None, (server, key)
        )
        pushed = parse_pushed_response(body_of(answer))
        return authorization_url(
            server.authorization_endpoint, client_id=self._client_id, request_uri=pushed.request_uri
        )

    def redeem_code(self, description: IssuerDescription, code: str, code_verifier: str, key: SoftwareSigner) -> Grant:
        """Exchange an authorization code. Raises IssuerRefused, Unavailable, MalformedInput."""
        request = AuthorizationCodeTokenRequest(
            code=code, code_verifier=code_verifier, redirect_uri=self._redirect_uri, client_id=self._client_id
        )
        return self._redeem(description, request, key)

    def redeem_offer(self, description: IssuerDescription, code: str, transaction_code: str | None) -> Grant:
        """Exchange a pre-authorized code. Raises TransactionCodeWrong, IssuerRefused, Unavailable, MalformedInput."""
        request = PreAuthorizedTokenRequest(code=code, tx_code=transaction_code, client_id=self._client_id)
        try:
            return self._redeem(description, request, SoftwareSigner.generate())
        except IssuerRefused as error:
            # OpenID4VCI 1.0 section 6.3: a wrong transaction code is an invalid grant.
            if transaction_code is not None and error.reason in ("invalid_grant", "invalid_tx_code"):
                raise TransactionCodeWrong from error
            raise

    def redeem_permission(self, description: IssuerDescription, permission: Permission) -> Grant:
        """Exchange a refresh token, and return a grant with the next one.

        Raises PermissionOver when it is not good any more, IssuerRefused, Unavailable, MalformedInput.
        """
        request = RefreshTokenRequest(permission.refresh_token, client_id=self._client_id if permission.named else None)
        dpop = SoftwareSigner.from_private_jwk(permission.dpop) if permission.dpop is not None else None
        grant = self._exchanged(description, request, dpop, dpop)
        # RFC 6749 section 6: without a new one the old one stays good.
        return replace(grant, named=permission.named, refresh_token=grant.refresh_token or permission.refresh_token)

    def give_back(self, permission: Permission) -> None:
        """Give a refresh token back soon (RFC 7009), to an agency that ends it then. Nobody waits, nothing raises."""
        self._afterwards(partial(self._give_back, permission))

    def _give_back(self, permission: Permission) -> None:
        server = self._directory.known(permission.credential_issuer).server
        url = server.revocation_endpoint
        # A token goes to no other server than the one that gave it.
        if url is None or server.issuer != permission.authorization_server:
            return
        client_id = self._client_id if permission.named else None
        form = RevocationRequest(permission.refresh_token, client_id, refresh=True).to_form()
        key = SoftwareSigner.from_private_jwk(permission.dpop) if permission.dpop is not None else None
        answer = self._proving.send(
            url, lambda headers: self._http.post_form(url, form, headers=headers), None, (server, key)
        )
        if not answer.ok:
            raise parse_error(answer.status, answer.body)

    def obtain(
        self, description: IssuerDescription, grant: Grant, kind: Kind, identifier: str | None, keys: Sequence[Signer]
    ) -> Obtained | NotReady:
        """Ask for one credential, bound to each of these keys in turn.

        Raises IssuerRefused, Unavailable, MalformedInput.
        """
        return self._with_second_try(
            description, lambda metadata: self._requesting.ask(metadata, grant, kind, identifier, keys)
        )

    def obtain_later(self, description: IssuerDescription, grant: Grant, transaction_id: str) -> Obtained | NotReady:
        """Ask again for what was not ready. Raises IssuerRefused, Unavailable, MalformedInput."""
        return self._with_second_try(
            description, lambda metadata: self._requesting.ask_later(metadata, grant, transaction_id)
        )

    def notify(self, credential_issuer: str, grant: Grant, notices: Sequence[str], event: NotificationEvent) -> None:
        """Tell the agency soon what became of what it gave, if it wants to know. Nobody waits, nothing raises."""
        for notice in notices:
            self._afterwards(partial(self._notify, credential_issuer, grant, Notification(notice, event)))

    def _notify(self, credential_issuer: str, grant: Grant, notification: Notification) -> None:
        url = self._directory.known(credential_issuer).metadata.notification_endpoint
        if url is None:
            return
        answer = self._proving.send(
            url,
            lambda headers: self._http.post_json(url, notification.to_json(), headers=headers),
            grant.dpop,
            access_token=grant.access_token,
        )
        # Section 11.2: any status 2xx, and nothing in it that we need.
        if not answer.ok:
            raise parse_error(answer.status, answer.body)

    def seal_question(self, description: IssuerDescription, transaction_id: str) -> Question | None:
        """Return the question for what was not ready, as it may be carried while the vault is closed.

        None where the agency does not encrypt both ways. Raises Unavailable, MalformedInput.
        """
        metadata = self._directory.known(description.credential_issuer).metadata
        return self._requesting.seal_question(metadata, transaction_id)

    def open_answer(self, question: Question, content: str) -> Obtained:
        """Read the answer to a question that was carried. Raises MalformedInput."""
        issued = parse_credential_response(HTTPStatus.OK, open_answer(question, content))
        if isinstance(issued, DeferredResponse):
            raise MalformedInput("the agency says that it is ready, and that it is not")
        return Obtained(issued.credentials, issued.notification_id)

    def _with_second_try(
        self, description: IssuerDescription, ask: Callable[[IssuerMetadata], Obtained | NotReady]
    ) -> Obtained | NotReady:
        issuer = description.credential_issuer
        try:
            return ask(self._directory.known(issuer).metadata)
        except IssuerRefused as error:
            # Section 8.3.1.2: with a new nonce the same request may succeed, or with the key for requests that the
            # agency has now; once.
            if error.reason not in ("invalid_nonce", "invalid_encryption_parameters"):
                raise
            if error.reason != "invalid_nonce":
                self._directory.forget(issuer)
            return ask(self._directory.known(issuer).metadata)

    def _redeem(self, description: IssuerDescription, request: TokenRequest, key: SoftwareSigner) -> Grant:
        server = self._directory.known(description.credential_issuer).server
        return self._exchanged(description, request, key, key if takes_dpop(server) else None)

    def _exchanged(
        self,
        description: IssuerDescription,
        request: TokenRequest,
        instance: SoftwareSigner | None,
        dpop: SoftwareSigner | None,
    ) -> Grant:
        server = self._directory.known(description.credential_issuer).server
        url, form = server.token_endpoint, request.to_form()
        answer = self._proving.send(
            url, lambda headers: self._http.post_form(url, form, headers=headers), dpop, (server, instance)
        )
        response = parse_token_response(body_of(answer))
        return Grant(
            access_token=response.access_token,
            token_type=response.token_type,
            identifiers={
                detail.configuration_id: detail.credential_identifiers for detail in response.authorization_details
            },
            dpop=dpop if response.token_type == DPOP else None,
            named=isinstance(request, AuthorizationCodeTokenRequest),
            refresh_token=response.refresh_token,
        )
