"""Issue credentials: the credential endpoint, and the signed file that a citizen downloads.

1. The token: known, not expired, and used with the key that it is bound to.
2. The proofs: made for us, with a nonce of ours, each for a key of its own.
3. The debts, now. Which credential the request names follows from them.
4. One transaction: the request counted, the nonce used up, places in a status list taken, a row per copy written as
   reserved, the audit line, the line of the processing log.
5. Only then the signatures. That they were made is noted with a later commit.
"""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Final

from credentials.clock import Clock
from credentials.debts.person import Person
from credentials.formats.base import Credential, HolderKey
from credentials.openid.credential import Answer, CredentialRequest, CredentialResponse, DeferredResponse
from credentials.openid.errors import DPOP, InvalidAccessToken, InvalidNonce, InvalidProof
from credentials.openid.key_attestation import AttesterKey
from credentials.openid.nonce import CheckedNonce, NonceAuthority
from credentials.openid.presentation_proof import VerifyPresentation, verify_presentation_proofs
from credentials.openid.proof import KeyResolver, ProvenKey, verify_attestation_proof, verify_jwt_proofs
from credentials.openid.token import AccessToken
from issuer.domain.authorisation import MAX_CREDENTIAL_REQUESTS, AccessGrant
from issuer.domain.configurations import configuration
from issuer.domain.deferral import Deferred, Patience
from issuer.domain.errors import ConfigurationNotGranted, SourceUnavailable, TooManyRequests
from issuer.domain.facts import Facts, choose
from issuer.domain.issuance import Dataset
from issuer.domain.processing import Operation
from issuer.domain.secrets import random_reference, random_token
from issuer.ports import Event, Records, Store
from issuer.usecases.debts import ReadDebts
from issuer.usecases.dpop import ALGORITHMS as DPOP_ALGORITHMS
from issuer.usecases.processing import Doing, doing
from issuer.usecases.sign import Batch, Signing

SIGNED_FILE = ("overzicht_sdjwt", "zaak_sdjwt")
_NO_PATIENCE: Final = Patience()


def _nothing(_point: str) -> None:
    """Stand where a test may break in."""


