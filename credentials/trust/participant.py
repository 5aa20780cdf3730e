"""One organisation on the trust list: who it is, with which keys it speaks, and what it may do.

The list holds organisations, never people. JSON names are Dutch or the protocols' own; Python names are English.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final, TypeVar, final

from credentials.encoding import JsonObject, JsonValue, b64url_decode, b64url_encode
from credentials.errors import MalformedInput
from credentials.keys import PublicJwk
from credentials.plain_text import text_fault
from credentials.trust.arrangements import JointArrangement, check_address
from credentials.trust.phones import check_phone
from credentials.trust.x509 import check_authority, to_der, to_pem

MAX_IDENTIFIER_CHARACTERS: Final = 4096
MAX_ITEMS: Final = 64

_OIN: Final = re.compile(r"[0-9]{20}\Z")
_HOST: Final = re.compile(r"[a-z0-9](?:[a-z0-9.:-]*[a-z0-9])?\Z")
_HEX_SHA256: Final = re.compile(r"[0-9A-Fa-f]{64}\Z")
_SHA256_BYTES: Final = 32

_Item = TypeVar("_Item")


class MalformedParticipant(MalformedInput):
    """An entry that does not say what an entry must say."""

    code = "malformed_participant"


class Role(StrEnum):
    """What a participant does in the scheme."""

    ISSUER = "issuer"
    VERIFIER = "verifier"
    WALLET = "wallet"
    ATTESTER = "attester"


@final
@dataclass(frozen=True, slots=True)
class Participant:
    """An entry of the trust list.

    `anchors` are the certificate authorities (DER) under which its `x5c` chains end; which leaves below them are its
    own is said in `credentials.trust.naming`. `certificate_names` (`oin:`, `dns:`, `uri:` and a name) and
    `fingerprints` (SHA-256) pin those: where there are any, no other name counts. `keys` pins the keys of a `did:web`:
    where there are any, no other key of that DID counts; a leaf of such a key is its own. With `publishes_keys` the
    keys that it publishes on its web site (SD-JWT VC section 4) count as its own, if none are pinned or they are among
    those. `types` and `type_prefixes` say what it may issue, `claims` and `purposes` what it may ask as a verifier,
    `bsn` whether it may ask or state a citizen service number. With `compromised`, a withdrawal also undoes what was
    issued before it. `arrangement` is where a citizen asks to pay in parts, `joint_arrangement` a plan of several
    bodies that it takes part in (`credentials.trust.arrangements`); `phone` is where a citizen reaches it.
    """

    identifier: str
    name: str
    roles: frozenset[Role] = frozenset({Role.ISSUER})
    oin: str | None = None
    abbreviation: str | None = None
    anchors: tuple[bytes, ...] = ()
    did: str | None = None
    keys: tuple[PublicJwk, ...] = ()
    types: frozenset[str] = frozenset()
    type_prefixes: tuple[str, ...] = ()
    redirect_uris: tuple[str, ...] = ()
    client_ids: tuple[str, ...] = ()
    purposes: tuple[str, ...] = ()
    claims: tuple[str, ...] = ()
    bsn: bool = False
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    withdrawn_at: datetime | None = None
    compromised: bool = False
    category: str | None = None
    publishes_keys: bool = False
    certificate_names: tuple[str, ...] = ()
    fingerprints: frozenset[bytes] = frozenset()
    arrangement: str | None = None
    joint_arrangement: JointArrangement | None = None
    phone: str | None = None

    @property
    def pins_certificates(self) -> bool:
        """Whether the entry itself says which leaves are this participant's, by name or one by one."""
        return bool(self.certificate_names or self.fingerprints)

    def may_issue(self, type_: str) -> bool:
        """Say whether the list lets this participant issue this type, whenever that was."""
        if Role.ISSUER not in self.roles:
            return False
        return type_ in self.types or any(type_.startswith(prefix) for prefix in self.type_prefixes)

    @classmethod
    def parse(cls, entry: JsonValue) -> "Participant":
        """Read an entry; unknown members are left alone. Raises MalformedParticipant.

        An outsider may be entered with `identifier`, `naam`, `certificate` or `did`, and `types` alone: an issuer.
        """
        if not isinstance(entry, dict):
            raise MalformedParticipant("an entry is an object")
        try:
            return _participant(entry)
        except MalformedParticipant:
            raise
        except MalformedInput as error:
            raise MalformedParticipant(error.detail) from error

    def to_dict(self) -> JsonObject:
        """Return the entry as JSON; what is empty is left out."""
        members: dict[str, JsonValue] = {
            "identifier": self.identifier,
            "naam": self.name,
            "oin": self.oin,
            "afkorting": self.abbreviation,
            "roles": [*sorted(role.value for role in self.roles)],
            "certificates": [to_pem(der) for der in self.anchors],
            "certificateNames": list(self.certificate_names),
            "fingerprints": [*sorted(b64url_encode(each) for each in self.fingerprints)],
            "did": self.did,
            "keys": [key.multikey for key in self.keys],
            "types": [*sorted(self.types)],
            "typePrefixes": list(self.type_prefixes),
            "redirectUris": list(self.redirect_uris),
            "clientIds": list(self.client_ids),
            "purposes": list(self.purposes),
            "claims": list(self.claims),
            "bsn": self.bsn,
            "validFrom": _time_text(self.valid_from),
            "validUntil": _time_text(self.valid_until),
            "withdrawnAt": _time_text(self.withdrawn_at),
            "compromised": self.compromised,
            "category": self.category,
            "publishesKeys": self.publishes_keys,
            "arrangement": self.arrangement,
            "jointArrangement": None if self.joint_arrangement is None else self.joint_arrangement.to_dict(),
            "phone": self.phone,
        }
        return {name: value for name, value in members.items() if value not in (None, [], False)}


