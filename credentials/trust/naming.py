"""Whose certificate is it? A chain says who vouches for a leaf; only its names say for whom.

Thousands of organisations have certificates under one public authority, so that a chain by itself gives nobody a
voice. A leaf is a participant's when the trust list says so of that very leaf (its fingerprint, or its key) or when it
names the participant, in this order: by the identifier or DID as a URI; by the organisation number, in `serialNumber`
as PKIoverheid has it or in `organizationIdentifier` (ETSI EN 319 412-1 section 5.1.4); by the host of the identifier.
An entry with `certificateNames` or `fingerprints` narrows that to these. A leaf that names another organisation's
number is never the participant's, and one that names two participants is nobody's.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Final
from urllib.parse import unquote

from credentials.dids import DidUrl, UnresolvableDid, did_key
from credentials.dids.jwk import resolve_jwk
from credentials.errors import MalformedInput
from credentials.keys import PublicJwk
from credentials.trust.participant import Participant
from credentials.trust.x509 import Leaf
from credentials.web_addresses import take_apart

_OIN: Final = re.compile(r"[0-9]{20}\Z")
# EN 319 412-1 section 5.1.4: kind of register, country, hyphen, number.
_NATIONAL_OIN: Final = re.compile(r"[A-Z]{2}[A-Z:]NL-([0-9]{20})\Z")
_CHAMBER_OF_COMMERCE: Final = re.compile(r"NTRNL-([0-9]{8})\Z")


def owner(candidates: Sequence[Participant], leaf: Leaf) -> Participant | None:
    """Return the one candidate that a leaf is of; None when it names none of them, or two.

    The candidates are those under whose authorities the leaf stands.
    """
    named = [each for each in candidates if names(each, leaf)]
    for says in _WAYS:
        found = [each for each in named if says(each, leaf)]
        if not found:
            continue
        one = found[0]
        alone = len(found) == 1 and all(each is one or _explained(each, one, leaf) for each in named)
        return one if alone else None
    return None


def names(participant: Participant, leaf: Leaf) -> bool:
    """Say whether a leaf is listed as this participant's, or names it and no other organisation."""
    if _is_listed(participant, leaf):
        return True
    stated = {number for number in map(_stated_oin, leaf.numbers) if number}
    if participant.oin is not None and stated and participant.oin not in stated:
        return False
    return any(says(participant, leaf) for says in (_by_uri, _by_number, _by_host))


def hosts(participant: Participant) -> frozenset[str]:
    """Return the hosts that the trust list itself gives a participant: of its identifier, and of its did:web."""
    return frozenset(host for name in (participant.identifier, participant.did) if name and (host := host_of(name)))


def organisation_numbers(numbers: Iterable[str]) -> frozenset[str]:
    """Return the OINs that `serialNumber`s and `organizationIdentifier`s state or imply."""
    return frozenset(oin for number in numbers for oin in (_stated_oin(number), _implied_oin(number)) if oin)


def host_of(identifier: str) -> str | None:
    """Return the host of a web address or a did:web, in lower case."""
    if identifier.startswith("did:web:"):
        identifier = f"https://{unquote(identifier.split(':')[2])}"
    try:
        parts = take_apart(identifier)
    except ValueError:
        return None
    return parts.hostname if parts.scheme in ("https", "http") else None


def _is_listed(participant: Participant, leaf: Leaf) -> bool:
    if leaf.fingerprint in participant.fingerprints:
        return True
    return any(key.members == leaf.public_jwk.members for key in participant.keys) or _is_key_of(
        participant.did, leaf.public_jwk
    )


def _is_key_of(did: str | None, key: PublicJwk) -> bool:
    """Say whether a DID is itself the key: did:key and did:jwk."""
    if did is None:
        return False
    if did.startswith("did:jwk:"):
        try:
            return resolve_jwk(DidUrl.parse(f"{did}#0")).members == key.members
        except (UnresolvableDid, MalformedInput):
            return False
    return did.startswith("did:key:") and did_key(key)[0] == did


def _by_uri(participant: Participant, leaf: Leaf) -> bool:
    own = {name for name in (participant.identifier, participant.did) if name}
    return bool(set(leaf.uris) & _names_of(participant, "uri", own))


def _by_number(participant: Participant, leaf: Leaf) -> bool:
    return bool(
        organisation_numbers(leaf.numbers) & _names_of(participant, "oin", {participant.oin} if participant.oin else ())
    )


def _by_host(participant: Participant, leaf: Leaf) -> bool:
    return bool(set(leaf.hosts) & _names_of(participant, "dns", hosts(participant)))


_WAYS: Final[tuple[Callable[[Participant, Leaf], bool], ...]] = (_is_listed, _by_uri, _by_number, _by_host)


def _names_of(participant: Participant, kind: str, own: Iterable[str]) -> frozenset[str]:
    """Return the names of one kind that a leaf may bear: those that the entry pins, or else its own."""
    if not participant.pins_certificates:
        return frozenset(own)
    return frozenset(name.partition(":")[2] for name in participant.certificate_names if name.startswith(f"{kind}:"))


def _explained(other: Participant, one: Participant, leaf: Leaf) -> bool:
    """Say whether `other` is named only by what it shares with `one`: an organisation's number, or a host."""
    if _is_listed(other, leaf) or _by_uri(other, leaf):
        return False
    same_number = other.oin is not None and other.oin == one.oin
    if _by_number(other, leaf) and not same_number:
        return False
    return not _by_host(other, leaf) or same_number or bool(hosts(other) & hosts(one))


def _stated_oin(number: str) -> str | None:
    if _OIN.match(number):
        return number
    found = _NATIONAL_OIN.match(number)
    return found[1] if found else None


def _implied_oin(number: str) -> str | None:
    """Return the organisation number that a number of the Chamber of Commerce gives (OIN register, prefix 00000003)."""
    found = _CHAMBER_OF_COMMERCE.match(number)
    return f"00000003{found[1]}0000" if found else None
