"""Keys that a hardware module keeps, by PKCS #11: made in it, used in it, and never read out of it.

1. A process has one session with a token, opened when it is first wanted, in a thread that does one call after the
   other. Whoever asks waits so long and no longer: a module that hangs leaves a clear error behind, and no request.
2. A session that was lost is opened anew, once per call. A PIN that was refused is not tried again, since a token locks
   itself after a few.
3. Each signature is verified before it is given out: a key that was replaced, or a module that errs, signs nothing of
   ours.

The library `python-pkcs11` is optional (`blauweknop[hsm]`).
"""

import hashlib
import os
import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as TooLate
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeAlias, TypeVar, final

from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from credentials.errors import ConfigurationError
from credentials.keys.jwk import Algorithm, PublicJwk
from credentials.keys.signer import InvalidSignature, SignerUnavailable
from credentials.keys.software import verify_signature

if TYPE_CHECKING:
    import pkcs11

T = TypeVar("T")

PATIENCE: Final = 5.0
"""How many seconds a call may take."""

# A module may remember a token as it was before it went away; and SoftHSM shows none for a moment to processes that
# begin at once.
_PAUSES: Final = (0.0, 0.1, 0.3)
_CURVES: Final = {Algorithm.ES256: ("secp256r1", ec.SECP256R1()), Algorithm.ES384: ("secp384r1", ec.SECP384R1())}
_HASHES: Final = {Algorithm.ES256: hashlib.sha256, Algorithm.ES384: hashlib.sha384}
# PKCS #11 3.0 section 6.3.5: `edwards25519` as a curve name, which is what modules have that are older than the OID.
_EDWARDS25519: Final = b"\x13\x0cedwards25519"
_OID_ED25519: Final = b"\x06\x03\x2b\x65\x70"
_OCTET_STRING: Final = 0x04


@final
@dataclass(frozen=True, slots=True)
class _Session:
    """A session, and the private keys that were found in it: to look for one takes three calls."""

    session: "pkcs11.Session"
    found: dict[str, Any] = field(default_factory=dict)

    def one(self, kind: Any, label: str) -> Any:  # noqa: ANN401  # the library's own objects
        """Return the one object of a kind and label; None where there is none. Raises ConfigurationError for two."""
        from pkcs11 import Attribute  # noqa: PLC0415

        # All of them: the library leaves a search that is broken off open.
        objects = list(self.session.get_objects({Attribute.CLASS: kind, Attribute.LABEL: label}))
        if len(objects) > 1:
            raise ConfigurationError(f"{label}: the token has two keys of this label")
        return objects[0] if objects else None


_Work: TypeAlias = "Callable[[_Session], T]"


@dataclass(slots=True)
class _Process:
    """What one process has with all modules: they are not called by two threads at once.

    A fork has not initialised a module (PKCS #11 2.40, section 5.4), whatever its memory says; `initialised` are those
    that it has.
    """

    pid: int = field(default_factory=os.getpid)
    alone: threading.Lock = field(default_factory=threading.Lock)
    is_fork: bool = False
    initialised: set[Path] = field(default_factory=set)


_here = _Process()


def _process() -> _Process:
    global _here  # noqa: PLW0603  # a fork's memory holds what is its maker's
    if _here.pid != os.getpid():
        _here = _Process(is_fork=True)
    return _here


