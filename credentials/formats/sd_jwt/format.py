"""`dc+sd-jwt`: SD-JWT VC with per-claim disclosure (RFC 9901, SD-JWT VC)."""

import secrets
from collections.abc import Collection
from datetime import datetime
from functools import lru_cache
from typing import Final, final

import orjson

from credentials.claims_path import ClaimsPath
from credentials.clock import epoch
from credentials.encoding import JsonObject, b64_encode
from credentials.formats.base import (
    Channel,
    Configuration,
    Credential,
    CredentialDraft,
    Expectation,
    HeldView,
    IssuerKey,
    KeyResolver,
    MalformedCredential,
    TokenStatus,
    VerifiedClaims,
)
from credentials.formats.issuer_key import PublishedKeys, certificates, signed_by
from credentials.formats.sd_jwt import registered
from credentials.formats.selective_disclosure import key_binding
from credentials.formats.selective_disclosure.compact import UnverifiedSdJwt
from credentials.formats.selective_disclosure.concealing import Concealer, RandomBytes
from credentials.formats.selective_disclosure.confirmation import confirmation, holder_of
from credentials.formats.selective_disclosure.disclosures import (
    HASH_NAME,
    SHA_256,
    Disclosures,
    Limits,
    base64url,
    json_base64url,
)
from credentials.formats.selective_disclosure.paths import needed
from credentials.formats.selective_disclosure.processing import Opened, process
from credentials.keys import Algorithm, Signer

TYPE: Final = "dc+sd-jwt"
DECOY_MULTIPLE: Final = 8


