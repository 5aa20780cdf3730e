"""Read a sealed document that anybody may have made: does its seal hold, whose certificate is it, what is attached?

1. The byte range is of the whole file but one string of hexadecimal digits, and there is one such range.
2. That string is one CMS signature in the form that ours have (`form`), and zeros behind it; its digest is that of the
   file; it holds under the key of the certificate that it names and signs for (CAdES `signing-certificate-v2`).
3. A time stamp, where there is one, is over this signature; whether its authority is one of `anchors` is told.
4. Only then the file is read as PDF: the string is the value of its one signature field, which certifies it.

Nothing is fetched, and nobody is trusted here. Runs in a process of its own (`reading_process`).
"""

import hashlib
import io
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

import pikepdf
from asn1crypto import cms, core, x509
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.generic_cms import validate_sig_integrity, validate_tst_signed_data
from pyhanko_certvalidator import ValidationContext

from credentials.awaited import awaited
from credentials.errors import BlauweKnopError
from credentials.sealed_pdf.errors import MalformedPdf, SealBroken, SealMissing
from credentials.sealed_pdf.form import signed_data
from credentials.sealed_pdf.parts import MAX_BYTES, SealedPdf
from credentials.sealed_pdf.place import place_of

_MAX_ATTACHMENTS: Final = 16
_SIGNATURES: Final = {"sha256_ecdsa": "sha256", "sha384_ecdsa": "sha384"}
_HASHES: Final = frozenset({"sha256", "sha384", "sha512"})
_SUB_FILTER: Final = "/ETSI.CAdES.detached"


def read(document: bytes, anchors: Sequence[bytes] = ()) -> SealedPdf:
    """Return what a document holds whose seal does. Raises MalformedPdf, SealMissing, SealBroken, AddedAfterSeal."""
    begins, ends = place_of(document)
    contents = bytes.fromhex(document[begins + 1 : ends - 1].decode("ascii"))
    try:
        x5c, signer = _check(signed_data(contents), document[:begins] + document[ends:])
        stamped_at, checked = _stamp(signer, anchors)
        with pikepdf.open(io.BytesIO(document), attempt_recovery=False, suppress_warnings=True) as pdf:
            claimed_at = _check_field(pdf, contents)
            return SealedPdf(x5c, claimed_at, stamped_at, checked, _attachments(pdf))
    except (BlauweKnopError, MemoryError):
        raise
    except Exception as error:
        # Whatever the parsers of CMS and PDF raise for bytes that nobody meant as such.
        raise MalformedPdf("the file is damaged, or no sealed document") from error


def read_open(document: bytes) -> dict[str, bytes]:
    """Return what is attached to a document that nobody sealed. Raises MalformedPdf."""
    try:
        with pikepdf.open(io.BytesIO(document), attempt_recovery=False, suppress_warnings=True) as pdf:
            return _attachments(pdf)
    except (BlauweKnopError, MemoryError):
        raise
    except Exception as error:
        # Whatever the parser of PDF raises for bytes that nobody meant as such.
        raise MalformedPdf("the file is damaged") from error


def _check_field(pdf: pikepdf.Pdf, contents: bytes) -> datetime:
    root = pdf.Root
    fields = list(root.AcroForm.Fields.as_list()) if "/AcroForm" in root else []
    if len(fields) != 1 or "/V" not in fields[0] or str(fields[0].get("/FT")) != "/Sig":
        raise SealMissing("the document has not one seal")
    seal = fields[0].V
    if bytes(seal.Contents) != contents or str(seal.SubFilter) != _SUB_FILTER:
        raise SealBroken("the seal is not the value of its field")
    if "/Perms" not in root or root.Perms.DocMDP.objgen != seal.objgen:
        raise SealBroken("the seal does not certify the document")
    return datetime.strptime(str(seal.M), "D:%Y%m%d%H%M%SZ").replace(tzinfo=UTC)