@final
class Pkcs11Token:
    """One token of one module. `pin` is read when a session is opened, and kept nowhere."""

    def __init__(self, module: Path, label: str, pin: Callable[[], str], *, patience: float = PATIENCE) -> None:
        self._module = module
        self._label = label
        self._pin = pin
        self._patience = patience
        self._pid = 0
        self._refused = False
        self._calls: queue.SimpleQueue[tuple[Future[Any], _Work[Any], bool]] = queue.SimpleQueue()

    def public_jwk(self, label: str, algorithm: Algorithm) -> PublicJwk | None:
        """Return the public half of a key pair; None where the token has none of this label.

        Raises SignerUnavailable, and ConfigurationError for a key of another kind or a label that two have.
        """
        return self._call(lambda session: _public(session, label, algorithm))

    def generate(self, label: str, algorithm: Algorithm) -> PublicJwk:
        """Make a key pair that stays in the token.

        Raises SignerUnavailable, and ConfigurationError where the token has one of this label.
        """

        def make(session: _Session) -> PublicJwk:
            if _public(session, label, algorithm) is not None:
                raise ConfigurationError(f"{label}: the token has a key of this label")
            _generate(session.session, label, algorithm)
            made = _public(session, label, algorithm)
            if made is None:
                raise ConfigurationError(f"{label}: the token does not show the key that it made")
            return made

        return self._call(make, writes=True)

    def destroy(self, label: str) -> bool:
        """Destroy all of this label; say whether there was anything. Raises SignerUnavailable."""

        def remove(session: _Session) -> bool:
            from pkcs11 import Attribute  # noqa: PLC0415

            found = list(session.session.get_objects({Attribute.LABEL: label}))
            for each in found:
                each.destroy()
            return bool(found)

        return self._call(remove, writes=True)

    def sign(self, label: str, key: PublicJwk, message: bytes) -> bytes:
        """Return the raw JOSE signature by a key pair of this label and public half. Raises SignerUnavailable."""
        signature = self._call(lambda session: _signature(session, label, key.algorithm, message))
        try:
            verify_signature(key, message, signature)
        except InvalidSignature as error:
            raise SignerUnavailable(f"{label}: what the token signed is not by the key that it was") from error
        return signature

    def _call(self, work: "_Work[T]", *, writes: bool = False) -> T:
        if self._refused:
            raise SignerUnavailable("the token refused its PIN, which is not tried again: mend it, and start anew")
        if self._pid != os.getpid():
            self._begin()
        asked: Future[T] = Future()
        self._calls.put((asked, work, writes))
        try:
            return asked.result(self._patience)
        except TooLate as error:
            asked.cancel()
            raise SignerUnavailable("the token did not answer in time") from error

    def _begin(self) -> None:
        """Serve the calls of this process in a thread of its own; what a fork's maker asked stays with that."""
        with _process().alone:
            if self._pid == os.getpid():
                return
            self._calls, self._pid = queue.SimpleQueue(), os.getpid()
            # A daemon: a module that hangs keeps no service from stopping.
            threading.Thread(target=_Keeper(self).serve, args=(self._calls,), daemon=True).start()


