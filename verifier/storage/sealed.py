"""The form in which sealed values are written: evidence and bindings as JSON, encrypted, bound to their row."""

import hmac
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final, final

from credentials import limits
from credentials.clock import epoch, from_epoch
from credentials.debts.catalogue import Rank
from credentials.encoding import JsonObject, JsonValue, b64url_decode, b64url_encode, json_compact, json_parse
from credentials.formats import Channel
from credentials.masking import Secret
from credentials.verification.second_opinions import SecondOpinion, Silence, Verdict
from service.sealing import derive, seal, unseal
from verifier.domain.evidence import Body, Check, Evidence
from verifier.domain.preference import Chosen
from verifier.domain.proof_of_check import Count, Counted
from verifier.domain.request import Answer, Binding, Shown
from verifier.domain.said import SaidDebt, SaidKind
from verifier.domain.second_opinion import Said

WORD_BYTES: Final = 16

_MAX_BYTES: Final = limits.KEPT_ANSWER_BYTES


@final
class Seals:
    """Seal and open values of one service with its data key."""

    __slots__ = ("_documents", "_finder", "_key")

    def __init__(self, data_key: bytes) -> None:
        self._key = derive(data_key, "verifier answers at rest")
        self._finder = derive(data_key, "verifier references found")
        self._documents = derive(data_key, "verifier documents consulted")

    def word(self, text: str) -> bytes:
        """Return by what a file is found whose reference has a word; without the key it tells nobody the word."""
        return hmac.digest(self._finder, text.encode(), "sha256")[:WORD_BYTES]

    def reference(self, intake_id: str, text: str) -> bytes:
        """Seal the counsellor's reference of a client."""
        return seal(self._key, text.encode(), _place("reference", intake_id))

    def open_reference(self, intake_id: str, sealed: bytes) -> str:
        """Open what `reference` sealed. Raises SealBroken."""
        return unseal(self._key, sealed, _place("reference", intake_id)).decode()

    def colleague(self, owner: str, name: str) -> bytes:
        """Seal the name of somebody who works here."""
        return seal(self._key, name.encode(), _place("colleague", owner))

    def open_colleague(self, owner: str, sealed: bytes) -> str:
        """Open what `colleague` sealed. Raises SealBroken."""
        return unseal(self._key, sealed, _place("colleague", owner)).decode()

    def binding(self, request_id: str, binding: Binding) -> bytes:
        """Seal what only this request has."""
        key = binding.encryption_key
        members = {
            "request": binding.request_path,
            "response": binding.response_path,
            "nonce": binding.nonce,
            "state": binding.state,
            "key": key.reveal() if key else None,
            "transaction": list(binding.transaction_data),
        }
        return seal(self._key, json_compact(members), _place("binding", request_id))

    def open_binding(self, request_id: str, sealed: bytes) -> Binding:
        """Open what `binding` sealed. Raises SealBroken."""
        members = self._open("binding", request_id, sealed)
        return Binding(
            request_path=members["request"],
            response_path=members["response"],
            nonce=members["nonce"],
            state=members["state"],
            encryption_key=Secret(members["key"]) if members["key"] else None,
            # Bindings of before there was any lack it.
            transaction_data=tuple(members.get("transaction", ())),
        )

    def code(self, request_id: str, code: str) -> bytes:
        """Seal the code that opens an answer."""
        return seal(self._key, code.encode(), _place("code", request_id))

    def open_code(self, request_id: str, sealed: bytes) -> str:
        """Open what `code` sealed. Raises SealBroken."""
        return unseal(self._key, sealed, _place("code", request_id)).decode()

    def answer(self, request_id: str, answer: Answer) -> bytes:
        """Seal an answer."""
        members = {
            "received": epoch(answer.received_at),
            "checked": epoch(answer.checked_at),
            "shown": _shown(answer.shown),
            "evidence": [_evidence(each) for each in answer.evidence],
            "transaction": list(answer.transaction_data),
        }
        return seal(self._key, json_compact(members), _place("answer", request_id))

    def open_answer(self, request_id: str, sealed: bytes) -> Answer:
        """Open what `answer` sealed. Raises SealBroken."""
        members = self._open("answer", request_id, sealed)
        return Answer(
            received_at=from_epoch(members["received"]),
            checked_at=from_epoch(members["checked"]),
            shown=_read_shown(*members["shown"]),
            evidence=tuple(_read_evidence(each) for each in members["evidence"]),
            transaction_data=tuple(members.get("transaction", ())),
        )

    def document_hash(self, document: bytes) -> bytes:
        """Return by what a document is kept once; without the key it tells nobody which document that is."""
        return hmac.digest(self._documents, document, "sha256")

    def document(self, found_by: bytes, document: bytes) -> bytes:
        """Seal a document that answers were checked by."""
        return seal(self._key, document, _place("document", found_by.hex()))

    def open_document(self, found_by: bytes, sealed: bytes) -> bytes:
        """Open what `document` sealed. Raises SealBroken."""
        return unseal(self._key, sealed, _place("document", found_by.hex()))

    def consulted(self, request_id: str, documents: Mapping[str, bytes]) -> bytes:
        """Seal by which documents an answer was checked: their hashes, by address."""
        members: JsonObject = {address: b64url_encode(found_by) for address, found_by in documents.items()}
        return seal(self._key, json_compact(members), _place("consulted", request_id))

    def open_consulted(self, request_id: str, sealed: bytes) -> dict[str, bytes]:
        """Open what `consulted` sealed. Raises SealBroken."""
        members = self._open("consulted", request_id, sealed)
        return {address: b64url_decode(found_by, "hash") for address, found_by in members.items()}

    def counted(self, request_id: str, counted: Counted) -> bytes:
        """Seal what an answer came to in numbers."""
        return seal(self._key, json_compact(_counted(counted)), _place("counted", request_id))

    def open_counted(self, request_id: str, sealed: bytes) -> Counted:
        """Open what `counted` sealed. Raises SealBroken."""
        return _read_counted(*self._open("counted", request_id, sealed))

    def proof(self, proof_id: str, answers: Sequence[Counted]) -> bytes:
        """Seal what stays of a file that is gone."""
        return seal(self._key, json_compact([_counted(each) for each in answers]), _place("proof", proof_id))

    def open_proof(self, proof_id: str, sealed: bytes) -> tuple[Counted, ...]:
        """Open what `proof` sealed. Raises SealBroken."""
        return tuple(_read_counted(*each) for each in self._open("proof", proof_id, sealed))

    def opinions(self, request_id: str, said: Sequence[Said]) -> bytes:
        """Seal what others said of the presentations in an answer."""
        members = [
            [[each.by, each.verdict.value, each.silence and each.silence.value] for each in opinions]
            for opinions in said
        ]
        return seal(self._key, json_compact(members), _place("opinions", request_id))

    def open_opinions(self, request_id: str, sealed: bytes) -> tuple[Said, ...]:
        """Open what `opinions` sealed. Raises SealBroken."""
        members = self._open("opinions", request_id, sealed)
        return tuple(
            tuple(
                SecondOpinion(by, Verdict(verdict), None if silence is None else Silence(silence))
                for by, verdict, silence in opinions
            )
            for opinions in members
        )

    def said(self, intake_id: str, debt: SaidDebt) -> bytes:
        """Seal a debt without proof, bound to its file."""
        members = [debt.kind.value, debt.creditor, debt.balance, debt.note, epoch(debt.written_at)]
        return seal(self._key, json_compact(members), _place("said", f"{intake_id}|{debt.id}"))

    def open_said(self, intake_id: str, debt_id: str, sealed: bytes) -> SaidDebt:
        """Open what `said` sealed. Raises SealBroken."""
        kind, creditor, balance, note, at = self._open("said", f"{intake_id}|{debt_id}", sealed)
        return SaidDebt(debt_id, SaidKind(kind), creditor, balance, note, from_epoch(at))

    def note(self, intake_id: str, note_id: str, text: str) -> bytes:
        """Seal a note, bound to its file."""
        return seal(self._key, text.encode(), _place("note", f"{intake_id}|{note_id}"))

    def open_note(self, intake_id: str, note_id: str, sealed: bytes) -> str:
        """Open what `note` sealed. Raises SealBroken."""
        return unseal(self._key, sealed, _place("note", f"{intake_id}|{note_id}")).decode()

    def chosen(self, intake_id: str, chosen: Sequence[Chosen]) -> bytes:
        """Seal what was decided of preference in a file."""
        members = [[each.debt, str(each.rank), each.reason, epoch(each.at)] for each in chosen]
        return seal(self._key, json_compact(members), _place("chosen", intake_id))

    def open_chosen(self, intake_id: str, sealed: bytes) -> tuple[Chosen, ...]:
        """Open what `chosen` sealed. Raises SealBroken."""
        members = self._open("chosen", intake_id, sealed)
        return tuple(Chosen(debt, Rank(rank), reason, from_epoch(at)) for debt, rank, reason, at in members)

    def _open(self, column: str, row: str, sealed: bytes) -> Any:  # noqa: ANN401  # our own writing, read back
        return json_parse(unseal(self._key, sealed, _place(column, row)), "sealed value", max_bytes=_MAX_BYTES)


