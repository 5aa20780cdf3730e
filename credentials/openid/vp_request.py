"""The presentation request: its model, and its parameters as they are written and read (OpenID4VP 1.0 section 5)."""

import re
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from credentials.encoding import JsonObject, JsonValue
from credentials.errors import MalformedInput
from credentials.jose.jwe import CONTENT_ENCRYPTION
from credentials.keys import PublicJwk
from credentials.openid.answer_limits import AnswerLimits, parse_answer_limits
from credentials.openid.client_id import ClientId, Prefix, parse_client_id
from credentials.openid.dcql import DcqlQuery, parse_query
from credentials.openid.errors import InvalidPresentationRequest
from credentials.openid.members import Members
from credentials.openid.transaction_data import TransactionData, parse_transaction_data
from credentials.openid.urls import check_url
from credentials.openid.verifier_info import MAX_ENTRIES, Purpose, parse_purpose

MAX_NONCE_CHARACTERS: Final = 500
MAX_KEYS: Final = 20

# Section 5.2: ASCII URL safe characters.
_URL_SAFE: Final = re.compile(r"[A-Za-z0-9\-._~]+\Z")
_KEY_AGREEMENT: Final = "ECDH-ES"
_DEFAULT_ENCRYPTION: Final = ("A128GCM",)


class ResponseMode(StrEnum):
    """How the answer travels: posted to `response_uri`, in the clear or encrypted (sections 8.2 and 8.3.1)."""

    DIRECT_POST = "direct_post"
    DIRECT_POST_JWT = "direct_post.jwt"


@dataclass(frozen=True, slots=True)
class PresentationRequest:
    """What a verifier asks, of whom the answer is for, and where it goes.

    `encryption_keys` are public JWKs with `kid`, one of them used for a `direct_post.jwt` answer. `vp_formats` is the
    `vp_formats_supported` object of section 11.1. `wallet_nonce` is the echo of the wallet's own nonce. `limits`
    are how large an answer may be, where the verifier says so.
    """

    client_id: ClientId
    response_uri: str
    response_mode: ResponseMode
    nonce: str
    dcql: DcqlQuery
    state: str | None = None
    encryption_keys: tuple[JsonObject, ...] = ()
    enc_values: tuple[str, ...] = CONTENT_ENCRYPTION
    vp_formats: JsonObject = field(default_factory=dict)
    purpose: Purpose | None = None
    wallet_nonce: str | None = None
    transaction_data: tuple[TransactionData, ...] = ()
    limits: AnswerLimits | None = None

    @property
    def answer_key(self) -> PublicJwk | None:
        """The key that the answer is encrypted to; None for one in the clear."""
        encrypted = self.response_mode is ResponseMode.DIRECT_POST_JWT and bool(self.encryption_keys)
        return PublicJwk.parse(self.encryption_keys[0]) if encrypted else None

    def to_parameters(self) -> JsonObject:
        """Return the request's parameters, without any null."""
        metadata: JsonObject = {"vp_formats_supported": self.vp_formats}
        if self.response_mode is ResponseMode.DIRECT_POST_JWT:
            keys: list[JsonValue] = list(self.encryption_keys)
            metadata["jwks"] = {"keys": keys}
            metadata["encrypted_response_enc_values_supported"] = list(self.enc_values)
        parameters: JsonObject = {
            "response_type": "vp_token",
            "client_id": self.client_id.full,
            "response_mode": self.response_mode.value,
            "response_uri": self.response_uri,
            "nonce": self.nonce,
            "dcql_query": self.dcql.to_json(),
            "client_metadata": metadata,
        }
        if self.state is not None:
            parameters["state"] = self.state
        stated = [each.to_json() for each in (self.purpose, self.limits) if each is not None]
        if stated:
            parameters["verifier_info"] = list[JsonValue](stated)
        if self.transaction_data:
            parameters["transaction_data"] = [each.encoded for each in self.transaction_data]
        if self.wallet_nonce is not None:
            parameters["wallet_nonce"] = self.wallet_nonce
        return parameters


