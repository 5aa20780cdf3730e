"""The one form in which a seal is written (CMS, RFC 5652 section 5.1), so that none of its bytes is free.

    ContentInfo { signed-data, SignedData { 1, {digest}, {data}, certificates, {SignerInfo} } }
    SignerInfo { 1, certificate, digest, signed attributes, algorithm, signature, stamp? }

What nobody signs says the one thing that it may say, in DER. Certificates and a stamp are others': they stand as they
came, since authorities write their stamps in BER as well, and who validates them reads them strictly.

asn1crypto writes a value anew (`dump(force=True)`) at a cost that multiplies with every level, half a minute for a seal
with a stamp: so it is asked for small parts alone.
"""

from typing import Final

from asn1crypto import algos, cms, core, parser

from credentials.sealed_pdf.errors import SealBroken

_ONE: Final = bytes(core.Integer(1).dump())
_SIGNED_DATA: Final = bytes(cms.ContentType("signed_data").dump())
# RFC 5652 section 5.2: without content, as what is signed stands outside.
_DATA: Final = bytes(cms.EncapsulatedContentInfo({"content_type": "data"}).dump())
_STAMP: Final = bytes(cms.CMSAttributeType("signature_time_stamp_token").dump())

_SEQUENCE: Final = 0x30
_SET: Final = 0x31
_FIRST: Final = 0xA0
_SECOND: Final = 0xA1
_OCTETS: Final = 0x04


def signed_data(contents: bytes) -> cms.SignedData:
    """Read the value of a signature field: one signature in this form, and zeros behind it. Raises SealBroken."""
    try:
        der = contents[: parser.peek(contents)]
        if contents != der.ljust(len(contents), b"\0"):
            raise SealBroken("the seal is not one signature")
        _check(der)
        return cms.ContentInfo.load(der)["content"]
    except (ValueError, TypeError) as error:
        # What the parser says, and what Python says of another number of parts.
        raise SealBroken("the seal is not one signature in the form that ours have") from error


def _check(der: bytes) -> None:
    kind, wrapped = _parts(der, _SEQUENCE)
    (data,) = _parts(wrapped, _FIRST)
    version, digests, content, certificates, signers = _parts(data, _SEQUENCE)
    (digest,) = _parts(digests, _SET)
    for each in _parts(certificates, _FIRST):
        _parts(each, _SEQUENCE)
    (signer,) = _parts(signers, _SET)
    signer_version, named, signer_digest, attributes, algorithm, signature, *unsigned = _parts(signer, _SEQUENCE)
    _parts(attributes, _FIRST)
    fixed = (kind, version, content, signer_version, signer_digest)
    if fixed != (_SIGNED_DATA, _ONE, _DATA, _ONE, digest) or signature != _written(signature, _OCTETS):
        raise SealBroken("the seal says more than a seal of ours")
    # RFC 5652 section 5.4: as a SET OF they are what is signed; here they have a tag of their own.
    again = (
        (cms.IssuerAndSerialNumber, named),
        (algos.DigestAlgorithm, digest),
        (cms.CMSAttributes, bytes([_SET]) + attributes[1:]),
        (algos.SignedDigestAlgorithm, algorithm),
    )
    if any(kind.load(part, strict=True).dump(force=True) != part for kind, part in again):
        raise SealBroken("the seal is not written as DER")
    if unsigned:
        _check_stamp(*unsigned)


def _check_stamp(unsigned: bytes) -> None:
    (attribute,) = _parts(unsigned, _SECOND)
    kind, values = _parts(attribute, _SEQUENCE)
    if kind != _STAMP:
        raise SealBroken("the seal says more than a seal of ours")
    if len(_parts(values, _SET)) != 1:
        raise SealBroken("the seal has more than one time stamp")


def _parts(value: bytes, tag: int) -> list[bytes]:
    """Return what stands in a value of this tag, whose length is written in the one way of DER; each as it came."""
    if value[0] != tag or value != _written(value, tag):
        raise SealBroken("the seal is not written as DER")
    rest = parser.parse(value, strict=True)[4]
    found: list[bytes] = []
    while rest:
        size = parser.peek(rest)
        found.append(rest[:size])
        rest = rest[size:]
    return found


def _written(value: bytes, tag: int) -> bytes:
    content = parser.parse(value, strict=True)[4]
    return bytes(parser.emit(tag >> 6, tag >> 5 & 1, tag & 0x1F, content))
