"""What ties a presentation to one question: the session transcript (9.1.5.1), as OpenID4VP 1.0 appendix B.2.6 has it.

There is no device engagement and no reader key, so both are null; the handover is the hash of what the request said.
"""

import hashlib
from typing import Final

from credentials.encoding import b64url_decode
from credentials.formats.base import Channel
from credentials.formats.mdoc.reading import ENCODED_CBOR
from credentials.jose.cbor import CborValue, Tagged, cbor_bytes

ORIGIN: Final = "origin:"
"""How the audience of a presentation begins that a browser's API asked for (OpenID4VP 1.0 appendix A.2)."""


def session_transcript(audience: str, nonce: str, channel: Channel) -> CborValue:
    """Return the SessionTranscript of an answer to `audience`, which is the whole client id or `origin:` and an origin.

    Raises ValueError for an answer that is posted, to no address.
    """
    thumbprint = None if channel.encryption_key is None else b64url_decode(channel.encryption_key, "thumbprint")
    if audience.startswith(ORIGIN):
        # B.2.6.2: the origin itself, without the prefix.
        info: list[CborValue] = [audience.removeprefix(ORIGIN), nonce, thumbprint]
        return _transcript("OpenID4VPDCAPIHandover", info)
    if channel.response_uri is None:
        raise ValueError("an answer that is posted has an address")
    return _transcript("OpenID4VPHandover", [audience, nonce, thumbprint, channel.response_uri])


def device_authentication(transcript: CborValue, doc_type: str, device_namespaces: bytes) -> bytes:
    """Return DeviceAuthenticationBytes (9.1.3.4): what the holder signs, apart from the signature."""
    content: list[CborValue] = [
        "DeviceAuthentication",
        transcript,
        doc_type,
        Tagged(ENCODED_CBOR, device_namespaces),
    ]
    return cbor_bytes(Tagged(ENCODED_CBOR, cbor_bytes(content)))


def _transcript(name: str, info: list[CborValue]) -> CborValue:
    return [None, None, [name, hashlib.sha256(cbor_bytes(info)).digest()]]
