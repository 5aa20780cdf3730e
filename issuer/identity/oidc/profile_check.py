"""What a provider lacks, by its own metadata, for these settings and for the NL GOV profile (1.0.1, section 5.4.2)."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Final, cast

from joserfc.errors import JoseError
from joserfc.jwk import JWKRegistry, RSAKey

from credentials.encoding import JsonObject
from issuer.identity.oidc.person import REPRESENTS
from issuer.identity.oidc.registration import DigidClient
from service.errors import LoginUnavailable
from service.oidc.provider import Http, endpoint, read_document, read_metadata
from service.oidc.registration import KEY_ENCRYPTION, MIN_RSA_BITS, SIGNATURES

_PROFILE_METHODS: Final = {"private_key_jwt", "tls_client_auth"}
_WEAK: Final = ("none", "HS")
_REQUIRED: Final = (
    "scopes_supported",
    "response_types_supported",
    "grant_types_supported",
    "claims_supported",
    "subject_types_supported",
    "token_endpoint_auth_methods_supported",
    "id_token_signing_alg_values_supported",
    "userinfo_signing_alg_values_supported",
    "request_object_signing_alg_values_supported",
)


class Weight(StrEnum):
    """How much it matters: nobody can log in so; the profile wants it; good to know."""

    FAULT = "fault"
    PROFILE = "profile"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing. `about` is the member of the metadata or of the settings."""

    weight: Weight
    about: str
    text: str

    def to_dict(self) -> JsonObject:
        """Return it as JSON has it."""
        return {**asdict(self), "weight": self.weight.value}


def check_provider(client: DigidClient, http: Http) -> list[Finding]:
    """Return what is to be said of a provider, the heaviest first. Changes nothing, at the provider neither."""
    try:
        metadata = read_metadata(client.issuer, http)
    except LoginUnavailable as error:
        return [Finding(Weight.FAULT, "issuer", error.detail)]
    found = [*_settings(client), *_addresses(metadata, client, http), *_required(metadata), *_fits(metadata, client)]
    found += [*_profile(metadata), *_representation(metadata, client)]
    return sorted(found, key=lambda each: list(Weight).index(each.weight))


def _settings(client: DigidClient) -> Iterator[Finding]:
    if client.authentication not in _PROFILE_METHODS:
        yield Finding(
            Weight.PROFILE, "digid.authentication", "a shared secret: the profile wants private_key_jwt (4.3.1)"
        )
    if client.encryption == "off":
        yield Finding(
            Weight.NOTE, "digid.encryption", "off: the profile strongly recommends that the number is encrypted (7.1)"
        )
    if "profile" in client.scope.split():
        yield Finding(Weight.NOTE, "digid.scope", "the profile advises against the scope profile (6.3)")


def _addresses(metadata: JsonObject, client: DigidClient, http: Http) -> Iterator[Finding]:
    names = ["authorization_endpoint", "token_endpoint", "jwks_uri"]
    if client.claims_from == "userinfo":
        names.append("userinfo_endpoint")
    for name in names:
        try:
            address = endpoint(metadata, name, client.issuer)
            if name == "jwks_uri":
                yield from _keys(read_document(address, http))
        except LoginUnavailable as error:
            yield Finding(Weight.FAULT, name, error.detail)


def _keys(jwks: JsonObject) -> Iterator[Finding]:
    usable, short = 0, False
    published = jwks.get("keys")
    for each in published if isinstance(published, list) else []:
        try:
            key = JWKRegistry.import_key(cast("dict[str, str | list[str]]", each))
        except (JoseError, ValueError, TypeError, KeyError, AttributeError):
            continue
        if key.get("use", "sig") == "sig" and key.get("alg", SIGNATURES[0]) in SIGNATURES:
            usable += key.key_type in {"RSA", "EC"}
            short = short or (isinstance(key, RSAKey) and key.raw_value.key_size < MIN_RSA_BITS)
    if not usable:
        yield Finding(Weight.FAULT, "jwks_uri", f"there is no key for {', '.join(SIGNATURES)}")
    if short:
        yield Finding(Weight.PROFILE, "jwks_uri", f"an RSA key is shorter than {MIN_RSA_BITS} bits (7.2.1)")


def _required(metadata: JsonObject) -> Iterator[Finding]:
    for name in _REQUIRED:
        if not _texts(metadata, name):
            yield Finding(Weight.PROFILE, name, "is not in the metadata, where the profile requires it (5.4.2)")