def _counted(counted: Counted) -> list[JsonValue]:
    counts: list[JsonValue] = [[each.name, each.proven, each.unproven] for each in counted.counts]
    return [epoch(counted.received_at), epoch(counted.checked_at), counts, b64url_encode(counted.part)]


def _read_counted(received: int, checked: int, counts: Any, part: str) -> Counted:  # noqa: ANN401  # our own writing
    return Counted(
        from_epoch(received), from_epoch(checked), tuple(Count(*each) for each in counts), b64url_decode(part, "part")
    )


def _shown(shown: Shown) -> list[str | None]:
    return [shown.nonce, shown.audience, shown.channel.response_uri, shown.channel.encryption_key]


def _read_shown(nonce: str, audience: str, response_uri: str | None = None, encryption_key: str | None = None) -> Shown:
    # Answers of before mdocs say nothing of the way they came.
    return Shown(nonce, audience, Channel(response_uri, encryption_key))


def _place(column: str, row: str) -> bytes:
    return f"verifier.{column}|{row}".encode()


def _evidence(evidence: Evidence) -> JsonObject:
    return {
        "query": evidence.query_id,
        "format": evidence.format,
        "type": evidence.type,
        "issuer": [
            evidence.issuer.identifier,
            evidence.issuer.name,
            evidence.issuer.oin,
            evidence.issuer.abbreviation,
        ],
        "outcome": evidence.outcome,
        "checks": [[check.name, check.outcome, check.explanation, check.code] for check in evidence.checks],
        "claims": evidence.claims,
        "presented": evidence.presented,
        "until": _moment(evidence.valid_until),
    }


def _read_evidence(members: Any) -> Evidence:  # noqa: ANN401  # our own writing, read back
    return Evidence(
        query_id=members["query"],
        format=members["format"],
        type=members["type"],
        issuer=Body(*members["issuer"]),
        outcome=members["outcome"],
        checks=tuple(Check(*check) for check in members["checks"]),
        claims=members["claims"],
        presented=members["presented"],
        valid_until=None if members["until"] is None else from_epoch(members["until"]),
    )


def _moment(at: datetime | None) -> int | None:
    return None if at is None else epoch(at)
