"""A passkey in software: what an authenticator and its browser do (WebAuthn Level 3), with every part changeable."""

import hashlib
import hmac
import json
import secrets
from dataclasses import dataclass, field

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from credentials.encoding import JsonObject, b64url_decode, b64url_encode
from wallet_api.domain.passkey import PasskeyAnswer
from wallet_api.vault import SlowLocksmith
from wallet_api.vault.locks import Hardness
from wallet_api.vault.slow_hashes import Argon2

QUICK = Hardness(lock=Argon2(32, 1, 1), finding=Argon2(16, 1, 1), number=5)

PRESENT, VERIFIED, ELIGIBLE, BACKED_UP, ATTESTED = 0x01, 0x04, 0x08, 0x10, 0x40
USUAL = PRESENT | VERIFIED | ELIGIBLE | BACKED_UP


def quick_locksmith() -> SlowLocksmith:
    """Locks as they are, but not slow."""
    return SlowLocksmith(QUICK)


@dataclass
class SoftPasskey:
    """One credential of one site. `count` is its signature counter; passkeys that are synced leave it at nought."""

    rp_id: str = ""
    user_handle: bytes = b""
    flags: int = USUAL
    count: int = 0
    id: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    secret: bytes = field(default_factory=lambda: secrets.token_bytes(32))

    def make(self, invited: JsonObject, origin: str, /, **otherwise: object) -> PasskeyAnswer:
        """Answer an invitation (`maken`)."""
        asked = invited["maken"]
        assert isinstance(asked, dict)
        self.rp_id = str(asked["rp"]["id"])  # type: ignore[index,call-overload]
        self.user_handle = b64url_decode(str(asked["user"]["id"]))  # type: ignore[index,call-overload]
        numbers = self.key.public_key().public_numbers()
        cose = cbor2.dumps({1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32), -3: numbers.y.to_bytes(32)})
        attested = bytes(16) + len(self.id).to_bytes(2) + self.id + cose
        data = self._data(self.flags | ATTESTED) + attested
        attestation = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        client = self._client("webauthn.create", str(asked["challenge"]), origin, otherwise)
        response: JsonObject = {
            "clientDataJSON": b64url_encode(client),
            "attestationObject": b64url_encode(attestation),
        }
        return PasskeyAnswer(self._answer(response), self.prf(asked))

    def sign(self, asked: JsonObject, origin: str, /, **otherwise: object) -> PasskeyAnswer:
        """Answer a request (`openen`)."""
        rp_id = str(otherwise.pop("rp_id", self.rp_id))
        client = self._client("webauthn.get", str(asked["challenge"]), origin, otherwise)
        data = self._data(self.flags, rp_id)
        signature = self.key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        response: JsonObject = {
            "clientDataJSON": b64url_encode(client),
            "authenticatorData": b64url_encode(data),
            "signature": b64url_encode(signature),
            "userHandle": b64url_encode(self.user_handle),
        }
        return PasskeyAnswer(self._answer(response), self.prf(asked))

    def prf(self, asked: JsonObject) -> bytes:
        """Evaluate the PRF over what was asked (section 10.1.4)."""
        first = b64url_decode(str(asked["extensions"]["prf"]["eval"]["first"]))  # type: ignore[index,call-overload]
        return hmac.digest(self.secret, hashlib.sha256(b"WebAuthn PRF\0" + first).digest(), "sha256")

    def _data(self, flags: int, rp_id: str = "") -> bytes:
        return hashlib.sha256((rp_id or self.rp_id).encode()).digest() + bytes([flags]) + self.count.to_bytes(4)

    def _answer(self, response: JsonObject) -> JsonObject:
        id = b64url_encode(self.id)
        return {"id": id, "rawId": id, "type": "public-key", "response": response, "clientExtensionResults": {}}

    @staticmethod
    def _client(kind: str, challenge: str, origin: str, otherwise: dict[str, object]) -> bytes:
        made = {"type": kind, "challenge": challenge, "origin": origin, "crossOrigin": False} | otherwise
        return json.dumps(made).encode()


def api_body(answer: PasskeyAnswer, **more: object) -> JsonObject:
    """Return an answer as the REST interface takes it."""
    return {"antwoord": answer.answer, "prf": b64url_encode(answer.prf), **more}  # type: ignore[dict-item]
