"""A request as wallets read it: the link for a QR code, and the signed request object behind it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import final

from credentials.clock import Clock
from credentials.encoding import JsonObject, json_object
from credentials.jose import EncryptionKey
from credentials.keys import Signer, SoftwareSigner
from credentials.openid.answer_limits import AnswerLimits
from credentials.openid.browser import multisigned_request, signed_request, unsigned_request
from credentials.openid.client_id import ClientId, Prefix, client_id_of_certificate
from credentials.openid.dcql import DcqlQuery, parse_query
from credentials.openid.request_link import (
    POST,
    RequestReference,
    RequestUriPost,
    parse_request_uri_post,
    unsigned_request_uri,
)
from credentials.openid.request_object import Proof, sign_parameters
from credentials.openid.transaction_data import TransactionData, parse_transaction_data
from credentials.openid.verifier_info import Purpose
from credentials.openid.vp_formats import VP_FORMATS, formats_for
from credentials.openid.vp_request import PresentationRequest, ResponseMode
from credentials.openid.wallet_metadata import recipient_of
from verifier.domain.attestation import Attestation
from verifier.domain.errors import RequestEnded, UnknownRequest
from verifier.domain.query import fitted
from verifier.domain.request import Open, VerificationRequest
from verifier.ports import Requests
from verifier.usecases.desk import template_for


@final
@dataclass(frozen=True, slots=True, repr=False)
class Access:
    """Who we are to wallets: our address, and the key with what proves it to be ours.

    `chain` is its certificate, `did` and `verification_method` its DID and DID URL, `attestation` what somebody else
    says of it, if anybody does.
    """

    base_url: str
    hostname: str
    signer: Signer
    chain: tuple[bytes, ...]
    did: str
    verification_method: str
    attestation: Attestation | None = None


@final
class Asking:
    """Write requests, and hand them to the wallets that come for them."""

    def __init__(self, requests: Requests, access: Access, clock: Clock, limits: AnswerLimits) -> None:
        self._requests = requests
        self._access = access
        self._clock = clock
        self._limits = limits

    def client_id(self, request: VerificationRequest) -> ClientId:
        """Return our client id for a request; whole, with its prefix, it is the audience of each presentation."""
        match request.client_id_prefix:
            case "x509_hash":
                return client_id_of_certificate(self._access.chain[0])
            case "x509_san_dns":
                return ClientId(Prefix.X509_SAN_DNS, self._access.hostname)
            case "decentralized_identifier":
                return ClientId(Prefix.DECENTRALIZED_IDENTIFIER, self._access.did)
            case "verifier_attestation":
                if self._access.attestation is None:
                    # It was taken away since the request was made: nobody could believe the request any more.
                    raise RequestEnded
                return self._access.attestation.client_id
            case "redirect_uri":
                return ClientId(Prefix.REDIRECT_URI, self.response_uri(request))

    def response_uri(self, request: VerificationRequest) -> str:
        """Return where the answer goes: an address of this request alone."""
        return f"{self._access.base_url}/vp/antwoorden/{request.binding.response_path}"

    def link(self, request: VerificationRequest) -> str:
        """Return the `openid4vp://` link. Raises RequestEnded: what has ended has no link any more."""
        if not request.binding.request_path:
            raise RequestEnded
        self._demand_attested(request)
        client_id = self.client_id(request)
        if not client_id.signs:
            return unsigned_request_uri(self._presentation_request(request))
        uri = f"{self._access.base_url}/vp/verzoeken/{request.binding.request_path}"
        return RequestReference(client_id.full, uri, POST).to_uri()

    def request_object(self, path: str, fields: Mapping[str, str]) -> str:
        """Return the signed request that a wallet comes for, by GET or with the fields of its POST.

        It may come more than once while the request is open: phones lose connections, and every answer is still
        taken once. Raises UnknownRequest, RequestEnded, InvalidRequest.
        """
        posted = parse_request_uri_post(fields)
        recipient = recipient_of(posted.wallet_metadata)
        request = self._requests.by_request_path(path)
        now = self._clock.now()
        if request.status(now) != "open" or not request.binding.request_path:
            raise RequestEnded
        if request.client_id_prefix == "redirect_uri":
            # OpenID4VP 1.0 section 5.9.3: it cannot be signed, so it travels in its link.
            raise UnknownRequest
        message = self._presentation_request(request, posted)
        jwt = sign_parameters(message, message.to_parameters(), self._proof, now=now)
        if isinstance(request.state, Open) and request.state.fetched_at is None:
            self._requests.mark_fetched(request.id, now)
        return jwt if recipient is None else recipient.seal(jwt)

    @property
    def origin(self) -> str:
        """The origin of our pages, as a browser names it."""
        return "/".join(self._access.base_url.split("/", 3)[:3])

    def browser_requests(self, request: VerificationRequest) -> list[JsonObject]:
        """Return the request as a page hands it to the browser, signed ones first (OpenID4VP 1.0 appendix A).

        It is the same open request as behind the QR code: whichever door is answered first. Raises RequestEnded.
        """
        now = self._clock.now()
        if request.status(now) != "open" or not request.binding.nonce:
            raise RequestEnded
        message = self._presentation_request(request)
        unsigned = unsigned_request(message)
        if not message.client_id.signs:
            return [unsigned]
        origins, proof = [self.origin], self._proof
        proofs = [(client_id, proof) for client_id in self._own_client_ids(request)]
        # The one that most wallets can believe first; who does not know it passes it over.
        return [
            multisigned_request(message, proofs, origins=origins, now=now),
            signed_request(message, proof, origins=origins, now=now),
            unsigned,
        ]

    @property
    def _proof(self) -> Proof:
        attestation = self._access.attestation
        return Proof(
            self._access.signer,
            self._access.chain,
            self._access.verification_method,
            None if attestation is None else attestation.token,
        )

    def _own_client_ids(self, request: VerificationRequest) -> Sequence[ClientId]:
        """Return under what names we can sign: the one of the request first, then what else proves our key."""
        names = [
            self.client_id(request),
            client_id_of_certificate(self._access.chain[0]),
            ClientId(Prefix.DECENTRALIZED_IDENTIFIER, self._access.did),
        ]
        attestation = self._access.attestation
        if attestation is not None and attestation.holds(self._clock.now()):
            names.append(attestation.client_id)
        return list(dict.fromkeys(names))

    def _demand_attested(self, request: VerificationRequest) -> None:
        """An answer may still come for what was asked in time; nobody is asked any more. Raises RequestEnded."""
        attestation = self._access.attestation
        if request.client_id_prefix == "verifier_attestation" and not (
            attestation is not None and attestation.holds(self._clock.now())
        ):
            raise RequestEnded

    def _presentation_request(
        self, request: VerificationRequest, posted: RequestUriPost | None = None
    ) -> PresentationRequest:
        self._demand_attested(request)
        template, binding = template_for(request), request.binding
        key = encryption_key(request)
        query = parse_query(request.query)
        if template.own_query is None:
            metadata = posted.wallet_metadata if posted else None
            query = fitted(query, formats_for(metadata, request.formats or template.formats))
        return PresentationRequest(
            client_id=self.client_id(request),
            response_uri=self.response_uri(request),
            response_mode=ResponseMode(request.response_mode),
            nonce=binding.nonce,
            dcql=query,
            state=binding.state,
            encryption_keys=() if key is None else (key.public(),),
            vp_formats={each.format: VP_FORMATS[each.format] for each in query.credentials},
            purpose=Purpose(template.purpose, template.legal_ground, template.retention_text),
            wallet_nonce=posted.wallet_nonce if posted else None,
            transaction_data=transaction_data_of(binding.transaction_data, query),
            limits=self._limits,
        )


def transaction_data_of(texts: Sequence[str], query: DcqlQuery) -> tuple[TransactionData, ...]:
    """Read what the holder must agree to, as it was checked when the request was made."""
    return parse_transaction_data([*texts], query) if texts else ()


def encryption_key(request: VerificationRequest) -> EncryptionKey | None:
    """Return the key that an encrypted answer to this request opens with."""
    text = request.binding.encryption_key
    if text is None:
        return None
    signer = SoftwareSigner.from_private_jwk(json_object(text.reveal(), "the stored key"))
    return EncryptionKey(signer, signer.public_jwk.kid or "")
