"""Write before you sign: a row per copy first, the signatures after it, and then a note that they were made.

A crash in between leaves reserved rows, which count as issued for every withdrawal: there is never a credential that
we do not know of.
"""

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from credentials.clock import dutch_day
from credentials.debts.claims import ALWAYS_DISCLOSED, CASE_TYPE, OVERVIEW_TYPE, SLOTS, WHOLE
from credentials.debts.person import Person
from credentials.formats.base import Credential, CredentialDraft, HolderKey, IssuerKey
from credentials.formats.registry import FormatRegistry
from credentials.keys import PublicJwk
from issuer.domain.batches import copy_ids
from issuer.domain.configurations import Kind, Securing, rounded_times
from issuer.domain.errors import CertificateTooShort
from issuer.domain.facts import CopySalt, Facts, Hiding
from issuer.domain.issuance import Copy, Dataset
from issuer.domain.notices import standing
from issuer.domain.places import StatusAddresses
from issuer.domain.secrets import Derivation, random_reference
from issuer.domain.webhooks import Happening
from issuer.ports import Event, Records
from service.webhooks.messages import Announcement

TYPES: Final[Mapping[Kind, str]] = {Kind.OVERVIEW: OVERVIEW_TYPE, Kind.CASE: CASE_TYPE}


@dataclass(frozen=True, slots=True)
class KeySet:
    """The keys of one moment: what signs in each securing, and the public keys that others are to know.

    `certified` are those of them that have, or will have, a certificate: the one that signs first, each with its chain
    (DER, leaf first) where it has one by now. `in_did` are those of the DID document. From `certified_until` on the
    certificate of what signs is good for nothing.
    """

    by_securing: Mapping[Securing, IssuerKey] = field(repr=False)
    certified: tuple[tuple[PublicJwk, tuple[bytes, ...]], ...]
    in_did: tuple[PublicJwk, ...]
    certified_until: datetime


@dataclass(frozen=True, slots=True)
class Identity:
    """Who issues, as each format names it, and with which keys: those of now, each time that it is asked.

    `key_set` raises KeysUnavailable.
    """

    url: str
    did: str
    name: str
    abbreviation: str
    key_set: Callable[[], KeySet] = field(repr=False)
    qualification: str | None = None

    @property
    def keys(self) -> Mapping[Securing, IssuerKey]:
        """What signs now. Raises KeysUnavailable."""
        return self.key_set().by_securing

    def key_for(self, securing: Securing) -> IssuerKey:
        """Return what signs now in one securing. Raises KeysUnavailable."""
        return self.keys[securing]

    def certified_key(self, now: datetime) -> IssuerKey:
        """Return what signs now, with its certificate. Raises KeysUnavailable, CertificateTooShort once that ended."""
        self.require_certificate(Securing.SD_JWT, now)
        return self.key_for(Securing.SD_JWT)

    def require_certificate(self, securing: Securing, until: datetime) -> None:
        """Demand a certificate that outlives what is signed, where it goes along. Raises CertificateTooShort.

        A credential under a certificate that has ended counts no longer, whatever its own end.
        """
        keys = self.key_set()
        if keys.by_securing[securing].x5c and until > keys.certified_until:
            raise CertificateTooShort("the certificate ends before the credential would")

    def issuer_for(self, securing: Securing) -> str:
        """Return the issuer's name in a credential that is secured so: the DID in W3C credentials."""
        return self.url if securing is Securing.SD_JWT else self.did


@dataclass(frozen=True, slots=True)
class Batch:
    """Copies of one statement whose rows are written; `first` is the number of the first in its session.

    `name` is what a wallet may call them by; it is told to the wallet only. `facts` are what they state, with the
    notices that stood when the rows were written.
    """

    name: str = field(repr=False)
    facts: Facts = field(repr=False)
    dataset: Dataset
    session: str
    first: int
    copies: tuple[Copy, ...]


@dataclass(frozen=True, slots=True)
class Signing:
    """Reserves, and then signs, copies of one statement."""

    derivation: Derivation
    hiding: Hiding
    formats: FormatRegistry
    identity: Identity
    addresses: StatusAddresses

    def reserve(
        self,
        records: Records,
        facts: Facts,
        dataset: Dataset,
        *,
        session: str,
        login: str,
        subject: Person,
        count: int,
        now: datetime,
    ) -> Batch:
        """Write the rows of this many copies, in the caller's transaction; `login` is whose they are to speak of.

        Raises CertificateTooShort and KeysUnavailable, before anything is written.
        """
        chosen = dataset.configuration
        case_hash = self.hiding.case(dataset.case) if dataset.case is not None else None
        subject_hash = self.hiding.subject(subject)
        # In this transaction, so that a row never says that its copy bears other notices than it does.
        noticed = standing(records.notices.not_ended(), dutch_day(now))
        facts = facts.noticing(noticed.notices)
        fingerprint = self.hiding.fingerprint(facts, chosen.kind, case_hash) or ""
        issued_at, expires_at = rounded_times(now, chosen.lifetime)
        self.identity.require_certificate(chosen.securing, expires_at)
        first = records.issuances.copies_of(session, chosen.id, case_hash)
        name = random_reference()
        copies = tuple(
            Copy(
                id=id,
                session=session,
                configuration=chosen.id,
                subject_hash=subject_hash,
                case_hash=case_hash,
                fingerprint=fingerprint,
                place=place,
                issued_at=issued_at,
                expires_at=expires_at,
                notices=noticed.key,
            )
            for id, place in zip(copy_ids(name, login, count), records.issuances.free_places(count), strict=True)
        )
        records.issuances.reserve(copies)
        told: dict[str, str | int] = {"configuratie": chosen.id, "aantal": count}
        records.announce(Announcement(Happening.ISSUED, issued_at, told))
        records.audit(Event("credentials.issued", session, f"{chosen.id} {count}", subject_hash))
        return Batch(name, facts, dataset, session, first, copies)

    def sign(self, batch: Batch, holders: Sequence[HolderKey | None]) -> tuple[Credential, ...]:
        """Sign one copy per holder."""
        return tuple(self._copy(batch, number, holder) for number, holder in enumerate(holders))

    def _copy(self, batch: Batch, number: int, holder: HolderKey | None) -> Credential:
        copy, chosen = batch.copies[number], batch.dataset.configuration
        salt = CopySalt(self.derivation, batch.session, chosen.securing.value, batch.first + number)
        type_urn = TYPES[chosen.kind]
        draft = CredentialDraft(
            type=type_urn,
            issuer=self.identity.issuer_for(chosen.securing),
            issuer_name=self.identity.name,
            claims=batch.facts.statement(batch.dataset, salt),
            always_disclosed=ALWAYS_DISCLOSED[type_urn],
            holder=holder,
            issued_at=copy.issued_at,
            expires_at=copy.expires_at,
            status=self.addresses.entries(chosen.form, copy.place),
            # Not the id in our records: what a verifier sees must not lead back into them.
            id=f"urn:uuid:{uuid.uuid4()}",
            whole=WHOLE[type_urn],
            slots=SLOTS[type_urn],
            qualification=self.identity.qualification,
        )
        return self.formats[chosen.form.value].issue(draft, self.identity.key_for(chosen.securing))
