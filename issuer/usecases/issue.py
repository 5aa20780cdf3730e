"""Issue credentials: the credential endpoint.

1. The token: known, not expired, and used with the key that it is bound to.
2. The proofs: made for us, with a nonce of ours, each for a key of its own.
3. The debts, now. Which credential the request names follows from them.
4. One transaction: the request counted, the nonce used up, places in a status list taken, a row per copy written as
   reserved, the audit line.
5. Only then the signatures, and the rows are marked issued. A crash in between leaves reserved rows, which count as
   issued for every withdrawal: there is never a credential that we do not know of.
"""

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from credentials.clock import Clock
from credentials.debts.claims import ALWAYS_DISCLOSED, CASE_TYPE, OVERVIEW_TYPE, SLOTS, WHOLE
from credentials.debts.types import integrity, type_metadata
from credentials.formats.base import Credential, CredentialDraft, HolderKey, IssuerKey
from credentials.formats.registry import FormatRegistry
from credentials.openid.credential import CredentialRequest
from credentials.openid.errors import InvalidAccessToken, InvalidEncryptionParameters, InvalidNonce
from credentials.openid.nonce import CheckedNonce, NonceAuthority
from credentials.openid.proof import KeyResolver, verify_jwt_proofs
from issuer.domain.authorisation import MAX_CREDENTIAL_REQUESTS, AccessGrant
from issuer.domain.configurations import Form, Kind, configuration, rounded_times
from issuer.domain.errors import ConfigurationNotGranted, TooManyRequests
from issuer.domain.facts import CopySalt, Facts, Hiding, choose
from issuer.domain.issuance import Copy, Dataset
from issuer.domain.places import StatusAddresses
from issuer.domain.secrets import Derivation
from issuer.ports import Event, Records, Store
from issuer.usecases.debts import ReadDebts

TYPES: Final[Mapping[Kind, str]] = {Kind.OVERVIEW: OVERVIEW_TYPE, Kind.CASE: CASE_TYPE}
_INTEGRITY: Final = {type_: integrity(type_metadata(type_)) for type_ in TYPES.values()}


def _nothing(_point: str) -> None:
    """Stand where a test may break in."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Who issues, as each format names it, and with which key."""

    url: str
    did: str
    name: str
    abbreviation: str
    keys: Mapping[Form, IssuerKey] = field(repr=False)

    def issuer_for(self, form: Form) -> str:
        """Return the issuer's name in a credential of this form."""
        return self.did if form is Form.LDP else self.url


@dataclass(frozen=True, slots=True)
class _Batch:
    dataset: Dataset
    first: int
    copies: tuple[Copy, ...]


