"""What an evidence bundle says of itself: which answers it holds, to which question, and by what they were checked.

    manifest.json   this, with the hash of each of the other files
    zegel.jwt       the signature of whoever made the bundle, over the manifest
    leesmij.txt     for people
    bewijzen/…      each presentation as it was received
    bronnen/…       trust lists, status lists and other documents, as they were when it was checked

    {"type": "blauweknop-bewijsbundel", "versie": 1, "gemaaktOp": "2026-11-23T12:00:00Z", "gemaaktDoor": "Schuldhulp …",
     "lijstVanDeelnemers": "bronnen/001.txt",
     "antwoorden": [{"ontvangenOp": "…", "gecontroleerdOp": "…", "doel": "…", "grondslag": "…",
                     "nonce": "…", "audience": "…", "responseUri": "…", "encryptionKey": "…",
                     "vraag": {…}, "akkoord": ["…"],
                     "lijstVanDeelnemers": "bronnen/001.txt", "bronnen": {"https://…": "bronnen/002.txt"},
                     "bewijzen": [{"bestand": "bewijzen/001.txt", "formaat": "dc+sd-jwt", "uitkomst": "bewezen"}]}],
     "bestanden": {"bewijzen/001.txt": "<SHA-256, hexadecimal>", …}}

Whose debts they are it does not say, nor under which reference they are filed. Members that are not known are left
alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final, Self, final

from credentials.encoding import JsonObject, JsonValue, json_object
from credentials.errors import MalformedInput
from credentials.formats.base import Channel
from credentials.verification.evidence_bundle.fingerprint import answer_part, digest_of, fingerprint

TYPE: Final = "blauweknop-bewijsbundel"
VERSION: Final = 1
MANIFEST: Final = "manifest.json"
SEAL: Final = "zegel.jwt"
README: Final = "leesmij.txt"
MAX_MANIFEST_BYTES: Final = 4 << 20
MAX_ANSWERS: Final = 100
MAX_PROOFS: Final = 2_000


class MalformedManifest(MalformedInput):
    """A bundle that does not say what a bundle must say."""

    code = "malformed_evidence_bundle"


@final
@dataclass(frozen=True, slots=True)
class KeptProof:
    """One presentation: where it lies, how it is secured, and what was found of it when it was checked."""

    file: str
    format: str
    outcome: str


@final
@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """One answer of a wallet: what it answered and on which way, and by what it was checked, `checked_at`.

    `trust_list` and `documents` (by address) name files.
    """

    received_at: datetime
    checked_at: datetime
    purpose: str
    legal_ground: str
    nonce: str = field(repr=False)
    audience: str
    channel: Channel
    query: JsonObject
    agreed: tuple[str, ...]
    trust_list: str
    documents: Mapping[str, str]
    proofs: tuple[KeptProof, ...]


@final
@dataclass(frozen=True, slots=True)
class Manifest:
    """What a bundle holds. `trust_list` is that of the day on which it was made; `hashes` are SHA-256, by file."""

    made_at: datetime
    made_by: str
    trust_list: str
    answers: tuple[KeptAnswer, ...]
    hashes: Mapping[str, bytes]

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """Read one. Raises MalformedManifest, MalformedInput, LimitExceeded."""
        document = json_object(data, MANIFEST, max_bytes=MAX_MANIFEST_BYTES)
        if document.get("type") != TYPE or document.get("versie") != VERSION:
            raise MalformedManifest("not a bundle of a version that we read")
        manifest = cls(
            made_at=_moment(document, "gemaaktOp"),
            made_by=_text(document, "gemaaktDoor"),
            trust_list=_text(document, "lijstVanDeelnemers"),
            answers=tuple(map(_answer, _objects(document, "antwoorden", MAX_ANSWERS))),
            hashes={name: _digest(value) for name, value in _object(document, "bestanden").items()},
        )
        if not manifest.answers or any(name not in manifest.hashes for name in manifest._named()):
            raise MalformedManifest("it names a file that it does not list")
        if sum(len(each.proofs) for each in manifest.answers) > MAX_PROOFS:
            raise MalformedManifest(f"it holds more than {MAX_PROOFS} proofs")
        if any(not each.received_at <= each.checked_at <= manifest.made_at for each in manifest.answers):
            raise MalformedManifest("it was not received, checked and packed in this order")
        return manifest

    def to_dict(self) -> JsonObject:
        """Return it as JSON."""
        return {
            "type": TYPE,
            "versie": VERSION,
            "gemaaktOp": _written(self.made_at),
            "gemaaktDoor": self.made_by,
            "lijstVanDeelnemers": self.trust_list,
            "antwoorden": [_written_answer(each) for each in self.answers],
            "bestanden": {name: digest.hex() for name, digest in self.hashes.items()},
        }

    @property
    def fingerprint(self) -> str:
        """Return the name of the check that it was made of."""
        return fingerprint(
            answer_part(
                each.received_at, each.checked_at, each.nonce, [self.hashes[proof.file] for proof in each.proofs]
            )
            for each in self.answers
        )

    def _named(self) -> set[str]:
        found = {self.trust_list, README}
        for each in self.answers:
            found |= {each.trust_list, *each.documents.values(), *(proof.file for proof in each.proofs)}
        return found


def _answer(entry: JsonObject) -> KeptAnswer:
    query, agreed = entry.get("vraag"), entry.get("akkoord", [])
    if not isinstance(query, dict) or not isinstance(agreed, list):
        raise MalformedManifest("vraag is not an object, or akkoord not a list")
    documents = {address: file for address, file in _object(entry, "bronnen").items() if isinstance(file, str)}
    if len(documents) != len(_object(entry, "bronnen")):
        raise MalformedManifest("bronnen names files")
    return KeptAnswer(
        received_at=_moment(entry, "ontvangenOp"),
        checked_at=_moment(entry, "gecontroleerdOp"),
        purpose=_text(entry, "doel"),
        legal_ground=_text(entry, "grondslag"),
        nonce=_text(entry, "nonce"),
        audience=_text(entry, "audience"),
        channel=Channel(_optional(entry, "responseUri"), _optional(entry, "encryptionKey")),
        query=query,
        agreed=tuple(str(each) for each in agreed),
        trust_list=_text(entry, "lijstVanDeelnemers"),
        documents=documents,
        proofs=tuple(
            KeptProof(_text(each, "bestand"), _text(each, "formaat"), _text(each, "uitkomst"))
            for each in _objects(entry, "bewijzen", MAX_PROOFS)
        ),
    )


def _written_answer(answer: KeptAnswer) -> JsonObject:
    way: JsonObject = {
        name: value
        for name, value in (
            ("responseUri", answer.channel.response_uri),
            ("encryptionKey", answer.channel.encryption_key),
        )
        if value is not None
    }
    return {
        "ontvangenOp": _written(answer.received_at),
        "gecontroleerdOp": _written(answer.checked_at),
        "doel": answer.purpose,
        "grondslag": answer.legal_ground,
        "nonce": answer.nonce,
        "audience": answer.audience,
        **way,
        "vraag": answer.query,
        "akkoord": list(answer.agreed),
        "lijstVanDeelnemers": answer.trust_list,
        "bronnen": dict(answer.documents),
        "bewijzen": [
            {"bestand": each.file, "formaat": each.format, "uitkomst": each.outcome} for each in answer.proofs
        ],
    }


def _text(entry: JsonObject, name: str) -> str:
    value = entry.get(name)
    if not isinstance(value, str):
        raise MalformedManifest(f"{name} is not a text")
    return value


def _optional(entry: JsonObject, name: str) -> str | None:
    return None if entry.get(name) is None else _text(entry, name)


def _object(entry: JsonObject, name: str) -> JsonObject:
    value = entry.get(name)
    if not isinstance(value, dict):
        raise MalformedManifest(f"{name} is not an object")
    return value


def _objects(entry: JsonObject, name: str, most: int) -> list[JsonObject]:
    value = entry.get(name)
    if not isinstance(value, list) or len(value) > most:
        raise MalformedManifest(f"{name} is not a list of at most {most} objects")
    found = [each for each in value if isinstance(each, dict)]
    if len(found) != len(value):
        raise MalformedManifest(f"{name} is not a list of objects")
    return found


def _digest(value: JsonValue) -> bytes:
    try:
        digest = bytes.fromhex(value) if isinstance(value, str) else b""
    except ValueError as error:
        raise MalformedManifest("a hash is not hexadecimal") from error
    if len(digest) != len(digest_of(b"")):
        raise MalformedManifest("a hash is not a SHA-256")
    return digest


def _moment(entry: JsonObject, name: str) -> datetime:
    try:
        moment = datetime.fromisoformat(_text(entry, name))
    except ValueError as error:
        raise MalformedManifest(f"{name} is not a moment") from error
    if moment.tzinfo is None:
        raise MalformedManifest(f"{name} is not a moment in UTC")
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:
        raise MalformedManifest(f"{name} is not a moment") from error


def _written(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
