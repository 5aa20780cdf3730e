"""A sealed document: its seal first, and only then every credential in it. And one that nobody sealed.

1. *Seal*: one over the whole file, unchanged (`credentials.sealed_pdf`).
2. *Sealer*: an issuer of the trust list, whose certificate was valid when it sealed; withdrawn or leaked counts as of
   now. A seal from the future counts for nothing.
3. *Lines*: each credential is examined as any is (`verifier`), at the moment of the seal unless another was asked for,
   with the status lists that were sealed with it; and it must be the sealer's own.

Without the first two nothing is examined, and nothing is proven. The moment of a seal without a checked time stamp is
the sealer's own word: that of an organisation which the list trusts for what it states.

A citizen's overview of many agencies has no seal, as nobody states all of it, and says so by how its credentials are
attached (`OPEN_PROOFS`). Its pages prove nothing; each credential in it speaks for itself, at the moment that the file
names, with the status lists in it: an old file is judged as of its date, whoever wrote the date.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, TypeAlias, final

from credentials.encoding import JsonObject, json_object
from credentials.errors import BlauweKnopError, MalformedInput
from credentials.formats.base import Expectation
from credentials.sealed_pdf import OPEN_PROOFS, PROOFS, STATUS_LISTS, SealMissing, has_place, read_open, read_sealed
from credentials.trust import Participant, TrustList, recognise_sealer
from credentials.verification import words
from credentials.verification.bundle import MAX_BYTES, Bundle, BundledProof, MalformedBundle
from credentials.verification.report import NOT_REACHED, Check, CheckName, CheckOutcome, Outcome, Report
from credentials.verification.verifier import SKEW, Verifier

VerifierAt: TypeAlias = Callable[[datetime, Mapping[str, bytes]], Verifier]
"""Make the verifier of a moment that reads these status lists, by address."""

_OTHER_SEALER: Final = "other_sealer"


class MadeInFuture(BlauweKnopError):
    """A document without a seal that says to be of a moment which has not come yet."""

    code = "made_in_future"


class SealedInFuture(BlauweKnopError):
    """A seal that says to be of a moment which has not come yet."""

    code = "sealed_in_future"


@final
@dataclass(frozen=True, slots=True)
class SealReport:
    """What was found of the seal. `sealer` and `sealed_at` are there when it holds.

    NOT_DONE where a document has none and says so: then every credential in it speaks for itself.
    """

    outcome: CheckOutcome
    explanation: str
    code: str
    sealer: Participant | None = None
    sealed_at: datetime | None = None
    stamped: bool = False

    @property
    def holds(self) -> bool:
        """Whether the document is as its sealer, who is on the trust list, made it."""
        return self.outcome is CheckOutcome.PASSED

    def to_dict(self) -> JsonObject:
        """Return it as `blauweknop verify --json` shows it."""
        return {
            "uitkomst": self.outcome.value,
            "uitleg": self.explanation,
            "code": self.code,
            "van": None if self.sealer is None else {"identifier": self.sealer.identifier, "naam": self.sealer.name},
            "verzegeldOp": None if self.sealed_at is None else self.sealed_at.isoformat().replace("+00:00", "Z"),
            "tijdstempel": self.stamped,
        }


@final
@dataclass(frozen=True, slots=True)
class SealedReport:
    """What was found of a sealed document: its seal, and a report per credential in it; none when the seal fails."""

    seal: SealReport
    proofs: tuple[BundledProof, ...] = ()
    reports: tuple[Report, ...] = ()
    examined_at: datetime | None = None

    @property
    def proven(self) -> bool:
        """Whether the seal, where there is to be one, holds and every credential in the document is proven."""
        return (
            self.seal.outcome is not CheckOutcome.FAILED
            and bool(self.reports)
            and all(report.proven for report in self.reports)
        )


def examine_sealed(
    document: bytes,
    trust_list: Callable[[], TrustList],
    verifier_at: VerifierAt,
    *,
    now: datetime,
    at: datetime | None = None,
    stamp_anchors: Sequence[bytes] = (),
) -> SealedReport:
    """Examine a document that anybody may have made; never raises for what it is.

    `at` is the moment to examine the credentials at, instead of that of the seal.
    """
    if not has_place(document):
        return _examine_open(document, verifier_at, now, at)
    try:
        found = read_sealed(document, stamp_anchors)
        sealed_at = found.sealed_at
        if sealed_at > now + SKEW:
            raise SealedInFuture("the seal is from the future")
        sealer = recognise_sealer(trust_list(), x5c=found.x5c, at=sealed_at, now=now)
        proofs = _proofs(found.attachments)
        lists = _lists(found.attachments)
    except BlauweKnopError as error:
        return _failed(error)
    moment = at or sealed_at
    verifier = verifier_at(moment, lists)
    with verifier.together():
        reports = tuple(_examined(verifier, proof, sealer, moment) for proof in proofs)
    stamped = found.stamp_checked
    text = words.seal_passed(sealer.name, sealed_at, stamped=stamped)
    seal = SealReport(CheckOutcome.PASSED, text, "ok", sealer, sealed_at, stamped)
    return SealedReport(seal, proofs, reports, moment)


def _examine_open(document: bytes, verifier_at: VerifierAt, now: datetime, at: datetime | None) -> SealedReport:
    try:
        attachments = read_open(document)
        if OPEN_PROOFS not in attachments:
            raise SealMissing("the document has no seal")
        bundle = Bundle.parse(attachments[OPEN_PROOFS])
        proofs = _bare(bundle)
        lists = _lists(attachments)
        if bundle.made_at is not None and bundle.made_at > now + SKEW:
            raise MadeInFuture("the document is from the future")
    except BlauweKnopError as error:
        return _failed(error)
    moment = at or bundle.made_at or now
    verifier = verifier_at(moment, lists)
    with verifier.together():
        reports = tuple(
            verifier.examine(proof.content, Expectation(moment, holder_binding=False), proof.format) for proof in proofs
        )
    return SealedReport(SealReport(CheckOutcome.NOT_DONE, words.NO_SEAL, "no_seal"), proofs, reports, moment)


def _failed(error: BlauweKnopError) -> SealedReport:
    return SealedReport(SealReport(CheckOutcome.FAILED, words.of(words.SEAL, error, words.SEAL_OTHERWISE), error.code))


def _examined(verifier: Verifier, proof: BundledProof, sealer: Participant, moment: datetime) -> Report:
    report = verifier.examine(proof.content, Expectation(moment, holder_binding=False), proof.format)
    if report.issuer is None or report.issuer.identifier == sealer.identifier:
        return report
    # Sound by itself, and yet not what this organisation sealed its own statements with.
    names = list(CheckName)
    made = names.index(CheckName.ISSUER)
    checks = (
        *report.checks[:made],
        Check(CheckName.ISSUER, CheckOutcome.FAILED, words.NOT_THE_SEALERS, _OTHER_SEALER),
        *(Check(name, CheckOutcome.NOT_DONE, words.NOT_REACHED, NOT_REACHED) for name in names[made + 1 :]),
    )
    return replace(report, outcome=Outcome.NOT_PROVEN, checks=checks)


def _proofs(attachments: Mapping[str, bytes]) -> tuple[BundledProof, ...]:
    if PROOFS not in attachments:
        raise MalformedBundle("the document holds no credentials")
    return _bare(Bundle.parse(attachments[PROOFS]))


def _bare(bundle: Bundle) -> tuple[BundledProof, ...]:
    if not bundle.proofs or any(proof.is_presentation for proof in bundle.proofs):
        raise MalformedBundle("the document holds no credentials of its issuers")
    return bundle.proofs


def _lists(attachments: Mapping[str, bytes]) -> dict[str, bytes]:
    if STATUS_LISTS not in attachments:
        return {}
    found = json_object(attachments[STATUS_LISTS], STATUS_LISTS, max_bytes=MAX_BYTES)
    if not all(isinstance(each, str) for each in found.values()):
        raise MalformedInput("a status list is a text")
    return {address: str(token).encode("utf-8") for address, token in found.items()}
