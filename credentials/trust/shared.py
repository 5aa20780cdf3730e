"""Authorities that certify more than one organisation: below those, an entry must say which leaves are its own.

Names are compared for every leaf (`credentials.trust.naming`), but how well an authority checks the names that it
writes differs, and a host is the weakest. Who enters a shared authority therefore pins the names, or the leaves.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final, final

from cryptography import x509
from cryptography.x509.oid import NameOID

from credentials.trust.naming import hosts, organisation_numbers
from credentials.trust.participant import Participant
from credentials.trust.x509.certificate import attributes_of, extension_of, read

# PKIoverheid's policies; those of the web's authorities and of the EU's trust services stand below the other two.
_PUBLIC_POLICIES: Final = ("2.16.528.1.1003.", "2.23.140.1.", "0.4.0.194112.", "0.4.0.2042.")
_PUBLIC_NAMES: Final = ("pkioverheid", "staat der nederlanden")


@final
@dataclass(frozen=True, slots=True)
class SharedAuthority:
    """An entry whose authority certifies others as well, and that does not say which names or leaves are its own."""

    participant: Participant
    reason: str


def shared_authorities(participants: Iterable[Participant]) -> Iterator[SharedAuthority]:
    """Find the entries that would leave it to a shared authority who speaks for them."""
    everyone = tuple(participants)
    for participant in everyone:
        if participant.pins_certificates:
            continue
        others = [each for each in everyone if each is not participant and not _same_organisation(each, participant)]
        for anchor in participant.anchors:
            reason = _reason(anchor, participant, others)
            if reason is not None:
                yield SharedAuthority(participant, reason)
                break


def with_pinned_names(participant: Participant, leaf: bytes) -> Participant:
    """Return one's own entry, and where an authority of it is known to be shared, with the name that one's leaf bears.

    That is the organisation's number, which an authority checks best, or else the host. `leaf` is DER.
    """
    if not any(_reason(anchor, participant, ()) for anchor in participant.anchors):
        return participant
    if participant.oin in _numbers(read(leaf)):
        return replace(participant, certificate_names=(f"oin:{participant.oin}",))
    return replace(participant, certificate_names=tuple(f"dns:{host}" for host in sorted(hosts(participant))))


def _reason(anchor: bytes, participant: Participant, others: Iterable[Participant]) -> str | None:
    authority = read(anchor)
    name, key = authority.subject, authority.public_key()
    for other in others:
        for theirs in map(read, other.anchors):
            # The same authority may have several certificates: by one name, or for one key.
            if theirs.subject == name or theirs.public_key() == key:
                return f"its authority is also that of {other.name}"
    texts = [text.lower() for each in name if isinstance(text := each.value, str)]
    if any(known in text for known in _PUBLIC_NAMES for text in texts):
        return "its authority is a public one, by its name"
    policies = extension_of(authority, x509.CertificatePolicies) or ()
    if any(f"{each.policy_identifier.dotted_string}.".startswith(_PUBLIC_POLICIES) for each in policies):
        return "its authority is a public one, by its certificate policies"
    stated = (
        *attributes_of(authority, NameOID.SERIAL_NUMBER),
        *attributes_of(authority, NameOID.ORGANIZATION_IDENTIFIER),
    )
    numbers = organisation_numbers(stated)
    if participant.oin is not None and numbers and participant.oin not in numbers:
        return "its authority bears the number of another organisation"
    return None


def _numbers(certificate: x509.Certificate) -> frozenset[str]:
    attributes = (NameOID.SERIAL_NUMBER, NameOID.ORGANIZATION_IDENTIFIER)
    return organisation_numbers(text for each in attributes for text in attributes_of(certificate, each))


def _same_organisation(one: Participant, other: Participant) -> bool:
    return one.oin is not None and one.oin == other.oin
