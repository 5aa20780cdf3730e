"""Make an evidence bundle of what was answered, with what it was checked by, sealed as ours (ADR 31).

1. Everything that was answered goes in, also what counts no more, as it was received and as it was last checked.
2. The trust list of now goes in too, and must know us: a seal that nobody can believe is not set.
3. That a bundle was taken along is on record, with its hash: whoever finds one can see whether it is the one.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import final

from credentials.clock import Clock
from credentials.errors import LimitExceeded
from credentials.openid.client_id import client_id_of_certificate
from credentials.trust import TrustList, recognise_verifier
from credentials.trust.anchors import NotAuthorised
from credentials.trust.x509 import InvalidChain
from credentials.verification.evidence_bundle import Received, ReceivedAnswer, pack_evidence
from verifier.domain.errors import EvidenceNotKept, EvidenceTooLarge, NotAnswered, NotListed
from verifier.domain.request import Answer, Answered, VerificationRequest
from verifier.domain.second_opinion import Opinions, with_opinions
from verifier.ports import ConsultedDocuments, OpinionsOnAnswers, Requests
from verifier.usecases.asking import Access
from verifier.usecases.desk import template_for


@final
@dataclass(frozen=True, slots=True)
class Bundling:
    """Make bundles. `made_by` is the name of the organisation, `trust_list` gives the current one."""

    requests: Requests
    consulted: ConsultedDocuments
    opinions: OpinionsOnAnswers
    trust_list: Callable[[], TrustList]
    access: Access
    made_by: str
    clock: Clock

    def possible(self, owner: str, requests: Sequence[VerificationRequest]) -> bool:
        """Tell whether by what each answer was checked is kept; of answers of before that was done it is not."""
        answered = [each.id for each in requests if isinstance(each.state, Answered)]
        return bool(answered) and set(answered) <= set(self.consulted.kept(owner, answered))

    def of_file(self, owner: str, intake_id: str) -> bytes:
        """Return a bundle of all answers in a file, the first one first.

        Raises UnknownIntake, NotAnswered, EvidenceNotKept, EvidenceTooLarge, NotListed, TrustListExpired.
        """
        return self._taken(owner, intake_id, self.requests.of_intake(owner, intake_id)[::-1])

    def of_series(self, owner: str, request_id: str) -> bytes:
        """Return a bundle of one answer with all its parts. Raises UnknownRequest, and as `of_file`."""
        return self._taken(owner, request_id, self.requests.parts(owner, request_id))

    def purge(self) -> int:
        """Delete the documents that no answer needs any more; return how many."""
        return self.consulted.purge(self.clock.now())

    def _taken(self, owner: str, of: str, requests: Sequence[VerificationRequest]) -> bytes:
        answered = [(each, each.state.answer) for each in requests if isinstance(each.state, Answered)]
        if not answered:
            raise NotAnswered
        ids = [each.id for each, _ in answered]
        documents, opinions = self.consulted.of(owner, ids), self.opinions.of(ids)
        if set(ids) - documents.keys():
            raise EvidenceNotKept
        bundle = self._packed([_received(each, answer, documents, opinions) for each, answer in answered])
        self.consulted.taken(owner, of, sha256(bundle).hexdigest(), self.clock.now())
        return bundle

    def _packed(self, answers: Sequence[ReceivedAnswer]) -> bytes:
        now, trust_list, chain = self.clock.now(), self.trust_list(), self.access.chain
        try:
            recognise_verifier(trust_list, now, client_id=client_id_of_certificate(chain[0]).full, x5c=chain)
        except (NotAuthorised, InvalidChain) as error:
            raise NotListed("the trust list does not know our certificate") from error
        try:
            return pack_evidence(
                answers,
                made_by=self.made_by,
                made_at=now,
                trust_list=trust_list.text,
                signer=self.access.signer,
                x5c=chain,
            )
        except LimitExceeded as error:
            raise EvidenceTooLarge(error.detail) from error


def _received(
    request: VerificationRequest,
    answer: Answer,
    documents: Mapping[str, Mapping[str, bytes]],
    opinions: Mapping[str, Opinions],
) -> ReceivedAnswer:
    template = template_for(request)
    evidence = with_opinions(answer.evidence, opinions.get(request.id))
    return ReceivedAnswer(
        received_at=answer.received_at,
        checked_at=answer.checked_at,
        purpose=template.purpose,
        legal_ground=template.legal_ground,
        nonce=answer.shown.nonce,
        audience=answer.shown.audience,
        channel=answer.shown.channel,
        query=request.query,
        agreed=answer.transaction_data,
        proofs=tuple(Received(each.format, each.outcome, each.presented) for each in evidence),
        documents=documents[request.id],
    )