def _participant(entry: JsonObject) -> Participant:
    identifier, name = _text(entry, "identifier"), _text(entry, "naam")
    if not identifier or not name:
        raise MalformedParticipant("an entry has an identifier and a naam")
    # People decide by these whom they trust.
    for member in ("identifier", "naam", "afkorting", "category"):
        fault = text_fault(_text(entry, member) or "")
        if fault is not None:
            raise MalformedParticipant(f"{member}: {fault}")
    did = _text(entry, "did")
    if did is None and identifier.startswith("did:"):
        did = identifier
    if did is not None and (not did.startswith("did:") or "#" in did):
        raise MalformedParticipant("did is not a DID")
    pems = list(_texts(entry, "certificates"))
    single = _text(entry, "certificate")
    if single is not None:
        pems.append(single)
    anchors = tuple(dict.fromkeys(to_der(pem) for pem in pems))
    for anchor in anchors:
        check_authority(anchor)
    # An outsider's entry may leave the role out; an empty list of roles is no role.
    roles = frozenset(_each(_texts(entry, "roles"), Role, "roles")) if "roles" in entry else frozenset({Role.ISSUER})
    prefixes = _texts(entry, "typePrefixes")
    # A prefix that ends in the middle of a name would cover names that nobody meant.
    if any(not prefix.endswith((":", "/")) for prefix in prefixes):
        raise MalformedParticipant("a type prefix ends with a colon or a slash")
    arrangement, joint = _text(entry, "arrangement"), entry.get("jointArrangement")
    phone = _text(entry, "phone")
    certificate_names = tuple(map(_certificate_name, _texts(entry, "certificateNames")))
    return Participant(
        identifier=identifier,
        name=name,
        roles=roles,
        oin=_text(entry, "oin"),
        abbreviation=_text(entry, "afkorting"),
        anchors=anchors,
        did=did,
        keys=tuple(PublicJwk.from_multikey(key) for key in _texts(entry, "keys")),
        types=frozenset(_texts(entry, "types")),
        type_prefixes=prefixes,
        redirect_uris=_texts(entry, "redirectUris"),
        client_ids=_texts(entry, "clientIds"),
        purposes=_texts(entry, "purposes"),
        claims=_texts(entry, "claims"),
        bsn=_flag(entry, "bsn"),
        valid_from=_time(entry, "validFrom"),
        valid_until=_time(entry, "validUntil"),
        withdrawn_at=_time(entry, "withdrawnAt"),
        compromised=_flag(entry, "compromised"),
        category=_text(entry, "category"),
        publishes_keys=_flag(entry, "publishesKeys"),
        certificate_names=certificate_names,
        fingerprints=frozenset(map(_fingerprint, _texts(entry, "fingerprints"))),
        arrangement=None if arrangement is None else check_address(arrangement),
        joint_arrangement=None if joint is None else JointArrangement.parse(joint),
        phone=None if phone is None else check_phone(phone),
    )


def _certificate_name(text: str) -> str:
    kind, _, name = text.partition(":")
    if kind == "oin" and _OIN.match(name):
        return text
    # A wildcard stands for hosts that nobody named.
    if kind == "dns" and _HOST.match(name.lower()):
        return text.lower()
    if kind == "uri" and ":" in name and name.isascii() and name.isprintable() and " " not in name:
        return text
    raise MalformedParticipant("a certificate name is oin: and 20 digits, dns: and a host, or uri: and a URI")


def _fingerprint(text: str) -> bytes:
    """Read a SHA-256: base64url as in `x5t#S256` (RFC 7515 section 4.1.8), or hexadecimal as OpenSSL prints it."""
    digits = text.replace(":", "")
    if _HEX_SHA256.match(digits):
        return bytes.fromhex(digits)
    digest = b64url_decode(text, "a fingerprint")
    if len(digest) != _SHA256_BYTES:
        raise MalformedParticipant("a fingerprint is a SHA-256")
    return digest


def _text(entry: Mapping[str, JsonValue], name: str) -> str | None:
    value = entry.get(name)
    if value is None:
        return None
    if not isinstance(value, str) or not value or (name not in _LONG and len(value) > MAX_IDENTIFIER_CHARACTERS):
        raise MalformedParticipant(f"{name} is not a text")
    return value


_LONG: Final = frozenset({"certificate"})


def _texts(entry: Mapping[str, JsonValue], name: str) -> tuple[str, ...]:
    value = entry.get(name)
    if value is None:
        return ()
    if not isinstance(value, list) or len(value) > MAX_ITEMS:
        raise MalformedParticipant(f"{name} is not a list of at most {MAX_ITEMS} texts")
    texts = [item for item in value if isinstance(item, str) and item]
    if len(texts) != len(value):
        raise MalformedParticipant(f"{name} is not a list of texts")
    return tuple(texts)


def _each(values: Sequence[str], make: Callable[[str], _Item], name: str) -> list[_Item]:
    try:
        return [make(value) for value in values]
    except ValueError as error:
        raise MalformedParticipant(f"{name} holds an unknown value") from error


def _flag(entry: Mapping[str, JsonValue], name: str) -> bool:
    value = entry.get(name, False)
    if not isinstance(value, bool):
        raise MalformedParticipant(f"{name} is not true or false")
    return value


def _time(entry: Mapping[str, JsonValue], name: str) -> datetime | None:
    text = _text(entry, name)
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise MalformedParticipant(f"{name} is not a date and time") from error
    if moment.tzinfo is None:
        raise MalformedParticipant(f"{name} has no time zone")
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:
        raise MalformedParticipant(f"{name} is no moment of our calendar") from error


def _time_text(moment: datetime | None) -> str | None:
    return None if moment is None else moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
