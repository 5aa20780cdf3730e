"""Authorization server metadata (RFC 8414; members of RFC 9126, RFC 9207, RFC 9449 and OpenID4VCI 1.0 section 12.3)."""

from dataclasses import dataclass
from typing import Final

from credentials.encoding import JsonObject
from credentials.openid.errors import MalformedMessage
from credentials.openid.members import Members
from credentials.openid.offer import AUTHORIZATION_CODE, PRE_AUTHORIZED_CODE
from credentials.openid.urls import check_url

MAX_METADATA_BYTES: Final = 256_000


@dataclass(frozen=True, slots=True)
class AuthorizationServerMetadata:
    """The document at `/.well-known/oauth-authorization-server`."""

    issuer: str
    token_endpoint: str
    authorization_endpoint: str | None = None
    pushed_authorization_request_endpoint: str | None = None
    require_pushed_authorization_requests: bool = False
    grant_types: tuple[str, ...] = (AUTHORIZATION_CODE, PRE_AUTHORIZED_CODE)
    scopes: tuple[str, ...] = ()
    code_challenge_methods: tuple[str, ...] = ("S256",)
    token_endpoint_auth_methods: tuple[str, ...] = ("none",)
    dpop_algorithms: tuple[str, ...] = ()
    authorization_details_types: tuple[str, ...] = ("openid_credential",)
    iss_in_response: bool = True
    anonymous_pre_authorized: bool = True
    attestation_algorithms: tuple[str, ...] = ()
    challenge_endpoint: str | None = None
    revocation_endpoint: str | None = None

    def to_json(self) -> JsonObject:
        """Return the document, without any null."""
        members: JsonObject = {
            "issuer": self.issuer,
            "authorization_endpoint": self.authorization_endpoint,
            "token_endpoint": self.token_endpoint,
            "pushed_authorization_request_endpoint": self.pushed_authorization_request_endpoint,
            "require_pushed_authorization_requests": self.require_pushed_authorization_requests or None,
            "response_types_supported": ["code"],
            "response_modes_supported": ["query"],
            # Always listed: a reader takes an absent list for authorization_code and implicit (RFC 8414 section 2).
            "grant_types_supported": list(self.grant_types),
            "scopes_supported": list(self.scopes) or None,
            "code_challenge_methods_supported": list(self.code_challenge_methods) or None,
            "token_endpoint_auth_methods_supported": list(self.token_endpoint_auth_methods),
            "revocation_endpoint": self.revocation_endpoint,
            # RFC 8414 section 2: left out, it would mean `client_secret_basic`.
            "revocation_endpoint_auth_methods_supported": list(self.token_endpoint_auth_methods)
            if self.revocation_endpoint is not None
            else None,
            # draft-ietf-oauth-attestation-based-client-auth-07 section 10.
            "client_attestation_signing_alg_values_supported": list(self.attestation_algorithms) or None,
            "client_attestation_pop_signing_alg_values_supported": list(self.attestation_algorithms) or None,
            "challenge_endpoint": self.challenge_endpoint,
            "dpop_signing_alg_values_supported": list(self.dpop_algorithms) or None,
            "authorization_details_types_supported": list(self.authorization_details_types) or None,
            "authorization_response_iss_parameter_supported": self.iss_in_response,
            "pre-authorized_grant_anonymous_access_supported": self.anonymous_pre_authorized,
        }
        return {name: value for name, value in members.items() if value is not None}


def parse_authorization_server(
    data: bytes, *, issuer: str, insecure_localhost: bool = False
) -> AuthorizationServerMetadata:
    """Read the metadata that was fetched for an issuer identifier. Raises MalformedMessage."""
    document = Members.parse(data, "authorization server metadata", MalformedMessage, max_bytes=MAX_METADATA_BYTES)
    # RFC 8414 section 3.3: identical, or none of it is used.
    if document.text("issuer") != issuer:
        raise document.refuse("issuer is not the server that was asked")

    def endpoint(name: str) -> str | None:
        url = document.optional_text(name)
        return check_url(url, name, insecure_localhost=insecure_localhost) if url is not None else None

    return AuthorizationServerMetadata(
        issuer=issuer,
        token_endpoint=check_url(
            document.text("token_endpoint"), "token_endpoint", insecure_localhost=insecure_localhost
        ),
        authorization_endpoint=endpoint("authorization_endpoint"),
        pushed_authorization_request_endpoint=endpoint("pushed_authorization_request_endpoint"),
        require_pushed_authorization_requests=document.boolean("require_pushed_authorization_requests", default=False),
        # RFC 8414 section 2: the default of an absent list; `implicit`, the other half of it, is nothing we use.
        grant_types=document.optional_texts("grant_types_supported") or (AUTHORIZATION_CODE,),
        scopes=document.optional_texts("scopes_supported", max_items=1_000),
        code_challenge_methods=document.optional_texts("code_challenge_methods_supported"),
        # RFC 8414 section 2: the default of an absent list.
        token_endpoint_auth_methods=document.optional_texts("token_endpoint_auth_methods_supported")
        or ("client_secret_basic",),
        dpop_algorithms=document.optional_texts("dpop_signing_alg_values_supported"),
        authorization_details_types=document.optional_texts("authorization_details_types_supported"),
        iss_in_response=document.boolean("authorization_response_iss_parameter_supported", default=False),
        # Of the two lists, what is in both: one key of ours makes the proof, one of our provider's the attestation.
        attestation_algorithms=tuple(
            each
            for each in document.optional_texts("client_attestation_signing_alg_values_supported")
            if each in document.optional_texts("client_attestation_pop_signing_alg_values_supported")
        ),
        challenge_endpoint=endpoint("challenge_endpoint"),
        revocation_endpoint=endpoint("revocation_endpoint"),
        anonymous_pre_authorized=document.boolean("pre-authorized_grant_anonymous_access_supported", default=False),
    )