@dataclass(frozen=True, slots=True)
class IssueCredentials:
    """Issue the credential that a request names, one copy per proven key. `reached` is told how far we are."""

    store: Store
    clock: Clock
    derivation: Derivation
    hiding: Hiding
    nonces: NonceAuthority
    resolver: KeyResolver
    read_debts: ReadDebts
    formats: FormatRegistry
    identity: Identity
    addresses: StatusAddresses
    batch_size: int
    reached: Callable[[str], None] = _nothing

    def grant_of(self, token: str, dpop_thumbprint: str | None) -> AccessGrant:
        """Return what a token opens for whoever proved this key. Raises InvalidAccessToken."""
        with self.store.read() as records:
            grant = records.authorisations.find_grant(token, self.clock.now())
        if grant is None:
            raise InvalidAccessToken("the access token is unknown or has expired")
        if grant.dpop_thumbprint != dpop_thumbprint:
            scheme = "Bearer" if grant.dpop_thumbprint is None else "DPoP"
            raise InvalidAccessToken("the access token is bound to another key, or to none", scheme=scheme)
        return grant

    def __call__(self, grant: AccessGrant, request: CredentialRequest) -> tuple[Credential, ...]:
        """Issue. Raises what OpenID4VCI 1.0 section 8.3.1.2 has codes for, or SourceUnavailable."""
        now = self.clock.now()
        if request.response_encryption is not None:
            raise InvalidEncryptionParameters("credential responses are not encrypted here")
        self._check_granted(grant, request)
        checked: list[CheckedNonce] = []
        keys = verify_jwt_proofs(
            request.jwt_proofs,
            max_proofs=self.batch_size,
            audience=self.identity.url,
            now=now,
            nonce_check=lambda nonce: checked.append(self.nonces.check(nonce, now)),
            resolver=self.resolver,
            client_id=grant.client_id,
        )
        holders = [HolderKey(key.jwk, key.did_url) for key in keys]
        facts = self.read_debts(grant.subject)
        datasets = facts.datasets(grant.configurations, grant.session, self.derivation)
        dataset = choose(datasets, configuration_id=request.configuration_id, credential_identifier=request.identifier)
        with self.store.write() as records:
            batch = self._reserve(records, grant, facts, dataset, nonces=checked, count=len(holders), now=now)
        self.reached("reserved")
        credentials = tuple(self._sign(grant, facts, batch, number, holder) for number, holder in enumerate(holders))
        self.reached("signed")
        with self.store.write() as records:
            records.issuances.mark_issued([copy.id for copy in batch.copies], now)
        return credentials

    def _check_granted(self, grant: AccessGrant, request: CredentialRequest) -> None:
        named = request.configuration_id
        if named is not None and configuration(named).id not in grant.configurations:
            raise ConfigurationNotGranted("the access token is not for this credential")

    def _reserve(
        self,
        records: Records,
        grant: AccessGrant,
        facts: Facts,
        dataset: Dataset,
        *,
        nonces: Sequence[CheckedNonce],
        count: int,
        now: datetime,
    ) -> _Batch:
        # First the row that every request of this session changes: concurrent ones then come one after the other.
        if not records.authorisations.count_request(grant.session, MAX_CREDENTIAL_REQUESTS, now):
            raise TooManyRequests("the access token has expired, or was used too often")
        for nonce in nonces:
            if not records.once.use("c_nonce", nonce.consumption_key, nonce.expires_at):
                raise InvalidNonce("the nonce was used before")
        chosen = dataset.configuration
        case_hash = self.hiding.case(dataset.case) if dataset.case is not None else None
        subject_hash = self.hiding.subject(grant.subject)
        fingerprint = self.hiding.fingerprint(facts, chosen.kind, case_hash) or ""
        issued_at, expires_at = rounded_times(now, chosen.lifetime)
        first = records.issuances.copies_of(grant.session, chosen.id, case_hash)
        copies = tuple(
            Copy(
                id=str(uuid.uuid4()),
                session=grant.session,
                configuration=chosen.id,
                subject_hash=subject_hash,
                case_hash=case_hash,
                fingerprint=fingerprint,
                place=place,
                issued_at=issued_at,
                expires_at=expires_at,
            )
            for place in records.issuances.free_places(count)
        )
        records.issuances.reserve(copies)
        if grant.offer is not None:
            records.offers.mark_collected(grant.offer, now)
        records.audit(Event("credentials.issued", grant.session, f"{chosen.id} {count}", subject_hash))
        return _Batch(dataset, first, copies)

    def _sign(self, grant: AccessGrant, facts: Facts, batch: _Batch, number: int, holder: HolderKey) -> Credential:
        copy, chosen = batch.copies[number], batch.dataset.configuration
        salt = CopySalt(self.derivation, grant.session, chosen.form.value, batch.first + number)
        type_urn = TYPES[chosen.kind]
        draft = CredentialDraft(
            type=type_urn,
            issuer=self.identity.issuer_for(chosen.form),
            issuer_name=self.identity.name,
            claims=facts.statement(batch.dataset, salt),
            always_disclosed=ALWAYS_DISCLOSED[type_urn],
            holder=holder,
            issued_at=copy.issued_at,
            expires_at=copy.expires_at,
            status=self.addresses.entries(chosen.form, copy.place),
            # Not the id in our records: what a verifier sees must not lead back into them.
            id=f"urn:uuid:{uuid.uuid4()}",
            whole=WHOLE[type_urn],
            slots=SLOTS[type_urn],
            type_integrity=_INTEGRITY[type_urn],
        )
        return self.formats[chosen.form.value].issue(draft, self.identity.keys[chosen.form])
