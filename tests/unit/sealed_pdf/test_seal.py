"""A seal is over every byte of a document: it holds for the one that was sealed, and for no other."""

import io
import shutil
import subprocess
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pikepdf
import pytest
from asn1crypto import cms, core, parser, tsp, x509
from asn1crypto.keys import PrivateKeyInfo
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509 import CertificateBuilder, ExtendedKeyUsage, Name, NameAttribute
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.timestamps import DummyTimeStamper
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.settings import KeyUsageConstraints
from pyhanko_certvalidator import ValidationContext

from credentials.errors import BlauweKnopError, ConfigurationError, LimitExceeded, MalformedInput, Unavailable
from credentials.keys import Algorithm, SoftwareSigner
from credentials.sealed_pdf import (
    MAX_BYTES,
    PROOFS,
    STATUS_LISTS,
    AddedAfterSeal,
    MalformedPdf,
    SealBroken,
    SealMissing,
    StampRefused,
    read_sealed,
    seal,
)
from credentials.sealed_pdf.place import place_of
from credentials.sealed_pdf.reading import read
from credentials.trust.x509 import make_ca
from credentials.trust.x509.certificate import load_pem
from tests.conftest import do_without
from tests.sealed_kit import SEALED_AT, Sealer, a_page, attached, printed

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def sealer() -> Sealer:
    return Sealer()


@pytest.fixture(scope="module")
def document(sealer: Sealer) -> bytes:
    return sealer.seal()


def changed(document: bytes, place: int) -> bytes:
    return document[:place] + bytes([document[place] ^ 1]) + document[place + 1 :]


class TestASealedDocument:
    def test_is_read_with_what_is_in_it_and_whose_it_is(self, sealer: Sealer, document: bytes) -> None:
        found = read_sealed(document)
        assert found.x5c == sealer.x5c
        assert found.sealed_at == SEALED_AT
        assert not found.stamp_checked
        assert found.attachments == {PROOFS: b'{"bewijzen": []}', STATUS_LISTS: b"{}"}

    def test_names_each_attachment_once_with_its_relationship(self, document: bytes) -> None:
        with pikepdf.open(io.BytesIO(document)) as pdf:
            found = [(str(each.UF), str(each.AFRelationship)) for each in pdf.Root.AF.as_list()]
        assert found == [(PROOFS, "/Data"), (STATUS_LISTS, "/Supplement")]

    def test_says_both_standards_its_language_and_its_title(self, document: bytes) -> None:
        with pikepdf.open(io.BytesIO(document)) as pdf:
            metadata = pdf.Root.Metadata.read_bytes().decode()
            assert 'pdfaid:part="3" pdfaid:conformance="A" pdfuaid:part="1"' in metadata
            assert str(pdf.Root.Lang) == "nl"
            assert bool(pdf.Root.ViewerPreferences.DisplayDocTitle)
            assert str(pdf.docinfo["/Title"]) == "Uw schulden"

    def test_has_a_field_that_is_printed_tagged_and_named(self, document: bytes) -> None:
        with pikepdf.open(io.BytesIO(document)) as pdf:
            [widget] = pdf.pages[0].obj.Annots.as_list()
            assert int(widget.F) & 4
            assert not int(widget.F) & 2
            assert str(widget.TU) == "Zegel van het CJIB"
            numbers = pdf.Root.StructTreeRoot.ParentTree.Nums.as_list()
            form = numbers[[int(each) for each in numbers[::2]].index(int(widget.StructParent)) * 2 + 1]
            assert (str(form.S), form.K.Obj.objgen) == ("/Form", widget.objgen)

    def test_validates_in_the_library_that_others_use(self, sealer: Sealer, document: bytes) -> None:
        context = ValidationContext(
            trust_roots=[x509.Certificate.load(sealer.authority.der)], allow_fetching=False, moment=SEALED_AT
        )
        [embedded] = PdfFileReader(io.BytesIO(document)).embedded_regular_signatures
        usage = KeyUsageConstraints(key_usage={"digital_signature"})
        # In a thread of its own: it begins an event loop, and a browser that a test before this one left has another.
        with ThreadPoolExecutor(1) as pool:
            status = pool.submit(validate_pdf_signature, embedded, context, key_usage_settings=usage).result()
        assert status.bottom_line
        assert str(status.docmdp_ok) == "True"

    def test_validates_in_poppler(self, document: bytes, tmp_path: Path) -> None:
        if shutil.which("pdfsig") is None:
            do_without("no pdfsig here (Debian: poppler-utils)")
        (tmp_path / "overzicht.pdf").write_bytes(document)
        said = subprocess.run(["pdfsig", "overzicht.pdf"], cwd=tmp_path, capture_output=True, text=True, check=False)
        assert "Signature is Valid" in said.stdout
        assert "Total document signed" in said.stdout
        (tmp_path / "anders.pdf").write_bytes(changed(document, document.index(b"/Title") + 9))
        said = subprocess.run(["pdfsig", "anders.pdf"], cwd=tmp_path, capture_output=True, text=True, check=False)
        assert "Digest Mismatch" in said.stdout


