"""A request as a row of its table, and back; what tells something of a client is sealed."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final, final

from credentials.clock import epoch, from_epoch
from credentials.encoding import json_compact, json_object
from verifier.domain.read_back import TRIES
from verifier.domain.request import (
    Answered,
    Attempt,
    Binding,
    Declined,
    Held,
    Open,
    Standing,
    State,
    StatusWord,
    VerificationRequest,
    Withdrawn,
)
from verifier.storage.sealed import Seals

NO_ANSWER: Final[Mapping[str, None]] = {
    "answer": None,
    "consulted": None,
    "counted": None,
    "return_hash": None,
    "code": None,
}
"""The columns of an answer that is gone."""

_NO_BINDING: Final = Binding(request_path="", response_path="", nonce="", state="")


@final
class RequestRows:
    """Write and read rows."""

    def __init__(self, seals: Seals) -> None:
        self._seals = seals

    def write(self, request: VerificationRequest, number: int) -> Mapping[str, object]:
        """Return the columns of a new request, the so many-th of its file."""
        return {
            "id": request.id,
            "intake_id": request.intake_id,
            "number": number,
            "owner": request.owner,
            "template": request.template,
            "query": json_compact(request.query).decode(),
            "response_mode": request.response_mode,
            "client_id_prefix": request.client_id_prefix,
            "request_hash": hash_of(request.binding.request_path),
            "response_hash": hash_of(request.binding.response_path),
            "binding": self._seals.binding(request.id, request.binding),
            "browser": request.browser,
            "formats": " ".join(request.formats),
            "first": request.first,
            "part": request.part,
            "parts": request.parts,
            "taken": request.taken,
            "created_at": epoch(request.created_at),
            "expires_at": epoch(request.expires_at),
            "extensions": request.extensions,
            "fetched_at": None,
            "state": "open",
            "ended_at": None,
            "decline_code": None,
            "answer": None,
            "consulted": None,
            "counted": None,
            "return_hash": None,
            "expiry_told": False,
            "remote": request.remote,
            "invited": request.invited,
            "code": None,
            "tries": 0,
        }

    def read(self, row: Any, attempts: Sequence[Any]) -> VerificationRequest:  # noqa: ANN401  # rows of the tables
        """Return the request of a row, with the rows of what was refused. Raises SealBroken."""
        return VerificationRequest(
            id=row.id,
            intake_id=row.intake_id,
            owner=row.owner,
            template=row.template,
            query=json_object(row.query, "stored query"),
            response_mode=row.response_mode,
            client_id_prefix=row.client_id_prefix,
            binding=_NO_BINDING if row.binding is None else self._seals.open_binding(row.id, row.binding),
            created_at=from_epoch(row.created_at),
            expires_at=from_epoch(row.expires_at),
            extensions=row.extensions,
            state=self._state(row),
            attempts=tuple(Attempt(from_epoch(each.at), each.code, each.explanation) for each in attempts),
            browser=row.browser,
            formats=tuple(row.formats.split()),
            first=row.first,
            part=row.part,
            parts=row.parts,
            taken=row.taken,
            remote=row.remote,
            invited=row.invited,
        )

    def _state(self, row: Any) -> State:  # noqa: ANN401  # a row of the table
        match row.state:
            case "answered" if row.return_hash is None:
                return Answered(self._seals.open_answer(row.id, row.answer))
            case "answered" if row.code is not None:
                return Held(TRIES - row.tries)
            case "answered":
                # The wallet has answered, but did not come back yet: for everybody here the request is still open.
                return Open(from_epoch(row.fetched_at) if row.fetched_at is not None else None)
            case "declined":
                return Declined(from_epoch(row.ended_at), row.decline_code)
            case "withdrawn":
                return Withdrawn(from_epoch(row.ended_at))
            case _:
                return Open(None if row.fetched_at is None else from_epoch(row.fetched_at))


def standing(row: Any, now: datetime) -> Standing:  # noqa: ANN401  # a row of the table
    """Say where a request stands, of which nothing sealed is opened."""
    match row.state:
        case "answered" if row.return_hash is None:
            return Standing("beantwoord", from_epoch(row.ended_at))
        case "answered" if row.held:
            since = from_epoch(row.ended_at)
            return Standing("code" if epoch(now) < row.expires_at else "verlopen", since)
        case "declined":
            return Standing("geweigerd", from_epoch(row.created_at), row.decline_code)
        case "withdrawn":
            return Standing("ingetrokken", from_epoch(row.created_at), part=row.part, parts=row.parts)
        case _:
            word: StatusWord = "open" if epoch(now) < row.expires_at else "verlopen"
            return Standing(word, from_epoch(row.created_at), part=row.part, parts=row.parts)


def hash_of(secret: str) -> bytes:
    """Return by what a row is found whose address, or whose code, somebody holds."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()