def _attachments(pdf: pikepdf.Pdf) -> dict[str, bytes]:
    if len(pdf.attachments) > _MAX_ATTACHMENTS:
        raise MalformedPdf("the document has too many attachments")
    found = {name: bytes(each.get_file().read_bytes()) for name, each in pdf.attachments.items()}
    if sum(map(len, found.values())) > MAX_BYTES:
        raise MalformedPdf("the attachments are too large")
    return found


def _check(data: cms.SignedData, sealed: bytes) -> tuple[tuple[bytes, ...], cms.SignerInfo]:
    signer = data["signer_infos"][0]
    hashed = _SIGNATURES.get(signer["signature_algorithm"]["algorithm"].native)
    if hashed is None or signer["digest_algorithm"]["algorithm"].native != hashed:
        raise SealBroken("the seal is of a kind that we do not take")
    x5c = _chain([each.chosen for each in data["certificates"]], signer["sid"].chosen)
    leaf = x5c[0]
    digest = hashlib.new(hashed, sealed).digest()
    try:
        intact, valid = validate_sig_integrity(signer, leaf, "data", digest)
    except (SignatureValidationError, ValueError) as error:
        raise SealBroken("the seal cannot be checked") from error
    if not (intact and valid):
        raise SealBroken("the document was changed after it was sealed, or the seal is not of this key")
    _check_names_certificate(signer, leaf)
    return tuple(each.dump() for each in x5c), signer


def _chain(certificates: Sequence[x509.Certificate], sid: core.Sequence) -> list[x509.Certificate]:
    by_subject = {each.subject.dump(): each for each in certificates}
    leaf = next(
        (
            each
            for each in certificates
            if each.issuer == sid["issuer"] and each.serial_number == sid["serial_number"].native
        ),
        None,
    )
    if leaf is None:
        raise SealBroken("the certificate of the seal is not in it")
    chain = [leaf]
    while (above := by_subject.get(chain[-1].issuer.dump())) is not None and above not in chain:
        chain.append(above)
    if len(chain) != len(certificates):
        raise SealBroken("the seal holds certificates that have nothing to do with it")
    return chain


def _check_names_certificate(signer: cms.SignerInfo, leaf: x509.Certificate) -> None:
    for each in signer["signed_attrs"]:
        if each["type"].native == "signing_certificate_v2":
            named = each["values"][0]["certs"][0]
            kind = named["hash_algorithm"]["algorithm"].native
            if kind == "sha256" and named["cert_hash"].native == hashlib.sha256(leaf.dump()).digest():
                return
    raise SealBroken("the seal does not say of which certificate it is")


def _stamp(signer: cms.SignerInfo, anchors: Sequence[bytes]) -> tuple[datetime | None, bool]:
    tokens = [value for each in signer["unsigned_attrs"] for value in each["values"]]
    if not tokens:
        return None, False
    data = tokens[0]["content"]
    told = data["encap_content_info"]["content"].parsed
    imprint = told["message_imprint"]
    kind = imprint["hash_algorithm"]["algorithm"].native
    if kind not in _HASHES:
        raise SealBroken("the time stamp is of a kind that we do not take")

    def wanted(algorithm: str) -> bytes:
        return hashlib.new(algorithm, signer["signature"].native).digest()

    if imprint["hashed_message"].native != wanted(kind):
        raise SealBroken("the time stamp is of another seal")
    moment = told["gen_time"].native.astimezone(UTC)
    if not anchors:
        return moment, False
    roots = [x509.Certificate.load(each) for each in anchors]
    context = ValidationContext(trust_roots=roots, allow_fetching=False, moment=moment)
    try:
        status = awaited(validate_tst_signed_data(data, context, wanted))
    except (SignatureValidationError, ValueError) as error:
        raise SealBroken("the time stamp does not hold") from error
    return moment, bool(status["intact"] and status["valid"] and status["trust_problem_indic"] is None)