class TestAChangedDocument:
    def test_is_refused_wherever_one_byte_of_it_changed(self, document: bytes) -> None:
        begins, ends = place_of(document)
        for place in [*range(0, begins, begins // 6), *range(ends, len(document), (len(document) - ends) // 6)]:
            with pytest.raises(BlauweKnopError):
                read(changed(document, place))

    def test_is_refused_wherever_one_byte_of_its_seal_changed(self, document: bytes) -> None:
        begins, ends = place_of(document)
        used = len(document[begins:ends].rstrip(b"0>"))
        for place in [*range(begins, begins + used, 131), begins + used + 2, ends - 2, ends - 1]:
            with pytest.raises(BlauweKnopError):
                read(changed(document, place))

    @pytest.mark.timeout(1_200)
    def test_is_refused_for_every_byte_of_its_seal(self, document: bytes) -> None:
        begins, ends = place_of(document)
        used = len(document[begins:ends].rstrip(b"0>"))
        accepted = []
        for place in range(begins, begins + used + 1):
            try:
                read(changed(document, place))
            except BlauweKnopError:
                continue
            accepted.append(place - begins)
        assert accepted == []

    def test_is_refused_when_digits_of_its_seal_are_written_otherwise(self, document: bytes) -> None:
        begins, ends = place_of(document)
        upper = document[:begins] + document[begins:ends].upper() + document[ends:]
        with pytest.raises(SealBroken):
            read_sealed(upper)

    def test_says_that_it_was_changed(self, document: bytes) -> None:
        with pytest.raises(SealBroken, match="changed after it was sealed"):
            read_sealed(changed(document, document.index(b"/Title") + 9))

    def test_may_have_nothing_added_behind(self, document: bytes) -> None:
        with pytest.raises(AddedAfterSeal):
            read_sealed(document + b"\n")

    def test_may_not_be_updated_in_steps_as_pdf_allows(self, document: bytes) -> None:
        writer = IncrementalPdfFileWriter(io.BytesIO(document))
        writer.root["/Lang"] = writer.root["/Lang"]
        writer.update_root()
        target = io.BytesIO()
        writer.write(target)
        with pytest.raises(AddedAfterSeal):
            read_sealed(target.getvalue())

    def test_may_not_get_another_attachment(self, document: bytes) -> None:
        with pikepdf.open(io.BytesIO(document)) as pdf:
            pdf.attachments[PROOFS] = b'{"bewijzen": ["another"]}'
            target = io.BytesIO()
            pdf.save(target)
        with pytest.raises((SealBroken, SealMissing)):
            read_sealed(target.getvalue())

    def test_does_not_take_the_seal_of_another(self, sealer: Sealer, document: bytes) -> None:
        other = sealer.seal(printed(attached(b'{"bewijzen": ["x"]}')))
        mine, theirs = place_of(document), place_of(other)
        moved = other[: theirs[0]] + document[mine[0] : mine[1]] + other[theirs[1] :]
        with pytest.raises(SealBroken, match="changed after"):
            read_sealed(moved)

    def test_is_not_sealed_by_leaving_more_out(self, document: bytes) -> None:
        begins, ends = place_of(document)
        text = f"/ByteRange [ 0 {begins} {ends} {len(document) - ends} ]".encode()
        place = document.index(b"/ByteRange")
        for one, other in ((begins - 9, ends), (begins, ends + 9)):
            moved = f"/ByteRange [ 0 {one} {other} {len(document) - other} ]".encode().ljust(len(text))
            with pytest.raises(SealBroken, match="leaves out more"):
                read_sealed(document[:place] + moved + document[place + len(text) :])


def another_version(seal: cms.ContentInfo) -> None:
    seal["content"]["version"] = "v3"


def content_of_its_own(seal: cms.ContentInfo) -> None:
    seal["content"]["encap_content_info"]["content"] = b"another document"


def a_revocation_list(seal: cms.ContentInfo) -> None:
    seal["content"]["crls"] = []


def a_remark_that_is_not_signed(seal: cms.ContentInfo) -> None:
    remark = cms.CMSAttribute({"type": "2.999.1", "values": [core.OctetString(b"anything")]})
    seal["content"]["signer_infos"][0]["unsigned_attrs"] = [remark]


def a_second_signature(seal: cms.ContentInfo) -> None:
    seal["content"]["signer_infos"].append(seal["content"]["signer_infos"][0])


def no_signature(seal: cms.ContentInfo) -> None:
    seal["content"]["signer_infos"] = []


class TestASealInAnotherForm:
    @pytest.mark.parametrize(
        "change",
        [
            another_version,
            content_of_its_own,
            a_revocation_list,
            a_remark_that_is_not_signed,
            a_second_signature,
            no_signature,
        ],
    )
    def test_is_refused(self, change: Callable[[cms.ContentInfo], None], document: bytes) -> None:
        other = seal_of(document)
        change(other)
        with pytest.raises(SealBroken):
            read(with_seal(document, other.dump(force=True)))

    def test_is_refused_where_it_is_longer_than_need_be(self, document: bytes) -> None:
        der = seal_of(document).dump()
        content = parser.parse(der)[4]
        for other in (
            b"\x30\x83" + len(content).to_bytes(3) + content,
            b"\x30\x80" + content + b"\0\0",
            bytes(parser.emit(0, 1, 16, content + b"\x05\0")),
        ):
            with pytest.raises(SealBroken):
                read(with_seal(document, other))

    @pytest.mark.parametrize("contents", [b"", b"\x30", b"\x30\0", b"\x30\x80" * 500, b"\0\0", b"\x30\x84\xff"])
    def test_is_refused_when_it_is_no_seal_at_all(self, contents: bytes, document: bytes) -> None:
        with pytest.raises(SealBroken):
            read(with_seal(document, contents))

    def test_is_refused_when_half_a_byte_of_it_is_missing(self) -> None:
        with pytest.raises(SealBroken, match="leaves out more"):
            place_of(b"%PDF-1.7 /ByteRange [ 0 40 45 0 ]".ljust(40) + b"<abc>")


class TestWhatIsNoSealedDocument:
    def test_a_document_with_a_free_place(self) -> None:
        with pytest.raises((SealBroken, MalformedPdf)):
            read_sealed(a_page())

    @pytest.mark.parametrize(
        "content", [b"", b"%PDF-1.7", b"hello", b'{"type": "blauweknop-overzicht"}', b"%PDF-1.7\n" + b"\0" * 5_000]
    )
    def test_anything_else(self, content: bytes) -> None:
        with pytest.raises((SealMissing, MalformedPdf)):
            read_sealed(content)

    def test_something_enormous(self) -> None:
        with pytest.raises(LimitExceeded):
            read_sealed(b"%PDF-" + bytes(17 << 20))

    def test_attachments_that_grow_when_they_are_unpacked(self, sealer: Sealer) -> None:
        with pytest.raises((MalformedInput, SealBroken)):
            read_sealed(sealer.seal(printed(attached(lists=b" " * (MAX_BYTES + 1)))))

    def test_it_is_not_sealed_twice(self, sealer: Sealer, document: bytes) -> None:
        with pytest.raises(MalformedInput, match="sealed already"):
            sealer.seal(document)

    def test_a_key_of_another_kind_seals_nothing(self, sealer: Sealer) -> None:
        with pytest.raises(ConfigurationError):
            seal(a_page(), SoftwareSigner.generate(Algorithm.EDDSA), sealer.x5c)

    def test_a_certificate_that_is_of_another_key(self, sealer: Sealer) -> None:
        other = seal(a_page(), SoftwareSigner.generate(), sealer.x5c)
        with pytest.raises(SealBroken, match="not of this key"):
            read_sealed(other)


class StampingAuthority:
    """A time-stamping authority that says what the clock says."""

    def __init__(self, at: datetime, *, embedded: int = 0) -> None:
        self.authority = make_ca("Tijd", not_before=at - timedelta(days=9), not_after=at + timedelta(days=9))
        key = rsa.generate_private_key(65_537, 2_048)
        certificate = (
            CertificateBuilder()
            .subject_name(Name([NameAttribute(NameOID.COMMON_NAME, "Klok")]))
            .issuer_name(self.authority.certificate.subject)
            .public_key(key.public_key())
            .serial_number(7)
            .not_valid_before(at - timedelta(days=1))
            .not_valid_after(at + timedelta(days=1))
            .add_extension(ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
            .sign(self.authority.signer.private_key, SHA256())  # type: ignore[arg-type]
        )
        self._stamper = DummyTimeStamper(
            x509.Certificate.load(certificate.public_bytes(Encoding.DER)),
            PrivateKeyInfo.load(key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())),
            fixed_dt=at,
            certs_to_embed=[  # type: ignore[arg-type]
                x509.Certificate.load(make_ca(f"Tijd {number}", not_before=at, not_after=at).der)
                for number in range(embedded)
            ],
        )

    def __call__(self, request: bytes) -> bytes:
        return bytes(self._stamper.request_tsa_response(tsp.TimeStampReq.load(request)).dump())


class OpenSslAuthority:
    """A time-stamping authority as many are run, below an authority that is not the root; it says what time it is."""

    def __init__(self, folder: Path, *, ber: bool) -> None:
        self._ber = ber
        if shutil.which("openssl") is None:
            do_without("no openssl here (Debian: openssl)")
        self._folder = folder
        authority = ("basicConstraints=critical,CA:TRUE", "keyUsage=critical,keyCertSign")
        self._certify("root", None, *authority)
        self._certify("between", "root", *authority)
        self._certify(
            "clock", "between", "extendedKeyUsage=critical,timeStamping", "keyUsage=critical,digitalSignature"
        )
        (folder / "serial").write_text("01\n")
        (folder / "ts.cnf").write_text(
            "[tsa]\ndefault_tsa = t\n[t]\nserial = serial\nsigner_cert = clock.pem\nsigner_key = clock.key\n"
            "certs = between.pem\nsigner_digest = sha256\ndefault_policy = 1.2.3\ndigests = sha256\n"
            "ess_cert_id_chain = yes\ness_cert_id_alg = sha256\n"
        )
        (certificate,) = load_pem((folder / "root.pem").read_bytes())
        self.root = certificate.public_bytes(Encoding.DER)

    def _certify(self, name: str, above: str | None, *extensions: str) -> None:
        signed_by = () if above is None else ("-CA", f"{above}.pem", "-CAkey", f"{above}.key")
        added = [part for each in extensions for part in ("-addext", each)]
        curve = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-noenc", "-keyout", f"{name}.key")
        self._run("req", "-x509", *curve, "-out", f"{name}.pem", "-subj", f"/CN={name}", *signed_by, *added)

    def _run(self, *arguments: str) -> None:
        subprocess.run(["openssl", *arguments], cwd=self._folder, capture_output=True, check=True)

    def __call__(self, request: bytes) -> bytes:
        (self._folder / "asked").write_bytes(request)
        self._run("ts", "-reply", "-config", "ts.cnf", "-queryfile", "asked", "-out", "told")
        told = (self._folder / "told").read_bytes()
        return without_lengths(told) if self._ber else told


def seal_of(document: bytes) -> cms.ContentInfo:
    begins, ends = place_of(document)
    return cms.ContentInfo.load(bytes.fromhex(document[begins + 1 : ends - 1].decode()))


def with_seal(document: bytes, der: bytes) -> bytes:
    begins, ends = place_of(document)
    return document[: begins + 1] + der.hex().encode().ljust(ends - begins - 2, b"0") + document[ends - 1 :]


def without_lengths(answer: bytes) -> bytes:
    """Write a time stamp as BER allows and DER does not, its ends marked instead of told (X.690 section 8.1.3.6)."""
    status, stamp = parts(answer)
    kind, wrapped = parts(stamp)
    content = parser.parse(wrapped)[4]
    stamp = b"\x30\x80" + kind + b"\xa0\x80" + content + b"\0\0" + b"\0\0"
    return bytes(parser.emit(0, 1, 16, status + stamp))


def parts(value: bytes) -> tuple[bytes, bytes]:
    content = parser.parse(value)[4]
    size = parser.peek(content)
    return content[:size], content[size:]


def with_stamp_of(document: bytes, other: bytes) -> bytes:
    """Put the time stamp of one seal, which is not signed over, into another."""
    seal_of_one = seal_of(document)
    signer = seal_of_one["content"]["signer_infos"][0]
    signer["unsigned_attrs"] = seal_of(other)["content"]["signer_infos"][0]["unsigned_attrs"]
    return with_seal(document, seal_of_one.dump(force=True))


class TestATimeStamp:
    AT = SEALED_AT + timedelta(seconds=4)

    def test_says_when_it_was_sealed_to_who_knows_the_authority(self, sealer: Sealer) -> None:
        authority = StampingAuthority(self.AT)
        document = sealer.seal(ask=authority)
        known = read_sealed(document, [authority.authority.der])
        assert (known.stamp_checked, known.sealed_at) == (True, self.AT)
        unknown = read_sealed(document)
        assert (unknown.stamp_checked, unknown.stamped_at, unknown.sealed_at) == (False, self.AT, SEALED_AT)
        stranger = read_sealed(document, [make_ca_elsewhere()])
        assert not stranger.stamp_checked

    def test_of_another_request_is_not_sealed_with(self, sealer: Sealer) -> None:
        kept: list[bytes] = []
        authority = StampingAuthority(self.AT)

        def replaying(request: bytes) -> bytes:
            kept.append(authority(request))
            return kept[0]

        sealer.seal(ask=replaying)
        with pytest.raises(StampRefused):
            sealer.seal(ask=replaying)

    def test_of_something_else_is_not_sealed_with(self, sealer: Sealer) -> None:
        authority = StampingAuthority(self.AT)

        def confused(request: bytes) -> bytes:
            other = tsp.TimeStampReq.load(request)
            other["message_imprint"]["hashed_message"] = bytes(32)
            return authority(other.dump(force=True))

        with pytest.raises(StampRefused, match="not of this seal"):
            sealer.seal(ask=confused)

    def test_that_is_too_large_is_not_sealed_with(self, sealer: Sealer) -> None:
        authority = StampingAuthority(self.AT, embedded=40)
        with pytest.raises(StampRefused, match="does not fit"):
            sealer.seal(ask=authority)

    @pytest.mark.parametrize("ber", [False, True])
    def test_counts_however_an_authority_writes_it(self, sealer: Sealer, tmp_path: Path, *, ber: bool) -> None:
        authority = OpenSslAuthority(tmp_path, ber=ber)
        document = sealer.seal(ask=authority)
        found = read(document, [authority.root])
        assert found.stamp_checked
        assert found.sealed_at == found.stamped_at

    def test_of_another_seal_is_refused(self, sealer: Sealer) -> None:
        authority = StampingAuthority(self.AT)
        one, other = sealer.seal(ask=authority), sealer.seal(printed(attached(b"[]")), ask=authority)
        with pytest.raises(SealBroken, match="of another seal"):
            read_sealed(with_stamp_of(one, other))

    def test_that_cannot_be_had_leaves_the_document_unsealed(self, sealer: Sealer) -> None:
        def closed(_request: bytes) -> bytes:
            raise Unavailable("closed")

        with pytest.raises(StampRefused):
            sealer.seal(ask=closed)
        authority = StampingAuthority(self.AT)
        for answer in (
            lambda _request: b"nothing of the kind",
            lambda _request: b"",
            lambda _request: tsp.TimeStampResp({"status": {"status": "rejection"}}).dump(),
            lambda request: authority(request)[:-40],
            lambda request: authority(request).replace(b"\x30", b"\x31", 3),
        ):
            with pytest.raises(StampRefused):
                sealer.seal(ask=answer)

    def test_is_not_blamed_for_a_key_that_does_not_sign(self, sealer: Sealer) -> None:
        class Jammed:
            public_jwk, algorithm = sealer.signer.public_jwk, sealer.signer.algorithm

            def sign(self, message: bytes) -> bytes:
                raise RuntimeError("jammed")

        with pytest.raises(RuntimeError, match="jammed"):
            seal(a_page(), Jammed(), sealer.x5c, StampingAuthority(self.AT))


def make_ca_elsewhere() -> bytes:
    return make_ca("Elders", not_before=SEALED_AT - timedelta(days=9), not_after=datetime(2027, 1, 1, tzinfo=UTC)).der
