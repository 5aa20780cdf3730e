"""What everybody relies on from a signer, in software or in a hardware module.

A new adapter joins by one entry in `SIGNERS`: a function that returns a signer with a key of this algorithm. That of a
hardware module runs on SoftHSM.
"""

import threading
from collections.abc import Callable
from itertools import count

import pytest

from credentials.jose import UnverifiedToken, sign_jwt
from credentials.keys import (
    COMMON,
    Algorithm,
    InvalidSignature,
    Pkcs11Signer,
    PublicJwk,
    Signer,
    SoftwareSigner,
    verify_signature,
)
from tests.hsm import Hsm

PKCS11 = "PKCS #11"
SIGNERS: dict[str, Callable[[Algorithm], Signer]] = {
    "software": SoftwareSigner.generate,
    "software, from a private JWK": lambda algorithm: SoftwareSigner.from_private_jwk(
        SoftwareSigner.generate(algorithm).to_private_jwk()
    ),
}
SIZES = {Algorithm.ES256: 64, Algorithm.ES384: 96, Algorithm.EDDSA: 64}


@pytest.fixture(scope="module")
def in_a_token(request: pytest.FixtureRequest) -> Callable[[Algorithm], Signer]:
    hsm: Hsm = request.getfixturevalue("softhsm")
    token, number = hsm.open(), count()

    def make(algorithm: Algorithm) -> Signer:
        label = f"key-{next(number)}"
        return Pkcs11Signer(token, label, token.generate(label, algorithm))

    return make


@pytest.fixture(params=[*SIGNERS, PKCS11])
def make(request: pytest.FixtureRequest) -> Callable[[Algorithm], Signer]:
    if request.param == PKCS11:
        made: Callable[[Algorithm], Signer] = request.getfixturevalue("in_a_token")
        return made
    return SIGNERS[request.param]


@pytest.fixture(params=sorted(COMMON))
def signer(request: pytest.FixtureRequest, make: Callable[[Algorithm], Signer]) -> Signer:
    return make(request.param)


def test_it_is_a_signer(signer: Signer) -> None:
    assert isinstance(signer, Signer)
    assert signer.algorithm is signer.public_jwk.algorithm


def test_its_public_half_is_public_and_stays_the_same(signer: Signer) -> None:
    assert PublicJwk.parse(signer.public_jwk.to_dict()) == signer.public_jwk
    assert signer.public_jwk == signer.public_jwk


@pytest.mark.parametrize("size", [0, 1, 63, 64, 65, 100_000])
def test_its_signatures_are_raw_of_fixed_size_and_verify(signer: Signer, size: int) -> None:
    message = b"m" * size
    for _ in range(20):
        signature = signer.sign(message)
        assert len(signature) == SIZES[signer.algorithm]
        verify_signature(signer.public_jwk, message, signature)


def test_its_signatures_are_of_no_other_message_and_no_other_key(
    signer: Signer, make: Callable[[Algorithm], Signer]
) -> None:
    signature = signer.sign(b"one")
    with pytest.raises(InvalidSignature):
        verify_signature(signer.public_jwk, b"other", signature)
    with pytest.raises(InvalidSignature):
        verify_signature(make(signer.algorithm).public_jwk, b"one", signature)


def test_two_signers_have_two_keys(signer: Signer, make: Callable[[Algorithm], Signer]) -> None:
    assert make(signer.algorithm).public_jwk.thumbprint != signer.public_jwk.thumbprint


def test_it_signs_tokens(signer: Signer) -> None:
    token = UnverifiedToken.parse(sign_jwt("test+jwt", {}, {"a": 1}, signer))
    assert token.verify(signer.public_jwk).payload == {"a": 1}


def test_it_signs_for_several_threads_at_once(signer: Signer) -> None:
    made: list[tuple[bytes, bytes]] = []

    def sign(name: int) -> None:
        for number in range(10):
            message = f"{name}.{number}".encode()
            made.append((message, signer.sign(message)))

    threads = [threading.Thread(target=sign, args=(name,)) for name in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 40
    for message, signature in made:
        verify_signature(signer.public_jwk, message, signature)


def test_its_printed_form_names_the_key_and_no_secret(signer: Signer) -> None:
    printed = repr(signer)
    assert signer.public_jwk.thumbprint in printed
    assert "PRIVATE" not in printed