@dataclass(frozen=True, slots=True)
class SignedFile:
    """Everything about one citizen: the facts, the credentials that state them, and the status lists these are on."""

    facts: Facts = field(repr=False)
    credentials: tuple[Credential, ...] = field(repr=False)
    lists: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class IssueCredentials:
    """Issue the credential that a request names, one copy per proven key. `reached` is told how far we are.

    `attester_key` knows whose key attestations are trusted; without it they count for nothing. With `attested` no key
    is taken without one. `presentations` looks into proofs of type `di_vp`, which without it are not taken. `patience`
    says for how long a request waits that comes while the register cannot be read.
    """

    store: Store
    clock: Clock
    nonces: NonceAuthority
    resolver: KeyResolver
    read_debts: ReadDebts
    signing: Signing
    batch_size: int
    reached: Callable[[str], None] = _nothing
    attester_key: AttesterKey | None = None
    attested: bool = False
    presentations: VerifyPresentation | None = None
    patience: Patience = _NO_PATIENCE

    def grant_of(self, access: AccessToken, dpop_thumbprint: str | None) -> AccessGrant:
        """Return what a token opens for whoever proved this key. Raises InvalidAccessToken."""
        algorithms = [algorithm.value for algorithm in DPOP_ALGORITHMS]
        with self.store.read() as records:
            grant = records.authorisations.find_grant(access.value.reveal(), self.clock.now())
        if grant is None:
            detail = "the access token is unknown or has expired"
            raise InvalidAccessToken(detail, scheme=access.scheme, algorithms=algorithms)
        if grant.dpop_thumbprint != dpop_thumbprint:
            # RFC 9449 section 7.2: a bound token that comes as a bearer token is told how it is to come.
            scheme = "Bearer" if grant.dpop_thumbprint is None else DPOP
            detail = "the access token is bound to another key, or to none"
            raise InvalidAccessToken(detail, scheme=scheme, algorithms=algorithms)
        return grant

    def __call__(self, grant: AccessGrant, request: CredentialRequest) -> Answer:
        """Issue, or say when to come back. Raises what OpenID4VCI 1.0 section 8.3.1.2 has codes for.

        Without patience also SourceUnavailable.
        """
        now = self.clock.now()
        _check_granted(grant, request)
        nonces: list[CheckedNonce] = []
        keys = self._proven(grant, request, nonces, now)
        holders = tuple(HolderKey(key.jwk, key.did_url) for key in keys)
        with self.doing(grant.subject) as deed:
            try:
                facts = self.read_debts(grant.subject)
            except SourceUnavailable as error:
                if not self.patience.lifetime:
                    raise
                return self._defer(grant, request, holders, nonces, now, instead=partial(deed.write, failed=error))
            datasets = facts.datasets(grant.configurations, grant.session, self.signing.derivation)
            dataset = choose(
                datasets, configuration_id=request.configuration_id, credential_identifier=request.identifier
            )

            def claim(records: Records) -> None:
                _use_up(records, grant, nonces, now)
                if grant.offer is not None:
                    records.offers.mark_collected(grant.offer, now)

            return self.hand_over(
                facts,
                dataset,
                holders,
                session=grant.session,
                login=grant.login,
                subject=grant.subject,
                claim=claim,
                now=now,
                deed=deed,
            )

    def doing(self, subject: Person) -> AbstractContextManager[Doing]:
        """Begin to issue to somebody, for the processing log."""
        return doing(self.store, self.clock, Operation.ISSUE, self.signing.hiding.subject(subject))

    def _proven(
        self, grant: AccessGrant, request: CredentialRequest, nonces: list[CheckedNonce], now: datetime
    ) -> tuple[ProvenKey, ...]:
        def check(nonce: str) -> None:
            nonces.append(self.nonces.check(nonce, now))

        if request.attestation_proof is not None:
            if self.attester_key is None:
                raise InvalidProof("nobody's key attestations are trusted here")
            return verify_attestation_proof(
                request.attestation_proof,
                max_keys=self.batch_size,
                now=now,
                nonce_check=check,
                attester_key=self.attester_key,
            )
        if request.presentation_proofs:
            if self.presentations is None:
                raise InvalidProof("di_vp proofs are not taken here")
            return verify_presentation_proofs(
                request.presentation_proofs,
                max_proofs=self.batch_size,
                audience=self.signing.identity.url,
                now=now,
                nonce_check=check,
                verify=self.presentations,
            )
        return verify_jwt_proofs(
            request.jwt_proofs,
            max_proofs=self.batch_size,
            audience=self.signing.identity.url,
            now=now,
            nonce_check=check,
            resolver=self.resolver,
            client_id=grant.client_id,
            attester_key=self.attester_key,
            attested=self.attested,
        )

    def hand_over(
        self,
        facts: Facts,
        dataset: Dataset,
        holders: Sequence[HolderKey],
        *,
        session: str,
        login: str,
        subject: Person,
        claim: Callable[[Records], None],
        now: datetime,
        deed: Doing,
    ) -> CredentialResponse:
        """Write, then sign, a copy for each holder; `claim` uses up, in the same transaction, what entitles to them."""
        with deed.write() as records:
            claim(records)
            batch = self.signing.reserve(
                records,
                facts,
                dataset,
                session=session,
                login=login,
                subject=subject,
                count=len(holders),
                now=now,
            )
        self.reached("reserved")
        credentials = self.signing.sign(batch, holders)
        self.reached("signed")
        self._mark_issued([batch], now)
        return CredentialResponse(credentials, batch.name)

    def _defer(
        self,
        grant: AccessGrant,
        request: CredentialRequest,
        holders: tuple[HolderKey, ...],
        nonces: Sequence[CheckedNonce],
        now: datetime,
        *,
        instead: Callable[[], AbstractContextManager[Records]],
    ) -> DeferredResponse:
        transaction_id = random_token()
        deferred = Deferred(
            session=grant.session,
            subject=grant.subject,
            configurations=grant.configurations,
            configuration_id=request.configuration_id,
            identifier=request.identifier,
            holders=holders,
            expires_at=now + self.patience.lifetime,
            family=grant.family,
            dpop_thumbprint=grant.dpop_thumbprint,
            offer=grant.offer,
            token_hash=grant.token_hash,
        )
        with instead() as records:
            # The proofs held: their nonces are used up now, and not looked at again.
            _use_up(records, grant, nonces, now)
            records.deferrals.add(transaction_id, deferred)
            asked = request.configuration_id or "by identifier"
            records.audit(Event("credentials.deferred", grant.session, f"{asked} {len(holders)}"))
        return DeferredResponse(transaction_id, self.patience.interval)

    def signed_file(self, subject: Person) -> "SignedFile":
        """Issue everything about one citizen bound to no key: for a file that proves itself, like a sealed letter.

        Whoever has the file can show it, so it is for the citizen alone, behind their login. Raises SourceUnavailable.
        """
        now, session = self.clock.now(), random_reference()
        with doing(self.store, self.clock, Operation.FILE, self.signing.hiding.subject(subject)) as deed:
            facts = self.read_debts(subject)
            datasets = facts.datasets(SIGNED_FILE, session, self.signing.derivation)
            with deed.write() as records:
                batches = [
                    self.signing.reserve(
                        records, facts, dataset, session=session, login=session, subject=subject, count=1, now=now
                    )
                    for dataset in datasets
                ]
        credentials = tuple(each for batch in batches for each in self.signing.sign(batch, [None]))
        self._mark_issued(batches, now)
        lists = dict.fromkeys(copy.place.list_number for batch in batches for copy in batch.copies)
        # What is told beside them is what they state, with the notices that stood when they were written down.
        return SignedFile(batches[0].facts, credentials, tuple(lists))

    def _mark_issued(self, batches: Sequence[Batch], now: datetime) -> None:
        # It need not be on disk before the answer: a row that stays reserved counts as issued.
        ids = [copy.id for batch in batches for copy in batch.copies]
        self.store.later(lambda records: records.issuances.mark_issued(ids, now))


def _check_granted(grant: AccessGrant, request: CredentialRequest) -> None:
    named = request.configuration_id
    if named is not None and configuration(named).id not in grant.configurations:
        raise ConfigurationNotGranted("the access token is not for this credential")


def _use_up(records: Records, grant: AccessGrant, nonces: Sequence[CheckedNonce], now: datetime) -> None:
    # First the row that every request of this session changes: concurrent ones then come one after the other.
    if not records.authorisations.count_request(grant.session, MAX_CREDENTIAL_REQUESTS, now):
        raise TooManyRequests("the access token has expired, or was used too often")
    for nonce in nonces:
        if not records.once.use("c_nonce", nonce.consumption_key, nonce.expires_at):
            raise InvalidNonce("the nonce was used before")
