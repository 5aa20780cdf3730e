"""The credential offer: what an issuer hands to a wallet to begin with (OpenID4VCI 1.0 section 4)."""

from dataclasses import dataclass, field
from typing import Final
from urllib.parse import quote

from credentials.encoding import JsonObject, json_compact
from credentials.openid.errors import MalformedMessage
from credentials.openid.members import Members
from credentials.openid.urls import check_url, query_of
from credentials.plain_text import shown

PRE_AUTHORIZED_CODE: Final = "urn:ietf:params:oauth:grant-type:pre-authorized_code"
AUTHORIZATION_CODE: Final = "authorization_code"
SCHEME: Final = "openid-credential-offer"
MAX_OFFER_BYTES: Final = 16_000
MAX_CONFIGURATIONS: Final = 100

_INPUT_MODES: Final = ("numeric", "text")
_MAX_DESCRIPTION: Final = 300


@dataclass(frozen=True, slots=True)
class TxCode:
    """What the wallet must know to ask its user for the transaction code (section 4.1.1)."""

    length: int | None = None
    input_mode: str = "numeric"
    description: str | None = None

    def to_json(self) -> JsonObject:
        """Return the `tx_code` object."""
        members: JsonObject = {"input_mode": self.input_mode}
        if self.length is not None:
            members["length"] = self.length
        if self.description is not None:
            members["description"] = self.description
        return members


@dataclass(frozen=True, slots=True)
class PreAuthorizedGrant:
    """The citizen has logged in at the issuer already; the code is the proof of it. One-time and short-lived."""

    code: str = field(repr=False)
    tx_code: TxCode | None = None
    authorization_server: str | None = None


@dataclass(frozen=True, slots=True)
class AuthorizationCodeGrant:
    """The citizen will log in through the wallet's browser."""

    issuer_state: str | None = field(default=None, repr=False)
    authorization_server: str | None = None


@dataclass(frozen=True, slots=True)
class CredentialOffer:
    """An offer by value (section 4.1.1). Without any grant the wallet looks in the server's metadata."""

    credential_issuer: str
    configuration_ids: tuple[str, ...]
    pre_authorized: PreAuthorizedGrant | None = None
    authorization_code: AuthorizationCodeGrant | None = None

    def to_json(self) -> JsonObject:
        """Return the offer object."""
        grants: JsonObject = {}
        if self.authorization_code is not None:
            grants[AUTHORIZATION_CODE] = _present(
                issuer_state=self.authorization_code.issuer_state,
                authorization_server=self.authorization_code.authorization_server,
            )
        if self.pre_authorized is not None:
            grant = _present(authorization_server=self.pre_authorized.authorization_server)
            # The member's name has a hyphen and an underscore; both are right.
            grant["pre-authorized_code"] = self.pre_authorized.code
            if self.pre_authorized.tx_code is not None:
                grant["tx_code"] = self.pre_authorized.tx_code.to_json()
            grants[PRE_AUTHORIZED_CODE] = grant
        offer: JsonObject = {
            "credential_issuer": self.credential_issuer,
            "credential_configuration_ids": list(self.configuration_ids),
        }
        if grants:
            offer["grants"] = grants
        return offer

    def to_uri(self, *, scheme: str = SCHEME) -> str:
        """Return the offer as a link by value. It holds the code: prefer `reference_uri` for anything on a screen."""
        return f"{scheme}://?credential_offer={quote(json_compact(self.to_json()), safe='')}"


@dataclass(frozen=True, slots=True)
class OfferReference:
    """An offer that must still be fetched, by GET, from an address that its sender chose."""

    url: str


def reference_uri(credential_offer_uri: str, *, scheme: str = SCHEME) -> str:
    """Return the link to an offer by reference (section 4.1.3)."""
    return f"{scheme}://?credential_offer_uri={quote(credential_offer_uri, safe='')}"


def parse_offer_uri(text: str, *, insecure_localhost: bool = False) -> CredentialOffer | OfferReference:
    """Read a link or the content of a QR code, of whichever scheme. Raises MalformedMessage."""
    parameters = query_of(text.strip(), "the offer link", error=MalformedMessage)
    value, reference = parameters.get("credential_offer"), parameters.get("credential_offer_uri")
    # Section 4.1: exactly one of the two.
    if (value is None) == (reference is None):
        raise MalformedMessage("the offer link holds not exactly one of credential_offer and credential_offer_uri")
    if value is not None:
        return parse_offer(value.encode("utf-8"), insecure_localhost=insecure_localhost)
    url = check_url(reference or "", "credential_offer_uri", insecure_localhost=insecure_localhost)
    return OfferReference(url)


def parse_offer(data: bytes, *, insecure_localhost: bool = False) -> CredentialOffer:
    """Read an offer object. Nothing in it is authentic: anybody can make one. Raises MalformedMessage."""
    offer = Members.parse(data, "credential offer", MalformedMessage, max_bytes=MAX_OFFER_BYTES)
    issuer = check_url(
        offer.text("credential_issuer"), "credential_issuer", insecure_localhost=insecure_localhost, query=False
    )
    ids = offer.texts("credential_configuration_ids", max_items=MAX_CONFIGURATIONS)
    if len(set(ids)) != len(ids):
        raise offer.refuse("credential_configuration_ids has a value twice")
    grants = offer.optional_object("grants")
    pre_authorized = grants.optional_object(PRE_AUTHORIZED_CODE) if grants else None
    authorization_code = grants.optional_object(AUTHORIZATION_CODE) if grants else None
    return CredentialOffer(
        issuer,
        ids,
        _parse_pre_authorized(pre_authorized) if pre_authorized else None,
        AuthorizationCodeGrant(
            authorization_code.optional_text("issuer_state"), authorization_code.optional_text("authorization_server")
        )
        if authorization_code
        else None,
    )


def _parse_pre_authorized(grant: Members) -> PreAuthorizedGrant:
    tx_code = grant.optional_object("tx_code")
    return PreAuthorizedGrant(
        grant.text("pre-authorized_code"),
        TxCode(
            tx_code.optional_integer("length", minimum=1, maximum=64),
            tx_code.choice("input_mode", _INPUT_MODES, "numeric"),
            shown(tx_code.optional_text("description", max_length=_MAX_DESCRIPTION) or "") or None,
        )
        if tx_code
        else None,
        grant.optional_text("authorization_server"),
    )


def _present(**members: str | None) -> JsonObject:
    # Never a JSON null for an absent member: peers refuse the whole message.
    return {name: value for name, value in members.items() if value is not None}