def _fits(metadata: JsonObject, client: DigidClient) -> Iterator[Finding]:
    """Compare what the provider says that it can do with what these settings need.

    What it does not say may be there.
    """
    for name, wanted, text in _needs(client):
        known = _texts(metadata, name)
        if known and not set(wanted) & set(known):
            yield Finding(Weight.FAULT, name, text)
    if client.encryption != "off":
        yield from _encrypts(metadata, client)


def _needs(client: DigidClient) -> Iterator[tuple[str, Sequence[str], str]]:
    """Yield members of the metadata, of which values one must be there, and what to say where none is."""
    rules, signatures = client.rules, f"has none of {', '.join(SIGNATURES)}"
    yield "token_endpoint_auth_methods_supported", [client.authentication], f"has no {client.authentication}"
    yield "code_challenge_methods_supported", ["S256"], "has no S256"
    yield "id_token_signing_alg_values_supported", SIGNATURES, signatures
    for scope in client.scope.split():
        yield "scopes_supported", [scope], f"has no {scope}: see digid.scope"
    if client.authentication == "private_key_jwt":
        about = "token_endpoint_auth_signing_alg_values_supported"
        yield about, [client.algorithm], f"has no {client.algorithm}: see digid.algorithm"
    if client.claims_from == "userinfo":
        yield "userinfo_signing_alg_values_supported", SIGNATURES, signatures
    if rules.assurance_claim == "acr":
        yield "acr_values_supported", rules.minimum_assurance, "has no level of digid.minimum_assurance"
    if rules.bsn_claim != "sub":
        yield "claims_supported", [rules.bsn_claim], f"has no {rules.bsn_claim}: see digid.bsn_claim"


def _encrypts(metadata: JsonObject, client: DigidClient) -> Iterator[Finding]:
    weight = Weight.FAULT if client.encryption == "required" else Weight.NOTE
    for part, ours in (("alg", KEY_ENCRYPTION), ("enc", client.content_encryption)):
        name = f"{client.claims_from}_encryption_{part}_values_supported"
        known = _texts(metadata, name)
        if known and not set(ours) & set(known):
            yield Finding(weight, name, f"has none of {', '.join(ours)}")
        elif not known:
            yield Finding(Weight.NOTE, name, "is not in the metadata: whether it encrypts is not said")


def _profile(metadata: JsonObject) -> Iterator[Finding]:
    """What the profile forbids, or wants to be just so."""
    for name, only in (("response_types_supported", "code"), ("grant_types_supported", "authorization_code")):
        known = _texts(metadata, name)
        if known and known != [only]:
            yield Finding(Weight.PROFILE, name, f"is not {only} alone (5.4.2)")
    others = set(_texts(metadata, "token_endpoint_auth_methods_supported")) - _PROFILE_METHODS
    if others:
        yield Finding(
            Weight.PROFILE,
            "token_endpoint_auth_methods_supported",
            "has other ways than private_key_jwt and tls_client_auth (5.4.2)",
        )
    for name in ("id_token_signing_alg_values_supported", "userinfo_signing_alg_values_supported"):
        if any(each.startswith(_WEAK) for each in _texts(metadata, name)):
            yield Finding(Weight.PROFILE, name, "has an algorithm that is weaker than RS256 (7.2.1)")
    if "pairwise" not in _texts(metadata, "subject_types_supported"):
        yield Finding(Weight.PROFILE, "subject_types_supported", "has no pairwise (5.2.3)")
    if not _texts(metadata, "code_challenge_methods_supported"):
        yield Finding(Weight.NOTE, "code_challenge_methods_supported", "is not in the metadata: PKCE is not said")
    if metadata.get("authorization_response_iss_parameter_supported") is not True:
        yield Finding(
            Weight.NOTE, "authorization_response_iss_parameter_supported", "is not true: its answers need not bear iss"
        )
    if "signed_metadata" in metadata:
        yield Finding(Weight.NOTE, "signed_metadata", "is there and is not used: see docs/divergences.md")


def _representation(metadata: JsonObject, client: DigidClient) -> Iterator[Finding]:
    stated = client.rules.acting_claim or REPRESENTS
    known = _texts(metadata, "claims_supported")
    if not known:
        return
    accepted = client.rules.representation == "accepted"
    if accepted and stated not in known:
        yield Finding(Weight.FAULT, "claims_supported", f"has no {stated}, and digid.representation is accepted (6.2)")
    if not accepted and stated in known:
        yield Finding(
            Weight.NOTE, "claims_supported", f"has {stated}: who acts for another is turned away (digid.representation)"
        )


def _texts(metadata: JsonObject, name: str) -> list[str]:
    value = metadata.get(name)
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []
