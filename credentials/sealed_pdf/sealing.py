"""Seal a document that was laid out: PAdES baseline B-B, or B-T with a time stamp (ETSI EN 319 142-1).

The seal is an ordinary signature of an organisation's key over every byte but its own. What is signed: the digest and
which certificate the key is of (CAdES `signing-certificate-v2`), never a signing time, which stands in the document.
"""

import hashlib
from collections.abc import Callable, Sequence
from typing import Final, TypeAlias

from credentials.awaited import awaited
from credentials.errors import BlauweKnopError, ConfigurationError, MalformedInput, Unavailable
from credentials.keys import Algorithm, Signer
from credentials.sealed_pdf.place import place_of

AskForStamp: TypeAlias = Callable[[bytes], bytes]
"""Send a time-stamp request (RFC 3161 section 2.4.1, DER) to an authority and return its answer.

Raises Unavailable, or any BlauweKnopError of the exchange.
"""

_DIGEST: Final = "sha256"


class StampRefused(Unavailable):
    """The time-stamping authority gave no stamp: the document is not sealed without what was promised."""

    code = "stamp_refused"


def seal(document: bytes, signer: Signer, x5c: Sequence[bytes], ask_for_stamp: AskForStamp | None = None) -> bytes:
    """Return the document with its seal in the place that was left for it.

    Raises StampRefused, MalformedInput for a document without one free place, ConfigurationError for a key that is
    not of P-256.
    """
    if signer.algorithm is not Algorithm.ES256:
        raise ConfigurationError("documents are sealed with a key of P-256 (ES256)")
    begins, ends = place_of(document)
    if any(document[begins + 1 : ends - 1].replace(b"0", b"")):
        raise MalformedInput("the document is sealed already")
    digest = hashlib.sha256(document[:begins])
    digest.update(document[ends:])
    made = awaited(_cms(digest.digest(), signer, x5c, ask_for_stamp)).hex().encode("ascii")
    room = ends - begins - 2
    if len(made) > room:
        if ask_for_stamp is not None:
            raise StampRefused("the seal with its time stamp does not fit into its place")
        raise MalformedInput("the seal does not fit into its place")
    return document[: begins + 1] + made.ljust(room, b"0") + document[ends - 1 :]


async def _cms(digest: bytes, signer: Signer, x5c: Sequence[bytes], ask: AskForStamp | None) -> bytes:
    # Half a second and much memory: only where a document is sealed.
    from asn1crypto import cms, tsp, x509  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature  # noqa: PLC0415
    from pyhanko.sign import signers  # noqa: PLC0415
    from pyhanko.sign.timestamps import TimeStamper  # noqa: PLC0415

    class OurSigner(signers.Signer):
        async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
            del digest_algorithm
            raw = bytes(64) if dry_run else signer.sign(data)
            return encode_dss_signature(int.from_bytes(raw[:32]), int.from_bytes(raw[32:]))

    class OurStamper(TimeStamper):
        async def async_timestamp(self, message_digest: bytes, md_algorithm: str) -> cms.ContentInfo:
            try:
                stamp = await super().async_timestamp(message_digest, md_algorithm)
            except BlauweKnopError:
                raise
            except Exception as error:
                # What an authority answers is read here, which raises much: an AttributeError for another's nonce.
                raise StampRefused("the time-stamping authority gave no stamp") from error
            # Without its length, so that it is put in as it came: asn1crypto would write one that ends in 0x80 anew.
            return stamp.untag()

        async def async_request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
            if ask is None:
                raise StampRefused("there is no authority")
            try:
                answer = tsp.TimeStampResp.load(ask(req.dump()))
            except BlauweKnopError as error:
                raise StampRefused("the time-stamping authority could not be asked") from error
            # RFC 3161 section 2.4.2: pyHanko compares the nonce alone. A stamp of anything else is a broken seal.
            token = answer["time_stamp_token"]["content"]["encap_content_info"]["content"].parsed
            if token["message_imprint"].native != req["message_imprint"].native:
                raise StampRefused("the time stamp is not of this seal")
            return answer

    leaf, *others = (x509.Certificate.load(each) for each in x5c)
    hand = OurSigner(signing_cert=leaf, embed_roots=False)
    hand.cert_registry.register_multiple(others)
    stamper = None if ask is None else OurStamper()  # type: ignore[no-untyped-call]
    info = await hand.async_sign(digest, _DIGEST, use_pades=True, timestamper=stamper, is_pdf_sig=True)
    return bytes(info.dump())
