"""Would others take our own certificate? The same rules as for theirs, asked before anything is signed with it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import final

from credentials.trust.naming import names
from credentials.trust.participant import Participant
from credentials.trust.x509 import CertificateExpired, KeyPurpose, verify_chain
from credentials.trust.x509.purpose import EARLIER, is_tls


@final
@dataclass(frozen=True, slots=True)
class LeafFault:
    """What is wrong with a leaf. When `fatal`, nobody takes what is signed with it; otherwise some do."""

    reason: str
    fatal: bool = True


def leaf_fault(
    chain: Sequence[bytes],
    anchor: bytes,
    participant: Participant,
    purpose: KeyPurpose,
    now: datetime,
    *,
    ahead: timedelta = timedelta(0),
) -> LeafFault | None:
    """Say what is wrong with a participant's own chain (DER, leaf first) for a purpose, if anything.

    A leaf that ends within `ahead` is not good for long: it can be made anew while all still take it.
    Raises InvalidChain for a chain that is broken, or does not end at the anchor.
    """
    try:
        leaf = verify_chain(chain, (anchor,), now)
    except CertificateExpired as error:
        return LeafFault(error.detail)
    if is_tls(leaf.key_purposes):
        return LeafFault("the certificate is that of a web server, which signs nothing here")
    if not leaf.may(purpose):
        return LeafFault("the certificate's extended key usage is for something else")
    if not names(participant, leaf):
        return LeafFault("the certificate names neither the organisation's number nor the host of base_url")
    if leaf.key_purposes & EARLIER.keys():
        return LeafFault("the certificate's extended key usage is one that not all software can read", fatal=False)
    if leaf.not_after < now + ahead:
        return LeafFault(f"the certificate ends within {ahead.days} days", fatal=False)
    return None