@final
class _Keeper:
    """Keeps the session, in the thread that alone uses it."""

    def __init__(self, token: Pkcs11Token) -> None:
        self._token = token
        self._session: _Session | None = None

    def serve(self, calls: "queue.SimpleQueue[tuple[Future[Any], _Work[Any], bool]]") -> None:
        while True:
            asked, work, writes = calls.get()
            if not asked.set_running_or_notify_cancel():
                continue
            try:
                with _process().alone:
                    outcome = self._done(work, writes=writes)
            except BaseException as error:  # noqa: BLE001  # raised again by who waits
                asked.set_exception(error)
            else:
                asked.set_result(outcome)

    def _done(self, work: "_Work[T]", *, writes: bool) -> T:
        try:
            from pkcs11.exceptions import PKCS11Error  # noqa: PLC0415
        except ImportError as error:
            raise ConfigurationError("keys.pkcs11: python-pkcs11 is not installed: blauweknop[hsm]") from error
        try:
            session = self._opened(writes=writes)
            try:
                return work(session)
            except PKCS11Error:
                # The session may have been lost: once more, in a new one.
                self._drop()
                return work(self._opened(writes=writes))
        except PKCS11Error as error:
            self._drop()
            raise SignerUnavailable(f"the token cannot be used: {type(error).__name__}") from error
        except SignerUnavailable:
            # Some modules show an empty token where it was taken away: the next call looks anew.
            self._drop()
            raise

    def _opened(self, *, writes: bool) -> _Session:
        from pkcs11 import lib  # noqa: PLC0415
        from pkcs11.exceptions import PKCS11Error  # noqa: PLC0415

        if self._session is not None and (self._session.session.rw or not writes):
            return self._session
        self._drop()
        path, process = self._token._module, _process()  # noqa: SLF001  # one thing in two classes
        module = lib(str(path))
        if process.is_fork and path not in process.initialised:
            _initialise(module)
        process.initialised.add(path)
        for pause in _PAUSES:
            try:
                self._session = _Session(self._login(module, writes=writes))
            except PKCS11Error:
                if self._token._refused:  # noqa: SLF001
                    raise
                time.sleep(pause)
                _initialise(module)
            else:
                return self._session
        self._session = _Session(self._login(module, writes=writes))
        return self._session

    def _login(self, module: Any, *, writes: bool) -> "pkcs11.Session":  # noqa: ANN401  # the library's own, untyped
        from pkcs11 import exceptions  # noqa: PLC0415

        token = module.get_token(token_label=self._token._label)  # noqa: SLF001
        try:
            pin = self._token._pin()  # noqa: SLF001
        except ConfigurationError as error:
            raise SignerUnavailable(error.detail) from error
        session: pkcs11.Session
        try:
            session = token.open(rw=writes, user_pin=pin)
        except exceptions.UserAlreadyLoggedIn:
            # By another agency of this process: a login counts for all of it.
            session = token.open(rw=writes)
        except (
            exceptions.PinIncorrect,
            exceptions.PinInvalid,
            exceptions.PinLenRange,
            exceptions.PinLocked,
            exceptions.PinExpired,
        ):
            self._token._refused = True  # noqa: SLF001
            raise
        return session

    def _drop(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            from pkcs11.exceptions import PKCS11Error  # noqa: PLC0415

            with suppress(PKCS11Error):
                session.session.close()


@final
class Pkcs11Signer:
    """A key pair in a token, by its label. The token is asked when something is to be signed, and not before."""

    __slots__ = ("_label", "_public_jwk", "_token")

    def __init__(self, token: Pkcs11Token, label: str, public_jwk: PublicJwk) -> None:
        self._token = token
        self._label = label
        self._public_jwk = public_jwk

    @property
    def public_jwk(self) -> PublicJwk:
        """The public half."""
        return self._public_jwk

    @property
    def algorithm(self) -> Algorithm:
        """The algorithm of every signature this signer makes."""
        return self._public_jwk.algorithm

    def sign(self, message: bytes) -> bytes:
        """Return the raw JOSE signature. Raises SignerUnavailable."""
        return self._token.sign(self._label, self._public_jwk, message)

    def __repr__(self) -> str:
        return f"Pkcs11Signer({self.algorithm}, {self._public_jwk.thumbprint})"


def _initialise(module: Any) -> None:  # noqa: ANN401  # the library's own, untyped
    from pkcs11.exceptions import PKCS11Error  # noqa: PLC0415

    with suppress(PKCS11Error):
        module.finalize()
    module.initialize()


def _generate(session: "pkcs11.Session", label: str, algorithm: Algorithm) -> None:
    from pkcs11 import Attribute, KeyType, Mechanism  # noqa: PLC0415
    from pkcs11.exceptions import PKCS11Error  # noqa: PLC0415
    from pkcs11.util.ec import encode_named_curve_parameters  # noqa: PLC0415

    kept = {Attribute.EXTRACTABLE: False, Attribute.SENSITIVE: True}
    names: dict[str, Any] = {"label": label, "id": hashlib.sha256(label.encode()).digest()[:16], "store": True}
    if algorithm is Algorithm.EDDSA:
        for curve in (_EDWARDS25519, _OID_ED25519):
            parameters = session.create_domain_parameters(KeyType.EC_EDWARDS, {Attribute.EC_PARAMS: curve}, local=True)
            try:
                parameters.generate_keypair(mechanism=Mechanism.EC_EDWARDS_KEY_PAIR_GEN, private_template=kept, **names)
            except PKCS11Error:
                if curve is _OID_ED25519:
                    raise
            else:
                return
    if algorithm not in _CURVES:
        raise ConfigurationError("a token makes keys of P-256, P-384 or Ed25519")
    curve = encode_named_curve_parameters(_CURVES[algorithm][0])
    parameters = session.create_domain_parameters(KeyType.EC, {Attribute.EC_PARAMS: curve}, local=True)
    parameters.generate_keypair(private_template=kept, **names)


def _public(session: _Session, label: str, algorithm: Algorithm) -> PublicJwk | None:
    from pkcs11 import Attribute, ObjectClass  # noqa: PLC0415

    found = session.one(ObjectClass.PUBLIC_KEY, label)
    if found is None:
        return None
    point = _unwrapped(bytes(found[Attribute.EC_POINT]), algorithm)
    try:
        if algorithm is Algorithm.EDDSA:
            return PublicJwk.from_key(ed25519.Ed25519PublicKey.from_public_bytes(point))
        return PublicJwk.from_key(ec.EllipticCurvePublicKey.from_encoded_point(_CURVES[algorithm][1], point))
    except (ValueError, KeyError) as error:
        raise ConfigurationError(f"{label}: not a key of {algorithm.value}") from error


def _unwrapped(point: bytes, algorithm: Algorithm) -> bytes:
    """Take a point out of its OCTET STRING, in which it stands by PKCS #11 2.40 and not in all modules."""
    size = 32 if algorithm is Algorithm.EDDSA else None
    wrapped = len(point) > 2 and point[0] == _OCTET_STRING and point[1] == len(point) - 2
    return point[2:] if wrapped and (size is None or len(point) != size) else point


def _signature(session: _Session, label: str, algorithm: Algorithm, message: bytes) -> bytes:
    from pkcs11 import Mechanism, ObjectClass  # noqa: PLC0415

    key = session.found.get(label) or session.one(ObjectClass.PRIVATE_KEY, label)
    if key is None:
        raise SignerUnavailable(f"{label}: the token has no key of this label")
    session.found[label] = key
    if algorithm is Algorithm.EDDSA:
        return bytes(key.sign(message, mechanism=Mechanism.EDDSA))
    # Hashed here: a module need not have the hash, and not all of the message travels.
    return bytes(key.sign(_HASHES[algorithm](message).digest(), mechanism=Mechanism.ECDSA))
