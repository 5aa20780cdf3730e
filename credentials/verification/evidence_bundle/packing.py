"""Make an evidence bundle of what a verifier has kept."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, final

from credentials.clock import epoch
from credentials.consulted import TRUST_LIST
from credentials.encoding import JsonObject, b64_encode, b64url_encode
from credentials.errors import MalformedInput
from credentials.formats.base import Channel, Credential
from credentials.jose import sign_jwt
from credentials.keys import Signer
from credentials.verification.evidence_bundle.archive import pack
from credentials.verification.evidence_bundle.fingerprint import content_of, digest_of
from credentials.verification.evidence_bundle.manifest import (
    MANIFEST,
    README,
    SEAL,
    KeptAnswer,
    KeptProof,
    Manifest,
)
from credentials.verification.evidence_bundle.readme import TEXT

TOKEN_TYPE: Final = "blauweknop-bewijsbundel+jwt"  # noqa: S105  # a media type


@final
@dataclass(frozen=True, slots=True)
class Received:
    """One presentation as it was received, and what was found of it."""

    format: str
    outcome: str
    presented: Credential = field(repr=False)


@final
@dataclass(frozen=True, slots=True)
class ReceivedAnswer:
    """One answer as it was received and checked. `documents` is what it was checked by (`credentials.consulted`)."""

    received_at: datetime
    checked_at: datetime
    purpose: str
    legal_ground: str
    nonce: str = field(repr=False)
    audience: str
    channel: Channel
    query: JsonObject
    agreed: tuple[str, ...]
    proofs: tuple[Received, ...] = field(repr=False)
    documents: Mapping[str, bytes] = field(repr=False)


def pack_evidence(
    answers: Sequence[ReceivedAnswer],
    *,
    made_by: str,
    made_at: datetime,
    trust_list: str,
    signer: Signer,
    x5c: tuple[bytes, ...],
) -> bytes:
    """Return the bundle, sealed with the key that requests are signed with; `trust_list` is the current one.

    Raises MalformedInput for an answer without the trust list that it was checked by, and LimitExceeded.
    """
    files = _Files()
    current = files.source(trust_list.encode("ascii"))
    kept = tuple(_kept(files, each) for each in answers)
    contents = {README: TEXT.encode("utf-8"), **files.contents}
    manifest = Manifest(
        made_at=made_at,
        made_by=made_by,
        trust_list=current,
        answers=kept,
        hashes={name: digest_of(content) for name, content in contents.items()},
    )
    # For people too: whoever opens the bundle reads what it holds.
    told = json.dumps(manifest.to_dict(), ensure_ascii=False, indent=1).encode("utf-8")
    claims: JsonObject = {"iat": epoch(made_at), "manifest": b64url_encode(digest_of(told))}
    seal = sign_jwt(TOKEN_TYPE, {"x5c": [b64_encode(each) for each in x5c]}, claims, signer)
    return pack({README: contents.pop(README), MANIFEST: told, SEAL: seal.encode("ascii"), **contents})


class _Files:
    """Names for what goes into the bundle; the same bytes are one source."""

    def __init__(self) -> None:
        self.contents: dict[str, bytes] = {}
        self._sources: dict[bytes, str] = {}
        self._proofs = 0

    def source(self, content: bytes) -> str:
        name = self._sources.setdefault(content, f"bronnen/{len(self._sources) + 1:03}.txt")
        self.contents[name] = content
        return name

    def proof(self, presented: Credential) -> str:
        self._proofs += 1
        whole = isinstance(presented, str)
        name = f"bewijzen/{self._proofs:03}.{'txt' if whole else 'json'}"
        self.contents[name] = content_of(presented)
        return name


def _kept(files: _Files, answer: ReceivedAnswer) -> KeptAnswer:
    documents = dict(answer.documents)
    trust_list = documents.pop(TRUST_LIST, None)
    if trust_list is None:
        raise MalformedInput("an answer lacks the trust list that it was checked by")
    return KeptAnswer(
        received_at=answer.received_at,
        checked_at=answer.checked_at,
        purpose=answer.purpose,
        legal_ground=answer.legal_ground,
        nonce=answer.nonce,
        audience=answer.audience,
        channel=answer.channel,
        query=answer.query,
        agreed=answer.agreed,
        trust_list=files.source(trust_list),
        documents={address: files.source(content) for address, content in documents.items()},
        proofs=tuple(KeptProof(files.proof(each.presented), each.format, each.outcome) for each in answer.proofs),
    )
