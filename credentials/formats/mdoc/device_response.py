"""DeviceResponse (8.3.2.1.2.2): one document, and the holder's signature over the session.

    {"version": "1.0", "documents": [{"docType": …, "issuerSigned": IssuerSigned, "deviceSigned":
     {"nameSpaces": #6.24(bstr .cbor {}), "deviceAuth": {"deviceSignature": COSE_Sign1}}}], "status": 0}

Elements that the device itself states are no word of the issuer's, and a MAC is made only for a verifier that asks for
one (OpenID4VP 1.0 appendix B.2.2), which ours does not: neither is taken.
"""

import re
from dataclasses import dataclass, field
from typing import Final, Self, final

from credentials.errors import BlauweKnopError
from credentials.formats.base import MalformedCredential, WrongSession
from credentials.formats.mdoc.issuer_signed import IssuerSigned
from credentials.formats.mdoc.reading import ENCODED_CBOR, embedded, mapping, parsed, required, text
from credentials.formats.mdoc.session import device_authentication
from credentials.jose.cbor import CborValue, Tagged, cbor_bytes
from credentials.jose.cose import UnverifiedMessage, sign_structure
from credentials.keys import Signer

VERSION: Final = "1.0"
_ANY_VERSION: Final = re.compile(r"1\.[0-9]\Z")
_NOTHING: Final = cbor_bytes({})


@final
@dataclass(frozen=True, slots=True)
class DeviceResponse:
    """One presented document. The holder's signature is not checked yet."""

    issuer_signed: IssuerSigned
    device_namespaces: bytes = field(repr=False)
    device_signature: CborValue = field(repr=False)

    @classmethod
    def parse(cls, value: CborValue) -> Self:
        """Read the structure. Raises MalformedCredential, InvalidMessage, LimitExceeded, UnsupportedKey."""
        members = mapping(value, "DeviceResponse")
        if not _ANY_VERSION.match(text(required(members, "version"), "version")):
            raise MalformedCredential("the response is of another version")
        if required(members, "status") != 0 or isinstance(members["status"], bool) or "documentErrors" in members:
            raise MalformedCredential("the response reports an error")
        documents = required(members, "documents")
        # OpenID4VP 1.0 section 8.1: of several credentials, each is a presentation of its own.
        if not isinstance(documents, list) or len(documents) != 1:
            raise MalformedCredential("the response does not hold one document")
        document = mapping(documents[0], "a document")
        if "errors" in document:
            raise MalformedCredential("the document reports errors")
        issuer_signed = IssuerSigned.parse(required(document, "issuerSigned"))
        # 9.3.1 step 4.
        if required(document, "docType") != issuer_signed.security.doc_type:
            raise MalformedCredential("the document is called otherwise than the issuer called it")
        device_signed = mapping(required(document, "deviceSigned"), "deviceSigned")
        namespaces = embedded(required(device_signed, "nameSpaces"), "the device's namespaces")
        if mapping(parsed(namespaces), "the device's namespaces"):
            raise MalformedCredential("elements that the device itself states are not taken")
        proof = mapping(required(device_signed, "deviceAuth"), "deviceAuth")
        if proof.keys() != {"deviceSignature"}:
            raise MalformedCredential("deviceAuth is not a signature")
        return cls(issuer_signed, namespaces, proof["deviceSignature"])

    @classmethod
    def sign(cls, issuer_signed: IssuerSigned, holder: Signer, transcript: CborValue) -> Self:
        """Answer within a session."""
        content = device_authentication(transcript, issuer_signed.security.doc_type, _NOTHING)
        return cls(issuer_signed, _NOTHING, sign_structure({}, content, holder, detached=True))

    def verify(self, transcript: CborValue) -> None:
        """Demand that the holder signed this session (9.1.3.6). Raises WrongSession."""
        security = self.issuer_signed.security
        content = device_authentication(transcript, security.doc_type, self.device_namespaces)
        try:
            UnverifiedMessage.of(self.device_signature, detached=content).verify(security.device_key)
        except BlauweKnopError as error:
            # One signature covers question, audience, address and key: which of them is another's cannot be told.
            raise WrongSession("the device's signature is not the holder's over this session") from error

    def to_cbor(self) -> CborValue:
        """Return the structure."""
        return {
            "version": VERSION,
            "documents": [
                {
                    "docType": self.issuer_signed.security.doc_type,
                    "issuerSigned": self.issuer_signed.to_cbor(),
                    "deviceSigned": {
                        "nameSpaces": Tagged(ENCODED_CBOR, self.device_namespaces),
                        "deviceAuth": {"deviceSignature": self.device_signature},
                    },
                }
            ],
            "status": 0,
        }