@final
class SdJwtVc:
    """Issue, present and verify SD-JWT VCs.

    `random` gives salts and decoys; `decoy_multiple` is what the number of digests in each object is padded to.
    `published` finds the keys of issuers that are known by a web address alone (SD-JWT VC section 4); without it such
    issuers are refused.
    """

    __slots__ = ("_decoy_multiple", "_limits", "_published", "_random")

    name = TYPE

    def __init__(
        self,
        *,
        limits: Limits | None = None,
        random: RandomBytes = secrets.token_bytes,
        decoy_multiple: int = DECOY_MULTIPLE,
        published: PublishedKeys | None = None,
    ) -> None:
        self._limits = limits or Limits()
        self._random = random
        self._decoy_multiple = decoy_multiple
        self._published = published

    def describe(self, configuration: Configuration) -> JsonObject:
        """Return the metadata members of OpenID4VCI 1.0 appendix A.3.2."""
        described: JsonObject = {
            "format": TYPE,
            "vct": configuration.type,
            "cryptographic_binding_methods_supported": ["jwk", "did:jwk", "did:key"],
            "credential_signing_alg_values_supported": [Algorithm.ES256.value],
        }
        return described | configuration.credential_metadata()

    def issue(self, draft: CredentialDraft, key: IssuerKey) -> str:
        """Sign an SD-JWT VC that ends with `~`. Raises ValueError for a draft that this format cannot state."""
        if not registered.RESERVED_NAMES.isdisjoint(draft.claims):
            raise ValueError("a claim bears the name of a registered claim")
        payload: JsonObject = {"iss": draft.issuer, "vct": draft.type}
        if draft.type_integrity is not None:
            # SD-JWT VC section 6: a reader that meets the hash must have the document, and of a name that is no
            # address nobody can fetch it.
            if not draft.type.startswith("https://"):
                raise ValueError("type_integrity stands beside a type that nobody can fetch")
            payload["vct#integrity"] = draft.type_integrity
        payload["iat"] = epoch(draft.issued_at)
        if draft.expires_at is not None:
            payload["exp"] = epoch(draft.expires_at)
        if draft.holder is not None:
            payload["cnf"] = confirmation(draft.holder)
        if draft.status:
            payload["status"] = _status(draft)
        if draft.qualification is not None:
            payload["attestation_qualification"] = draft.qualification
        concealer = Concealer(self._random, self._decoy_multiple, draft.whole, draft.slots)
        if draft.disclosable is None:
            payload.update(concealer.conceal(draft.claims, draft.always_disclosed))
        else:
            payload.update(concealer.conceal_at(draft.claims, draft.disclosable))
        payload[HASH_NAME] = SHA_256
        protected = _protected_header(key.signer.algorithm, key.x5c, key.verification_method)
        signing_input = b"%b.%b" % (protected, json_base64url(payload))
        signature = base64url(key.signer.sign(signing_input))
        return b"~".join((b"%b.%b" % (signing_input, signature), *concealer.disclosures, b"")).decode("ascii")

    def inspect(self, credential: Credential) -> HeldView:
        """Read a held SD-JWT VC with every disclosure open, not verified. Raises MalformedCredential."""
        parsed, opened = self._held(credential)
        known = registered.read(opened.payload)
        return HeldView(
            format=TYPE,
            type=known.type,
            types=(known.type,),
            claims=_about_the_subject(opened.payload),
            always_disclosed=_about_the_subject(self._opened(parsed, {}).payload),
            paths=tuple(opened.places.values()),
            issuer=known.issuer,
            x5c=certificates(parsed.token.header),
            holder=holder_of(known.confirmation, None),
            issued_at=known.issued_at,
            valid_from=known.valid_from,
            valid_until=known.valid_until,
            status=known.status,
            document=opened.payload,
        )

    def disclose(self, credential: Credential, paths: Collection[ClaimsPath] | None) -> str:
        """Return the SD-JWT with the disclosures that the wanted claims need and no others.

        Raises UndisclosablePath, MalformedCredential.
        """
        parsed, opened = self._held(credential)
        return _showing(parsed, opened, paths)

    def present(
        self,
        credential: Credential,
        paths: Collection[ClaimsPath] | None,
        holder: Signer,
        *,
        audience: str,
        nonce: str,
        now: datetime,
        channel: Channel | None = None,
    ) -> str:
        """Make an SD-JWT+KB that discloses the wanted claims and no others, with what the channel wants stated.

        Raises UndisclosablePath, MalformedCredential, or HolderBindingFailed when the credential is bound to another
        key than the holder's.
        """
        parsed, opened = self._held(credential)
        bound_to = holder_of(registered.read(opened.payload).confirmation, None)
        if bound_to is not None:
            bound_to.demand(holder)
        signed_part = _showing(parsed, opened, paths)
        return signed_part + key_binding.make(
            signed_part,
            holder,
            audience=audience,
            nonce=nonce,
            now=now,
            hash_name=parsed.hash_name,
            more=channel.proof_claims if channel is not None else None,
        )

    def verify(self, presented: Credential, expected: Expectation, keys: KeyResolver) -> VerifiedClaims:
        """Check the issuer's signature, the disclosures and the holder's proof (RFC 9901 section 7.3).

        Raises MalformedCredential, InvalidToken, InvalidSignature, LimitExceeded, HolderBindingFailed and its kin, or
        what the resolver raises. Whether `exp` has passed is for the caller: the claims say when.
        """
        parsed = UnverifiedSdJwt.parse(presented, self._limits, TYPE)
        signer = signed_by(parsed.token.header, _issuer(parsed.token.payload), keys, self._published)
        parsed.token.verify(signer.key)
        opened = self._opened(parsed, parsed.disclosures)
        known = registered.read(opened.payload)
        holder = holder_of(known.confirmation, keys)
        bound_to = holder.jwk if holder else None
        key_binding.check(parsed.key_binding, parsed.signed_part, bound_to, expected, parsed.hash_name)
        return VerifiedClaims(
            format=TYPE,
            type=known.type,
            types=(known.type,),
            claims=_about_the_subject(opened.payload),
            signed_by=signer,
            holder=holder,
            issued_at=known.issued_at,
            valid_from=known.valid_from,
            valid_until=known.valid_until,
            status=known.status,
            raw=presented,
            document=opened.payload,
        )

    def _held(self, credential: Credential) -> tuple[UnverifiedSdJwt, Opened]:
        parsed = UnverifiedSdJwt.parse(credential, self._limits, TYPE)
        if parsed.key_binding is not None:
            raise MalformedCredential("a held credential has no key binding")
        return parsed, self._opened(parsed, parsed.disclosures)

    def _opened(self, parsed: UnverifiedSdJwt, disclosures: Disclosures) -> Opened:
        return process(parsed.token.payload, disclosures, self._limits, registered.NEVER_HIDDEN)


def _showing(parsed: UnverifiedSdJwt, opened: Opened, paths: Collection[ClaimsPath] | None) -> str:
    return parsed.showing(parsed.disclosures.keys() if paths is None else needed(opened.payload, opened.places, paths))


def _issuer(payload: JsonObject) -> str | None:
    issuer = payload.get("iss")
    if issuer is not None and not isinstance(issuer, str):
        raise MalformedCredential("iss is not a string")
    return issuer


def _about_the_subject(payload: JsonObject) -> JsonObject:
    return {name: value for name, value in payload.items() if name not in registered.TECHNICAL}


def _status(draft: CredentialDraft) -> JsonObject:
    match draft.status:
        case (TokenStatus(uri=uri, index=index),):
            return {"status_list": {"idx": index, "uri": uri}}
        case _:
            raise ValueError("an SD-JWT VC states one place in one Token Status List")


@lru_cache(maxsize=256)
def _protected_header(algorithm: Algorithm, x5c: tuple[bytes, ...], verification_method: str | None) -> bytes:
    header: JsonObject = {"alg": algorithm.value, "typ": TYPE}
    if x5c:
        header["x5c"] = [b64_encode(each) for each in x5c]
    elif verification_method is not None:
        header["kid"] = verification_method
    else:
        raise ValueError("an SD-JWT VC needs the issuer's certificates or a DID URL")
    return base64url(orjson.dumps(header))
