"""Keys in memory and in files: halves that belong together, files that only their owner reads."""

import stat
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed448, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from credentials.encoding import JsonObject, b64url_decode, b64url_encode
from credentials.errors import ConfigurationError, MalformedInput
from credentials.keys import COMMON, WITH_ES512, Algorithm, PublicJwk, SoftwareSigner, UnsupportedKey, verify_signature

ALGORITHMS = list(Algorithm)
N = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551  # the order of P-256


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_private_jwk_is_read_and_written_again(algorithm: Algorithm) -> None:
    signer = SoftwareSigner.generate(algorithm, kid="k1")
    again = SoftwareSigner.from_private_jwk(signer.to_private_jwk(), WITH_ES512)
    assert again.public_jwk == signer.public_jwk
    assert again.public_jwk.kid == "k1"
    verify_signature(signer.public_jwk, b"message", again.sign(b"message"))


def test_a_key_of_p521_is_read_where_that_was_asked_for_only(tmp_path: Path) -> None:
    signer = SoftwareSigner.generate(Algorithm.ES512)
    assert len(signer.sign(b"message")) == 132
    with pytest.raises(UnsupportedKey, match="only P-256"):
        SoftwareSigner.from_private_jwk(signer.to_private_jwk())
    with pytest.raises(UnsupportedKey, match="only P-256"):
        PublicJwk.parse(signer.public_jwk.to_dict())
    with pytest.raises(UnsupportedKey, match="only P-256"):
        PublicJwk.from_key(signer.public_jwk.key)
    with pytest.raises(UnsupportedKey, match="only P-256"):
        PublicJwk.from_multikey(signer.public_jwk.multikey)
    signer.write(tmp_path / "key.pem")
    with pytest.raises(ConfigurationError, match="not a P-256"):
        SoftwareSigner.from_file(tmp_path / "key.pem")
    for again in (
        PublicJwk.parse(signer.public_jwk.to_dict(), WITH_ES512),
        PublicJwk.from_key(signer.public_jwk.key, None, WITH_ES512),
        PublicJwk.from_multikey(signer.public_jwk.multikey, WITH_ES512),
    ):
        assert again.members == signer.public_jwk.members
        assert again.algorithm is Algorithm.ES512


def test_each_reader_takes_the_algorithms_that_it_is_told_and_no_others() -> None:
    for algorithm in Algorithm:
        public = SoftwareSigner.generate(algorithm).public_jwk
        others = [each for each in Algorithm if each is not algorithm]
        assert PublicJwk.parse(public.to_dict(), [algorithm]) == public
        for read, value in (
            (PublicJwk.parse, public.to_dict()),
            (PublicJwk.from_multikey, public.multikey),
        ):
            with pytest.raises(UnsupportedKey):
                read(value, algorithms=others)  # type: ignore[operator]
        with pytest.raises(UnsupportedKey):
            PublicJwk.from_key(public.key, algorithms=others)


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_halves_that_do_not_belong_together_are_refused(algorithm: Algorithm) -> None:
    one, other = SoftwareSigner.generate(algorithm), SoftwareSigner.generate(algorithm)
    with pytest.raises(UnsupportedKey, match="does not belong"):
        SoftwareSigner.from_private_jwk({**one.to_private_jwk(), "d": other.to_private_jwk()["d"]}, WITH_ES512)


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_private_half_that_is_missing_or_no_text_is_refused(algorithm: Algorithm) -> None:
    public: JsonObject = SoftwareSigner.generate(algorithm).public_jwk.to_dict()
    for jwk in (public, {**public, "d": None}, {**public, "d": 1}, {**public, "d": [1]}):
        with pytest.raises(UnsupportedKey, match="no private half"):
            SoftwareSigner.from_private_jwk(jwk, WITH_ES512)


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_private_half_of_another_size_is_refused(algorithm: Algorithm) -> None:
    jwk = SoftwareSigner.generate(algorithm).to_private_jwk()
    secret = b64url_decode(str(jwk["d"]))
    for changed in (b"", secret[1:], b"\0" + secret, secret + b"\0", secret * 2):
        with pytest.raises(UnsupportedKey, match="size"):
            SoftwareSigner.from_private_jwk({**jwk, "d": b64url_encode(changed)}, WITH_ES512)
    with pytest.raises(MalformedInput):
        SoftwareSigner.from_private_jwk({**jwk, "d": f"{jwk['d']}="}, WITH_ES512)


