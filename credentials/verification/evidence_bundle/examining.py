"""An evidence bundle, years later and offline: what was proven then, or the reason why it proves nothing.

1. *Whole*: every byte is as it was packed (`archive`), and each file is the one that the manifest names.
2. *Seal*: of a verifier on the scheme's trust list of the day on which it was made, which is signed by the root that
   the reader brings. A bundle brings no root of its own.
3. *Answers*: each presentation is examined as any is (`verifier`), at the moment at which it was checked, by the trust
   list and the documents of then; and its holder answered the bundle's question, for the bundle's audience, when it was
   received. That a participant's keys have leaked since counts as it is known now, where the reader has a newer list.

Without the first two nothing is examined, and nothing is proven. The moments are the word of whoever made the bundle,
and yet not free: what the scheme, the issuers and the holder signed holds at those moments or it proves nothing.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, TypeAlias, final

from credentials.encoding import JsonObject, JsonValue, b64_decode, b64url_encode, json_object
from credentials.errors import BlauweKnopError, MalformedInput
from credentials.formats.base import Credential, Expectation
from credentials.jose import InvalidToken, UnverifiedToken
from credentials.keys import PublicJwk
from credentials.openid.client_id import client_id_of_certificate
from credentials.trust import Participant, TrustList, recognise_verifier
from credentials.trust.x509 import MAX_CERTIFICATES, public_jwk
from credentials.verification import words
from credentials.verification.evidence_bundle.archive import unpack
from credentials.verification.evidence_bundle.fingerprint import digest_of
from credentials.verification.evidence_bundle.manifest import (
    MANIFEST,
    SEAL,
    KeptAnswer,
    KeptProof,
    MalformedManifest,
    Manifest,
)
from credentials.verification.evidence_bundle.packing import TOKEN_TYPE
from credentials.verification.report import NOT_REACHED, Check, CheckName, CheckOutcome, Outcome, Report
from credentials.verification.verifier import SKEW, Verifier

VerifierThen: TypeAlias = Callable[[datetime, TrustList, Mapping[str, bytes]], Verifier]
"""Make the verifier of a moment that has this trust list and these documents, by address, and fetches nothing."""

ANSWERING: Final = timedelta(minutes=10)
"""How long before it was received a holder may have signed: what a verifier allows, and what its own work took."""

_MAX_PROOF_BYTES: Final = 12_000_000
_WITHDRAWN: Final = "issuer_withdrawn"


class RootMissing(BlauweKnopError):
    """No root key of the scheme was given: nobody in the bundle can be believed."""

    code = "trust_root_missing"


class BundleChanged(BlauweKnopError):
    """A file that is not the one that was packed, or one too many."""

    code = "evidence_bundle_changed"


class BundledInFuture(BlauweKnopError):
    """A bundle that says to be of a moment which has not come yet."""

    code = "bundled_in_future"


class MakerWithdrawn(BlauweKnopError):
    """A bundle of a verifier whose keys have leaked since: anybody may have made it."""

    code = "maker_withdrawn"


@final
@dataclass(frozen=True, slots=True)
class Unlike:
    """A proof of which something else is found now than its bundle says was found then."""

    position: int
    then: str


@final
@dataclass(frozen=True, slots=True)
class AnswerReport:
    """What was found of one answer: a report for each proof in it, in the bundle's order."""

    answer: KeptAnswer
    reports: tuple[Report, ...]
    presented: tuple[Credential, ...]
    trust_list: TrustList

    @property
    def unlike(self) -> tuple[Unlike, ...]:
        """Return where the bundle says something else."""
        pairs = enumerate(zip(self.answer.proofs, self.reports, strict=True))
        return tuple(Unlike(place, kept.outcome) for place, (kept, found) in pairs if kept.outcome != found.outcome)


