"""Trust: certificates, the signed list of participants, and "may this key issue this type, at this time?"."""

from credentials.trust.anchors import (
    IssuerNotAllowed,
    IssuerWithdrawn,
    Signed,
    UnknownIssuer,
    UnknownVerifier,
    UnknownWalletProvider,
    authorise,
    authorise_list,
    publishes_keys,
    recognise_attester,
    recognise_issuer,
    recognise_sealer,
    recognise_verifier,
    recognise_wallet_provider,
)
from credentials.trust.arrangements import JointArrangement, check_address
from credentials.trust.etsi import MalformedTrustedList, TrustedList, TrustedLists
from credentials.trust.naming import names
from credentials.trust.own_leaf import LeafFault, leaf_fault
from credentials.trust.participant import Participant, Role
from credentials.trust.phones import check_phone
from credentials.trust.pinned import PinnedKeys
from credentials.trust.scheme_document import (
    Organisation,
    Refusal,
    SchemeDocument,
    SchemeDocumentRejected,
    issue_scheme_document,
)
from credentials.trust.shared import SharedAuthority, shared_authorities, with_pinned_names
from credentials.trust.source import Keeper, SourceState, TrustListSource
from credentials.trust.steady import SteadyTrustList
from credentials.trust.trust_list import HeldTrustList, TrustList, TrustListExpired, TrustListRejected
from credentials.trust.x509 import CertificateAuthority, InvalidChain, KeyPurpose, Leaf, make_ca, verify_chain

__all__ = [
    "CertificateAuthority",
    "HeldTrustList",
    "InvalidChain",
    "IssuerNotAllowed",
    "IssuerWithdrawn",
    "JointArrangement",
    "Keeper",
    "KeyPurpose",
    "Leaf",
    "LeafFault",
    "MalformedTrustedList",
    "Organisation",
    "Participant",
    "PinnedKeys",
    "Refusal",
    "Role",
    "SchemeDocument",
    "SchemeDocumentRejected",
    "SharedAuthority",
    "Signed",
    "SourceState",
    "SteadyTrustList",
    "TrustList",
    "TrustListExpired",
    "TrustListRejected",
    "TrustListSource",
    "TrustedList",
    "TrustedLists",
    "UnknownIssuer",
    "UnknownVerifier",
    "UnknownWalletProvider",
    "authorise",
    "authorise_list",
    "check_address",
    "check_phone",
    "issue_scheme_document",
    "leaf_fault",
    "make_ca",
    "names",
    "publishes_keys",
    "recognise_attester",
    "recognise_issuer",
    "recognise_sealer",
    "recognise_verifier",
    "recognise_wallet_provider",
    "shared_authorities",
    "verify_chain",
    "with_pinned_names",
]
