"""Make the sealed overview: what a citizen takes along who has no wallet, to read, to print and to prove.

What the pages say and what the attached credentials state are of one reading of the register. The status lists are
attached as they stand, so that years later and offline it can be seen that nothing was withdrawn on the day of the
seal.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, TypeAlias

from credentials.clock import Clock
from credentials.debts.person import Person
from credentials.encoding import json_compact
from credentials.formats.base import IssuerKey
from credentials.sealed_pdf import (
    PROOFS,
    STATUS_LISTS,
    AskForStamp,
    Attachment,
    Description,
    Relationship,
    seal,
)
from credentials.verification.bundle import Bundle, BundledProof
from issuer.domain.errors import StatusListNotFound
from issuer.domain.facts import Facts
from issuer.domain.places import TOKEN, StatusAddresses
from issuer.ports import DocumentPrinter
from issuer.usecases.issue import IssueCredentials
from issuer.usecases.publish import PublishStatus, ReadStatusList
from service.under_way import UnderWay

_JSON: Final = "application/json"


@dataclass(frozen=True, slots=True)
class Pages:
    """What is to be read, as HTML, and how the document and its parts are called in the reader's language."""

    html: str = field(repr=False)
    title: str
    language: str
    seal: str
    reason: str
    proofs: str
    status_lists: str


Tell: TypeAlias = Callable[[Facts, datetime], Pages]
"""Put the facts into words, for a document of this moment."""


@dataclass(frozen=True, slots=True)
class MakeDocument:
    """Issue, print and seal, in this order: what is sealed was written down before.

    The place is taken before anything is issued: who is refused one leaves nothing behind.
    """

    issue: IssueCredentials
    printer: DocumentPrinter
    key: Callable[[], IssuerKey]
    author: str
    clock: Clock
    addresses: StatusAddresses
    lists: ReadStatusList
    publish: PublishStatus
    ask_for_stamp: AskForStamp | None = None
    under_way: UnderWay[Person] = field(default_factory=UnderWay)

    def __call__(self, subject: Person, tell: Tell) -> bytes:
        """Return the document. Raises SourceUnavailable, StampRefused, PrintingFailed, TooCostly or Unavailable."""
        with self.under_way.of(subject):
            return self._made(subject, tell)

    def _made(self, subject: Person, tell: Tell) -> bytes:
        now = self.clock.now().replace(microsecond=0)
        signed = self.issue.signed_file(subject)
        pages = tell(signed.facts, now)
        bundle = Bundle.of(BundledProof("dc+sd-jwt", each) for each in signed.credentials)
        attachments = (
            Attachment(PROOFS, pages.proofs, _JSON, Relationship.DATA, json_compact(bundle.to_dict(now))),
            Attachment(STATUS_LISTS, pages.status_lists, _JSON, Relationship.SUPPLEMENT, self._lists(signed.lists)),
        )
        description = Description(pages.title, self.author, pages.language, pages.seal, pages.reason, now)
        document = self.printer(pages.html, description, attachments)
        key = self.key()
        return seal(document, key.signer, key.x5c, self.ask_for_stamp)

    def _lists(self, numbers: Sequence[int]) -> bytes:
        found = {self.addresses.of(TOKEN, each): self._list(each).decode("ascii") for each in numbers}
        return json.dumps(found).encode("ascii")

    def _list(self, number: int) -> bytes:
        try:
            return self.lists(TOKEN, number).body
        except StatusListNotFound:
            # Begun with these very credentials, and not published since.
            self.publish()
            return self.lists(TOKEN, number).body
