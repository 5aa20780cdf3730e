"""Write before you sign: a row per copy first, the signatures after it, and then a note that they were made.

A crash in between leaves reserved rows, which count as issued for every withdrawal: there is never a credential that
we do not know of.
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from credentials.debts.bsn import Bsn
from credentials.debts.claims import ALWAYS_DISCLOSED, CASE_TYPE, OVERVIEW_TYPE, SLOTS, WHOLE
from credentials.formats.base import Credential, CredentialDraft, HolderKey, IssuerKey
from credentials.formats.registry import FormatRegistry
from issuer.domain.batches import copy_ids
from issuer.domain.configurations import Kind, Securing, rounded_times
from issuer.domain.facts import CopySalt, Facts, Hiding
from issuer.domain.issuance import Copy, Dataset
from issuer.domain.places import StatusAddresses
from issuer.domain.secrets import Derivation, random_reference
from issuer.ports import Event, Records

TYPES: Final[Mapping[Kind, str]] = {Kind.OVERVIEW: OVERVIEW_TYPE, Kind.CASE: CASE_TYPE}


@dataclass(frozen=True, slots=True)
class Identity:
    """Who issues, as each format names it, and with which key."""

    url: str
    did: str
    name: str
    abbreviation: str
    keys: Mapping[Securing, IssuerKey] = field(repr=False)

    def issuer_for(self, securing: Securing) -> str:
        """Return the issuer's name in a credential that is secured so: the DID in W3C credentials."""
        return self.url if securing is Securing.SD_JWT else self.did


@dataclass(frozen=True, slots=True)
class Batch:
    """Copies of one statement whose rows are written; `first` is the number of the first in its session.

    `name` is what a wallet may call them by; it is told to the wallet only.
    """

    name: str = field(repr=False)
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
        subject: Bsn,
        count: int,
        now: datetime,
    ) -> Batch:
        """Write the rows of this many copies, in the caller's transaction; `login` is whose they are to speak of."""
        chosen = dataset.configuration
        case_hash = self.hiding.case(dataset.case) if dataset.case is not None else None
        subject_hash = self.hiding.subject(subject)
        fingerprint = self.hiding.fingerprint(facts, chosen.kind, case_hash) or ""
        issued_at, expires_at = rounded_times(now, chosen.lifetime)
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
            )
            for id, place in zip(copy_ids(name, login, count), records.issuances.free_places(count), strict=True)
        )
        records.issuances.reserve(copies)
        records.audit(Event("credentials.issued", session, f"{chosen.id} {count}", subject_hash))
        return Batch(name, dataset, session, first, copies)

    def sign(self, facts: Facts, batch: Batch, holders: Sequence[HolderKey | None]) -> tuple[Credential, ...]:
        """Sign one copy per holder."""
        return tuple(self._copy(facts, batch, number, holder) for number, holder in enumerate(holders))

    def _copy(self, facts: Facts, batch: Batch, number: int, holder: HolderKey | None) -> Credential:
        copy, chosen = batch.copies[number], batch.dataset.configuration
        salt = CopySalt(self.derivation, batch.session, chosen.securing.value, batch.first + number)
        type_urn = TYPES[chosen.kind]
        draft = CredentialDraft(
            type=type_urn,
            issuer=self.identity.issuer_for(chosen.securing),
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
        )
        return self.formats[chosen.form.value].issue(draft, self.identity.keys[chosen.securing])
