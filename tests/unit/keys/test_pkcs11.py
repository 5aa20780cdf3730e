"""A token that keeps keys: what is made in it stays in it, and what happens when it is away, refuses or hangs."""

import os
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from credentials.errors import ConfigurationError
from credentials.keys import (
    Algorithm,
    Pkcs11Signer,
    Pkcs11Token,
    SignerUnavailable,
    SoftwareSigner,
    verify_signature,
)
from credentials.keys.pkcs11 import _generate
from tests.hsm import PIN, Hsm

pytestmark = pytest.mark.long

ES256 = Algorithm.ES256


@pytest.fixture
def token(softhsm: Hsm) -> Pkcs11Token:
    return softhsm.open()


def test_a_private_half_cannot_be_read_out_of_it(token: Pkcs11Token) -> None:
    import pkcs11
    from pkcs11 import Attribute, ObjectClass

    for algorithm in (ES256, Algorithm.EDDSA):
        token.generate(algorithm.value, algorithm)

        def look(session: Any, label: str = algorithm.value) -> None:
            key = session.session.get_key(object_class=ObjectClass.PRIVATE_KEY, label=label)
            assert (key[Attribute.EXTRACTABLE], key[Attribute.SENSITIVE]) == (False, True)
            with pytest.raises(pkcs11.AttributeSensitive):
                key[Attribute.VALUE]

        token._call(look)


def test_what_is_made_is_found_again_by_its_label_alone(softhsm: Hsm) -> None:
    label = softhsm.new_token()
    made = softhsm.open(label).generate("k", ES256)
    again = softhsm.open(label)
    assert again.public_jwk("k", ES256) == made
    assert again.public_jwk("other", ES256) is None
    verify_signature(made, b"m", Pkcs11Signer(again, "k", made).sign(b"m"))


def test_a_key_of_another_kind_and_a_label_of_two_are_refused(token: Pkcs11Token) -> None:
    token.generate("k", ES256)
    with pytest.raises(ConfigurationError, match="not a key of EdDSA"):
        token.public_jwk("k", Algorithm.EDDSA)
    with pytest.raises(ConfigurationError, match="has a key of this label"):
        token.generate("k", ES256)
    token._call(lambda session: _generate(session.session, "k", ES256), writes=True)
    with pytest.raises(ConfigurationError, match="two keys of this label"):
        token.public_jwk("k", ES256)


def test_what_is_destroyed_signs_no_more(token: Pkcs11Token) -> None:
    signer = Pkcs11Signer(token, "k", token.generate("k", ES256))
    signer.sign(b"m")
    assert token.destroy("k")
    assert not token.destroy("k")
    with pytest.raises(SignerUnavailable, match="no key of this label"):
        signer.sign(b"m")


def test_a_key_that_was_replaced_by_another_signs_nothing(token: Pkcs11Token) -> None:
    signer = Pkcs11Signer(token, "k", token.generate("k", ES256))
    token.destroy("k")
    token.generate("k", ES256)
    with pytest.raises(SignerUnavailable, match="not by the key"):
        signer.sign(b"m")


def test_a_token_that_is_taken_away_is_an_error_and_used_again_when_it_is_back(softhsm: Hsm) -> None:
    token = softhsm.open()
    signer = Pkcs11Signer(token, "k", token.generate("k", ES256))
    with softhsm.taken_away():
        for _ in range(2):
            with pytest.raises(SignerUnavailable, match=r"cannot be used|no key of this label"):
                signer.sign(b"m")
    verify_signature(signer.public_jwk, b"m", signer.sign(b"m"))


def test_a_session_that_was_lost_is_opened_anew_within_the_call(token: Pkcs11Token) -> None:
    signer = Pkcs11Signer(token, "k", token.generate("k", ES256))
    signer.sign(b"found")
    token._call(lambda session: session.session.close())
    verify_signature(signer.public_jwk, b"m", signer.sign(b"m"))


def test_a_pin_that_is_refused_is_not_tried_again(softhsm: Hsm) -> None:
    tried: list[str] = []

    def pin() -> str:
        tried.append("once")
        return "000000"

    token = Pkcs11Token(softhsm.module, softhsm.new_token(), pin)
    with pytest.raises(SignerUnavailable, match="PinIncorrect"):
        token.public_jwk("k", ES256)
    for _ in range(3):
        with pytest.raises(SignerUnavailable, match="not tried again"):
            token.public_jwk("k", ES256)
    assert tried == ["once"]


def test_a_pin_that_cannot_be_read_is_no_fault_of_the_asker(softhsm: Hsm) -> None:
    def pin() -> str:
        raise ConfigurationError("pkcs11-pin: missing or unreadable")

    with pytest.raises(SignerUnavailable, match="pkcs11-pin"):
        Pkcs11Token(softhsm.module, softhsm.new_token(), pin).public_jwk("k", ES256)


@pytest.mark.parametrize(("module", "label"), [("/nowhere/module.so", "x"), (None, "no such token")])
def test_what_is_not_there_is_said(softhsm: Hsm, module: str | None, label: str) -> None:
    token = Pkcs11Token(Path(module) if module else softhsm.module, label, lambda: PIN)
    with pytest.raises(SignerUnavailable, match="cannot be used"):
        token.public_jwk("k", ES256)


def test_a_module_that_hangs_leaves_a_clear_error(softhsm: Hsm) -> None:
    token = Pkcs11Token(softhsm.module, softhsm.new_token(), lambda: PIN, patience=0.2)
    go_on = threading.Event()
    with pytest.raises(SignerUnavailable, match="in time"):
        token._call(lambda _session: go_on.wait())
    # Whoever comes behind it does not wait for ever either, and is not served when nobody waits any more.
    served: list[str] = []
    with pytest.raises(SignerUnavailable, match="in time"):
        token._call(lambda _session: served.append("late"))
    go_on.set()
    assert token.public_jwk("k", ES256) is None
    assert served == []


def test_without_the_library_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] == "pkcs11"]:
        monkeypatch.setitem(sys.modules, name, None)
    monkeypatch.setitem(sys.modules, "pkcs11.exceptions", None)
    with pytest.raises(ConfigurationError, match=r"blauweknop\[hsm\]"):
        Pkcs11Token(Path("/x.so"), "x", lambda: PIN).public_jwk("k", ES256)


@pytest.fixture
def opened(token: Pkcs11Token) -> Pkcs11Signer:
    signer = Pkcs11Signer(token, "k", token.generate("k", ES256))
    signer.sign(b"opened before the fork")
    return signer


@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
def test_each_process_has_a_session_of_its_own(opened: Pkcs11Signer) -> None:
    children = []
    for number in range(3):
        heard, says = os.pipe()
        pid = os.fork()
        if pid == 0:
            try:
                os.write(says, opened.sign(f"of {number}".encode()))
            except SignerUnavailable as error:
                os.write(says, str(error).encode())
            finally:
                os._exit(0)
        os.close(says)
        children.append((pid, heard, f"of {number}".encode()))
    for pid, heard, message in children:
        with os.fdopen(heard, "rb") as pipe:
            verify_signature(opened.public_jwk, message, pipe.read())
        assert os.waitpid(pid, 0)[1] == 0
    verify_signature(opened.public_jwk, b"after", opened.sign(b"after"))


def test_it_prints_no_secret(token: Pkcs11Token) -> None:
    signer = Pkcs11Signer(token, "k", SoftwareSigner.generate().public_jwk)
    assert PIN not in repr(signer) + repr(token) + repr(vars(token))
