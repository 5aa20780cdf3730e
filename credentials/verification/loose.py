"""Proofs that came by themselves: a credential, a presentation, an overview download or a signed FCID document.

They have no maker and no moment of their own, as a sealed document and an evidence bundle have: each is examined as of
the moment that the reader chooses. A presentation is compared with the question that it stands beside, if it stands
beside one; whose hands a bare credential came from, nothing says.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import final

from credentials.debts.fcid import SignedResponse
from credentials.debts.fcid.signed import TOKEN_TYPE as RESPONSE
from credentials.encoding import json_parse
from credentials.errors import BlauweKnopError, MalformedInput
from credentials.formats.base import Channel, Expectation
from credentials.formats.registry import FormatRegistry, is_presentation
from credentials.verification import words
from credentials.verification.bundle import MAX_BYTES, Bundle, BundledProof
from credentials.verification.report import Report
from credentials.verification.verifier import Verifier


class NoProofs(MalformedInput):
    """A file or text that holds nothing of what a proof looks like."""

    code = "no_proofs"


@final
@dataclass(frozen=True, slots=True)
class LooseReport:
    """What was found of each proof in a file or text; none where it holds nothing that can be read, and why."""

    proofs: tuple[BundledProof, ...] = ()
    reports: tuple[Report, ...] = ()
    explanation: str = ""
    code: str = "ok"

    @property
    def proven(self) -> bool:
        """Whether everything in it is proven."""
        return bool(self.reports) and all(report.proven for report in self.reports)


def read_proofs(data: bytes, formats: FormatRegistry, *, max_bytes: int = MAX_BYTES) -> tuple[BundledProof, ...]:
    """Read what somebody brought, of whichever kind. Raises NoProofs, MalformedInput, LimitExceeded, UnknownFormat."""
    try:
        text = data.decode("utf-8").strip()
    except UnicodeDecodeError as error:
        raise MalformedInput("it is not text") from error
    # Mail programs break long lines, and no token holds a space.
    document = json_parse(text, "the file", max_bytes=max_bytes) if text[:1] in ("{", '"') else "".join(text.split())
    if isinstance(document, dict) and Bundle.describes_itself(document):
        proofs = Bundle.parse(document).proofs
    elif isinstance(document, str) and SignedResponse.describes_itself(document):
        proofs = (BundledProof(RESPONSE, document),)
    elif isinstance(document, str | dict):
        proofs = (BundledProof(formats.detect(document), document, is_presentation(document)),)
    else:
        proofs = ()
    if not proofs:
        raise NoProofs("holds no proofs")
    return proofs


def examine_proof(verifier: Verifier, proof: BundledProof, now: datetime, channel: Channel) -> Report:
    """Examine one of them; never raises for what it is. `channel` is the way on which a presentation came."""
    if proof.format == RESPONSE and isinstance(proof.content, str) and not proof.is_presentation:
        return verifier.examine_response(proof.content)
    expected = Expectation(now, holder_binding=False)
    if proof.is_presentation:
        expected = Expectation(now, nonce=proof.nonce, audience=proof.audience, channel=channel, on_file=True)
    return verifier.examine(proof.content, expected, proof.format)


def examine_loose(data: bytes, formats: FormatRegistry, verifier: Verifier, *, now: datetime) -> LooseReport:
    """Examine a file or text that anybody may have made; never raises for what it is."""
    try:
        proofs = read_proofs(data, formats)
    except BlauweKnopError as error:
        return LooseReport(explanation=words.of(words.LOOSE, error, words.LOOSE_OTHERWISE), code=error.code)
    with verifier.together():
        return LooseReport(proofs, tuple(examine_proof(verifier, each, now, Channel()) for each in proofs))