def parse_parameters(parameters: JsonObject, *, insecure_localhost: bool = False) -> PresentationRequest:
    """Read the parameters of a request, from a request object or a link; whose they are is not checked here.

    Parameters that are not known are ignored. Raises InvalidPresentationRequest, InvalidTransactionData.
    """
    members = Members(parameters, "presentation request", InvalidPresentationRequest)
    client_id = parse_client_id(members.text("client_id"))
    if members.text("response_type") != "vp_token":
        raise members.refuse("response_type is not vp_token")
    # RFC 9101 section 4: a request object refers to no other.
    for name in ("request", "request_uri", "redirect_uri"):
        if name in members:
            raise members.refuse(f"{name} is not taken here")
    # Section 5.1: a DCQL query or a scope that stands for one; we know no such scope.
    if "scope" in members:
        raise members.refuse("scope is not taken here")
    mode = ResponseMode(members.choice("response_mode", [known.value for known in ResponseMode]))
    dcql = parse_query(members.value("dcql_query"))
    state = _url_safe(members, "state") if "state" in members else None
    # Section 5.3: without a holder's proof only `state` ties the answer to the question.
    if state is None and not all(query.holder_binding for query in dcql.credentials):
        raise members.refuse("state is missing where no holder binding is asked")
    metadata = members.optional_object("client_metadata")
    keys = _parse_keys(metadata) if metadata else ()
    if mode is ResponseMode.DIRECT_POST_JWT and not keys:
        raise members.refuse("client_metadata holds no key that the answer could be encrypted to")
    formats = metadata.optional_object("vp_formats_supported") if metadata else None
    stated = members.optional_objects("verifier_info", max_items=MAX_ENTRIES)
    return PresentationRequest(
        client_id=client_id,
        response_uri=_response_uri(members, client_id, insecure_localhost=insecure_localhost),
        response_mode=mode,
        nonce=_url_safe(members, "nonce"),
        dcql=dcql,
        state=state,
        encryption_keys=keys,
        enc_values=_parse_encryption(metadata) if mode is ResponseMode.DIRECT_POST_JWT else _DEFAULT_ENCRYPTION,
        vp_formats=formats.raw if formats else {},
        purpose=parse_purpose(stated),
        wallet_nonce=members.optional_text("wallet_nonce"),
        transaction_data=(
            parse_transaction_data(members.value("transaction_data"), dcql) if "transaction_data" in members else ()
        ),
        limits=parse_answer_limits(stated),
    )


def _url_safe(members: Members, name: str) -> str:
    text = members.text(name, max_length=MAX_NONCE_CHARACTERS)
    if not _URL_SAFE.match(text):
        raise members.refuse(f"{name} holds characters that are not URL safe")
    return text


def _response_uri(members: Members, client_id: ClientId, *, insecure_localhost: bool) -> str:
    # Section 5.9.3: under the prefix `redirect_uri` the identifier is the response URI, which may then be left out.
    own = client_id.value if client_id.prefix is Prefix.REDIRECT_URI else None
    text = own if own is not None and "response_uri" not in members else members.text("response_uri")
    if own is not None and text != own:
        raise members.refuse("response_uri is not the one that client_id names")
    return check_url(text, "response_uri", insecure_localhost=insecure_localhost, error=InvalidPresentationRequest)


def _parse_keys(metadata: Members) -> tuple[JsonObject, ...]:
    # Section 5.1: each with its own `kid`; a key with another `use` than `enc` is for something else (section 8.3).
    jwks = metadata.optional_object("jwks")
    if jwks is None:
        return ()
    entries = jwks.objects("keys", max_items=MAX_KEYS)
    kids = [entry.text("kid", max_length=500) for entry in entries]
    if len(set(kids)) != len(kids):
        raise metadata.refuse("two keys have one kid")
    return tuple(entry.raw for entry in entries if encrypts(entry.raw))


def encrypts(jwk: JsonObject) -> bool:
    """Say whether this is a public key to which we can encrypt."""
    if jwk.get("use", "enc") != "enc" or jwk.get("alg", _KEY_AGREEMENT) != _KEY_AGREEMENT:
        return False
    try:
        return PublicJwk.parse(jwk).curve == "P-256"
    except MalformedInput:
        return False


def _parse_encryption(metadata: Members | None) -> tuple[str, ...]:
    name = "encrypted_response_enc_values_supported"
    if metadata is None or name not in metadata:
        return _DEFAULT_ENCRYPTION
    known = tuple(value for value in metadata.texts(name) if value in CONTENT_ENCRYPTION)
    if not known:
        raise metadata.refuse("no content encryption that is known here")
    return known