@pytest.mark.parametrize("number", [0, N, N + 1, 2**256 - 1])
def test_a_private_half_out_of_range_is_refused(number: int) -> None:
    jwk = SoftwareSigner.generate().to_private_jwk()
    with pytest.raises(UnsupportedKey):
        SoftwareSigner.from_private_jwk({**jwk, "d": b64url_encode(number.to_bytes(32))})


@pytest.mark.parametrize("member", ["p", "k", "oth"])
def test_private_members_of_other_kinds_are_refused(member: str) -> None:
    jwk = SoftwareSigner.generate().to_private_jwk()
    with pytest.raises(UnsupportedKey):
        SoftwareSigner.from_private_jwk({**jwk, member: "AA"})


@pytest.mark.parametrize("algorithm", COMMON)
def test_a_key_is_written_for_its_owner_only_and_read_again(algorithm: Algorithm, tmp_path: Path) -> None:
    signer = SoftwareSigner.generate(algorithm)
    path = tmp_path / "key.pem"
    signer.write(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert SoftwareSigner.from_file(path, "k").public_jwk.thumbprint == signer.public_jwk.thumbprint
    assert SoftwareSigner.from_file(path, "k").public_jwk.kid == "k"


def test_a_key_that_is_there_is_never_written_over(tmp_path: Path) -> None:
    path = tmp_path / "key.pem"
    SoftwareSigner.generate().write(path)
    before = path.read_bytes()
    with pytest.raises(ConfigurationError):
        SoftwareSigner.generate().write(path)
    assert path.read_bytes() == before
    with pytest.raises(ConfigurationError):
        SoftwareSigner.generate().write(tmp_path / "no folder" / "key.pem")


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644, 0o610, 0o601, 0o777, 0o620])
def test_a_file_that_others_may_touch_is_refused(mode: int, tmp_path: Path) -> None:
    path = tmp_path / "key.pem"
    SoftwareSigner.generate().write(path)
    path.chmod(mode)
    with pytest.raises(ConfigurationError, match="0600"):
        SoftwareSigner.from_file(path)
    path.chmod(0o400)
    SoftwareSigner.from_file(path)


def _pem(key: "ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | ed448.Ed448PrivateKey", secret: bytes = b"") -> bytes:
    encryption = BestAvailableEncryption(secret) if secret else NoEncryption()
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption)


UNFIT = {
    "nothing": b"",
    "text": b"not a key",
    "cut short": _pem(ec.generate_private_key(ec.SECP256R1()))[:-60],
    "under a password": _pem(ec.generate_private_key(ec.SECP256R1()), b"secret"),
    "a public key": ec.generate_private_key(ec.SECP256R1())
    .public_key()
    .public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
    "RSA": _pem(rsa.generate_private_key(65537, 2048)),
    "Ed448": _pem(ed448.Ed448PrivateKey.generate()),
    "P-521": _pem(ec.generate_private_key(ec.SECP521R1())),
    "secp256k1": _pem(ec.generate_private_key(ec.SECP256K1())),
}


@pytest.mark.parametrize("name", UNFIT)
def test_a_file_without_a_key_of_ours_is_refused_and_named(name: str, tmp_path: Path) -> None:
    path = tmp_path / "signing.pem"
    path.touch(0o600)
    path.write_bytes(UNFIT[name])
    with pytest.raises(ConfigurationError, match=r"signing\.pem") as refused:
        SoftwareSigner.from_file(path)
    assert str(tmp_path) not in refused.value.detail


def test_a_file_that_is_not_there_or_is_a_folder_is_refused(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    for path in (tmp_path / "none.pem", tmp_path):
        with pytest.raises(ConfigurationError):
            SoftwareSigner.from_file(path)


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_the_printed_form_hides_the_private_half(algorithm: Algorithm) -> None:
    signer = SoftwareSigner.generate(algorithm)
    for printed in (repr(signer), str(signer), f"{signer}"):
        assert str(signer.to_private_jwk()["d"]) not in printed
        assert signer.public_jwk.thumbprint in printed
    assert "d" not in signer.public_jwk.to_dict()