@final
@dataclass(frozen=True, slots=True)
class EvidenceReport:
    """What was found of a bundle: whether it is whole and whose it is, and then of each answer in it.

    `fingerprint` is the name of the check that it was made of (`fingerprint`), empty when it does not hold.
    """

    outcome: CheckOutcome
    explanation: str
    code: str
    maker: Participant | None = None
    made_at: datetime | None = None
    fingerprint: str = ""
    answers: tuple[AnswerReport, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether the bundle is as its maker, who was on the trust list, packed it."""
        return self.outcome is CheckOutcome.PASSED

    @property
    def reports(self) -> tuple[Report, ...]:
        """Return what was found of every proof in it."""
        return tuple(report for answer in self.answers for report in answer.reports)

    @property
    def proven(self) -> bool:
        """Whether everything in it was proven on its date."""
        return self.holds and bool(self.reports) and all(report.proven for report in self.reports)

    def to_dict(self) -> JsonObject:
        """Return it as `blauweknop verify --json` shows it."""
        maker: JsonValue = None
        if self.maker is not None:
            maker = {"identifier": self.maker.identifier, "naam": self.maker.name}
        return {
            "uitkomst": self.outcome.value,
            "uitleg": self.explanation,
            "code": self.code,
            "van": maker,
            "gemaaktOp": None if self.made_at is None else self.made_at.isoformat().replace("+00:00", "Z"),
            "vingerafdruk": self.fingerprint or None,
        }


def examine_evidence(
    data: bytes,
    root: PublicJwk | tuple[PublicJwk, ...] | None,
    verifier_then: VerifierThen,
    *,
    now: datetime,
    newest: TrustList | None = None,
) -> EvidenceReport:
    """Examine a bundle that anybody may have made; never raises for what it is.

    `root` is the scheme's key, or keys, of the time of the bundle; `newest` a trust list of now, if there is one.
    """
    try:
        if root is None:
            raise RootMissing("no root key was given")
        files = unpack(data)
        manifest = _manifest(files)
        if manifest.made_at > now + SKEW:
            raise BundledInFuture("the bundle is from the future")
        maker = _maker(files, TrustList.verify(_ascii(files[manifest.trust_list]), root, manifest.made_at), manifest)
        if _leaked(maker, newest):
            raise MakerWithdrawn("the maker's keys have leaked since")
        presented = [tuple(_presented(files, proof) for proof in answer.proofs) for answer in manifest.answers]
        lists = [TrustList.verify(_ascii(files[each.trust_list]), root, each.checked_at) for each in manifest.answers]
    except BlauweKnopError as error:
        return EvidenceReport(CheckOutcome.FAILED, words.of(words.BUNDLE, error, words.BUNDLE_OTHERWISE), error.code)
    answers = tuple(
        _examined(answer, shown, then, _verifier(answer, then, files, verifier_then))
        for answer, shown, then in zip(manifest.answers, presented, lists, strict=True)
    )
    answers = tuple(
        replace(each, reports=tuple(_as_known(report, newest) for report in each.reports)) for each in answers
    )
    text = words.bundle_passed(maker.name, manifest.made_at)
    return EvidenceReport(CheckOutcome.PASSED, text, "ok", maker, manifest.made_at, manifest.fingerprint, answers)


def _manifest(files: Mapping[str, bytes]) -> Manifest:
    if MANIFEST not in files or SEAL not in files:
        raise MalformedManifest("the file is no evidence bundle")
    manifest = Manifest.parse(files[MANIFEST])
    if files.keys() - {MANIFEST, SEAL} != manifest.hashes.keys():
        raise BundleChanged("a file was added or taken out")
    if any(digest_of(files[name]) != digest for name, digest in manifest.hashes.items()):
        raise BundleChanged("a file is not the one that was packed")
    return manifest


def _maker(files: Mapping[str, bytes], trust_list: TrustList, manifest: Manifest) -> Participant:
    token = UnverifiedToken.parse(_ascii(files[SEAL]))
    token.require_type(TOKEN_TYPE)
    chain = token.header.get("x5c")
    if not isinstance(chain, list) or not 1 <= len(chain) <= MAX_CERTIFICATES:
        raise InvalidToken("the seal has no certificates")
    x5c = tuple(b64_decode(each, "x5c") for each in chain if isinstance(each, str))
    if len(x5c) != len(chain):
        raise InvalidToken("the seal has no certificates")
    payload = token.verify(public_jwk(x5c[0])).payload
    if payload.get("manifest") != b64url_encode(digest_of(files[MANIFEST])):
        raise BundleChanged("the manifest is not the one that was sealed")
    client_id = client_id_of_certificate(x5c[0]).full
    return recognise_verifier(trust_list, manifest.made_at, client_id=client_id, x5c=x5c)


def _presented(files: Mapping[str, bytes], proof: KeptProof) -> Credential:
    content = files[proof.file]
    if proof.file.endswith(".json"):
        return json_object(content, "a proof", max_bytes=_MAX_PROOF_BYTES)
    return _ascii(content)


def _verifier(
    answer: KeptAnswer, trust_list: TrustList, files: Mapping[str, bytes], verifier_then: VerifierThen
) -> Verifier:
    documents = {address: files[name] for address, name in answer.documents.items()}
    return verifier_then(answer.checked_at, trust_list, documents)


def _examined(
    answer: KeptAnswer, presented: tuple[Credential, ...], trust_list: TrustList, verifier: Verifier
) -> AnswerReport:
    expected = Expectation(
        answer.received_at,
        nonce=answer.nonce or None,
        audience=answer.audience or None,
        channel=answer.channel,
        max_age=ANSWERING,
        # Without them the holder's proof is compared with nothing, and the report says so.
        on_file=not (answer.nonce and answer.audience),
    )
    with verifier.together():
        pairs = zip(presented, answer.proofs, strict=True)
        reports = [verifier.examine(each, expected, kept.format) for each, kept in pairs]
    return AnswerReport(answer, tuple(reports), presented, trust_list)


def _as_known(report: Report, newest: TrustList | None) -> Report:
    """Return a report as it is now known to be: of an issuer whose keys have leaked since, nothing is proven."""
    if not report.proven or report.issuer is None or not _leaked(report.issuer, newest):
        return report
    names = list(CheckName)
    made = names.index(CheckName.ISSUER)
    checks = (
        *report.checks[:made],
        Check(CheckName.ISSUER, CheckOutcome.FAILED, words.ISSUER[_WITHDRAWN], _WITHDRAWN),
        *(Check(name, CheckOutcome.NOT_DONE, words.NOT_REACHED, NOT_REACHED) for name in names[made + 1 :]),
    )
    return replace(report, outcome=Outcome.NOT_PROVEN, checks=checks)


def _leaked(then: Participant, newest: TrustList | None) -> bool:
    found = None if newest is None else newest.find(then.identifier)
    return found is not None and found.withdrawn_at is not None and found.compromised


def _ascii(content: bytes) -> str:
    try:
        return content.decode("ascii")
    except UnicodeDecodeError as error:
        raise MalformedInput("a file is not text") from error
