"""What is a signature and what is not: published vectors, and every way of bending a good one."""

import pytest
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from hypothesis import given
from hypothesis import strategies as st

from credentials.encoding import b64url_decode
from credentials.keys import Algorithm, InvalidSignature, PublicJwk, SoftwareSigner, verify_signature

ORDERS = {
    Algorithm.ES256: 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551,
    Algorithm.ES384: int(
        "ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973", 16
    ),
    Algorithm.ES512: int(
        "01fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffa"
        "51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409",
        16,
    ),
}
SIGNERS = {algorithm: SoftwareSigner.generate(algorithm) for algorithm in Algorithm}
MESSAGE = b"message"


def test_the_signature_of_rfc_7515_appendix_a_3() -> None:
    key = PublicJwk.parse(
        {
            "kty": "EC",
            "crv": "P-256",
            "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
            "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
        }
    )
    signing_input = (
        b"eyJhbGciOiJFUzI1NiJ9"
        b".eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
    )
    signature = b64url_decode("DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q")
    verify_signature(key, signing_input, signature)
    with pytest.raises(InvalidSignature):
        verify_signature(key, signing_input + b"=", signature)


def test_the_signature_of_rfc_8037_appendix_a_4_is_made_and_verified() -> None:
    signer = SoftwareSigner.from_private_jwk(
        {
            "kty": "OKP",
            "crv": "Ed25519",
            "d": "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A",
            "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
        }
    )
    signing_input = b"eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc"
    signature = b64url_decode("hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg")
    assert signer.sign(signing_input) == signature
    verify_signature(signer.public_jwk, signing_input, signature)


@pytest.mark.parametrize("algorithm", ORDERS)
def test_the_high_s_twin_is_a_signature_too(algorithm: Algorithm) -> None:
    # ECDSA knows no low-s rule (RFC 7518 section 3.4), and hardware signs either way. So a signature, or a token with
    # its signature, is never what replay is recognised by: see the nonce, the jti and the digests.
    signer, order = SIGNERS[algorithm], ORDERS[algorithm]
    signature = signer.sign(MESSAGE)
    size = len(signature) // 2
    twin = signature[:size] + (order - int.from_bytes(signature[size:])).to_bytes(size)
    assert twin != signature
    verify_signature(signer.public_jwk, MESSAGE, twin)


@pytest.mark.parametrize("algorithm", ORDERS)
def test_der_is_not_a_jose_signature(algorithm: Algorithm) -> None:
    signer = SIGNERS[algorithm]
    signature = signer.sign(MESSAGE)
    size = len(signature) // 2
    der = encode_dss_signature(int.from_bytes(signature[:size]), int.from_bytes(signature[size:]))
    with pytest.raises(InvalidSignature):
        verify_signature(signer.public_jwk, MESSAGE, der)


@pytest.mark.parametrize("algorithm", ORDERS)
def test_signatures_of_special_numbers_are_refused(algorithm: Algorithm) -> None:
    # CVE-2022-21449: r = s = 0 was once the signature of everything.
    order = ORDERS[algorithm]
    size = {Algorithm.ES256: 32, Algorithm.ES384: 48, Algorithm.ES512: 66}[algorithm]
    special = (0, 1, order - 1, order, order + 1, 2 ** (8 * size) - 1)
    for r in special:
        for s in special:
            with pytest.raises(InvalidSignature):
                verify_signature(SIGNERS[algorithm].public_jwk, MESSAGE, r.to_bytes(size) + s.to_bytes(size))


@pytest.mark.parametrize("algorithm", list(Algorithm))
def test_a_signature_of_another_length_is_refused(algorithm: Algorithm) -> None:
    signer = SIGNERS[algorithm]
    signature = signer.sign(MESSAGE)
    half = len(signature) // 2
    for changed in (
        b"",
        signature[:-1],
        signature[1:],
        signature + b"\0",
        b"\0" + signature,
        signature * 2,
        signature[:half],
        b"\0" + signature[:half] + b"\0" + signature[half:],
        signature[:half] + b"\0" + signature[half:],  # the same two numbers
        bytes(1 << 16),
    ):
        with pytest.raises(InvalidSignature):
            verify_signature(signer.public_jwk, MESSAGE, changed)


@pytest.mark.parametrize("algorithm", list(Algorithm))
@given(bit=st.integers(0, 96 * 8 - 1))
def test_a_flipped_bit_anywhere_breaks_the_signature(algorithm: Algorithm, bit: int) -> None:
    signer = SIGNERS[algorithm]
    signature = bytearray(signer.sign(MESSAGE))
    signature[bit // 8 % len(signature)] ^= 1 << bit % 8
    with pytest.raises(InvalidSignature):
        verify_signature(signer.public_jwk, MESSAGE, bytes(signature))


@pytest.mark.parametrize("algorithm", list(Algorithm))
def test_a_signature_belongs_to_one_message_and_one_key(algorithm: Algorithm) -> None:
    signer = SIGNERS[algorithm]
    signature = signer.sign(MESSAGE)
    verify_signature(signer.public_jwk, MESSAGE, signature)
    for message in (b"", b"Message", MESSAGE + b"\0", MESSAGE * 2):
        with pytest.raises(InvalidSignature):
            verify_signature(signer.public_jwk, message, signature)
    for key in (other.public_jwk for kind, other in SIGNERS.items() if kind is not algorithm):
        with pytest.raises(InvalidSignature):
            verify_signature(key, MESSAGE, signature)
    with pytest.raises(InvalidSignature):
        verify_signature(SoftwareSigner.generate(algorithm).public_jwk, MESSAGE, signature)
