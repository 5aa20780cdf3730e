"""Trust: certificates, the signed list of participants, and "may this key issue this type, at this time?"."""

from credentials.trust.anchors import (
    IssuerNotAllowed,
    IssuerWithdrawn,
    Signed,
    UnknownIssuer,
    UnknownVerifier,
    authorise,
    authorise_list,
    publishes_keys,
    recognise_verifier,
)
from credentials.trust.participant import Participant, Role
from credentials.trust.pinned import PinnedKeys
from credentials.trust.source import Keeper, TrustListSource
from credentials.trust.trust_list import HeldTrustList, TrustList, TrustListExpired, TrustListRejected
from credentials.trust.x509 import CertificateAuthority, InvalidChain, KeyPurpose, Leaf, make_ca, verify_chain

__all__ = [
    "CertificateAuthority",
    "HeldTrustList",
    "InvalidChain",
    "IssuerNotAllowed",
    "IssuerWithdrawn",
    "Keeper",
    "KeyPurpose",
    "Leaf",
    "Participant",
    "PinnedKeys",
    "Role",
    "Signed",
    "TrustList",
    "TrustListExpired",
    "TrustListRejected",
    "TrustListSource",
    "UnknownIssuer",
    "UnknownVerifier",
    "authorise",
    "authorise_list",
    "make_ca",
    "publishes_keys",
    "recognise_verifier",
    "verify_chain",
]
