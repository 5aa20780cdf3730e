"""A DigiD broker in memory, which behaves well until a test makes it behave badly: for the login by itself and for
whole journeys."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from joserfc import jwe
from joserfc.jwk import RSAKey

from credentials.clock import epoch
from credentials.encoding import JsonObject, b64url_encode, json_compact
from credentials.jose import sign_compact
from credentials.keys import SoftwareSigner
from issuer.domain.brokers import ASSURANCE
from service.http import Answer
from tests.debt_builders import SAMIRA

ISSUER = "https://digid.example"
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
SUBSTANTIAL, HIGH = ASSURANCE
REPRESENTATIVE = "999993653"


@dataclass(slots=True)
class Broker:
    """An OpenID provider in memory.

    `claims` changes the ID token, `userinfo` the UserInfo answer, `metadata` the discovery document, `answers` whole
    answers. `encrypt_to` is the public key that what it states is encrypted to. A code is good once.
    """

    signer: SoftwareSigner = field(default_factory=SoftwareSigner.generate)
    claims: dict[str, Any] = field(default_factory=dict)
    userinfo: dict[str, Any] = field(default_factory=dict)
    header: dict[str, Any] = field(default_factory=dict)
    metadata: dict[str, Any] = field(default_factory=dict)
    answers: dict[str, Answer] = field(default_factory=dict)
    nonce: str = ""
    posted: list[tuple[dict[str, str], dict[str, str]]] = field(default_factory=list)
    name: str = ISSUER
    now: datetime = NOW
    asked: list[str] = field(default_factory=list)
    id_token: str | None = None
    encrypt_to: JsonObject | None = None
    encryption: Mapping[str, str] = field(default_factory=lambda: {"alg": "RSA-OAEP", "enc": "A256GCM", "cty": "JWT"})
    redeemed: set[str] = field(default_factory=set)

    def get(
        self,
        url: str,
        accept: str = "application/json",
        *,
        headers: Mapping[str, str] | None = None,
        max_bytes: int | None = None,
    ) -> Answer:
        self.asked.append(url)
        path = urlsplit(url).path
        if path in self.answers:
            return self.answers[path]
        if path == "/jwks":
            key = self.signer.public_jwk
            return answer({"keys": [{**key.to_dict(), "kid": key.thumbprint, "use": "sig"}]})
        if path == "/userinfo":
            assert (accept, dict(headers or {})) == ("application/jwt", {"authorization": "Bearer a"})
            about = {"iss": self.name, "aud": "cjib", "sub": "pairwise", "bsn": SAMIRA.reveal(), **self.userinfo}
            return Answer(200, {"content-type": "application/jwt"}, self.stated(about).encode("ascii"))
        stated = {
            "issuer": self.name,
            "authorization_endpoint": f"{ISSUER}/authorize",
            "token_endpoint": f"{ISSUER}/token",
            "userinfo_endpoint": f"{ISSUER}/userinfo",
            "jwks_uri": f"{ISSUER}/jwks",
            **self.metadata,
        }
        return answer({name: value for name, value in stated.items() if value is not None})

    def post_form(self, url: str, fields: Mapping[str, str], *, headers: Mapping[str, str] | None = None) -> Answer:
        self.posted.append((dict(fields), dict(headers or {})))
        if "/token" in self.answers:
            return self.answers["/token"]
        code = fields.get("code", "")
        if code in self.redeemed:
            return answer({"error": "invalid_grant"}, 400)
        self.redeemed.add(code)
        claims = {
            "iss": self.name,
            "sub": "pairwise",
            "aud": "cjib",
            "iat": epoch(self.now),
            "exp": epoch(self.now) + 300,
            "nonce": self.nonce,
            "acr": SUBSTANTIAL,
            "bsn": SAMIRA.reveal(),
            "name": "Samira",
            **self.claims,
        }
        token = self.id_token or self.stated(claims)
        return answer({"access_token": "a", "token_type": "Bearer", "id_token": token})

    def stated(self, claims: Mapping[str, Any]) -> str:
        """Return a signed token, encrypted where it is to be; claims that are None are left out."""
        header = {"typ": "JWT", "kid": self.signer.public_jwk.thumbprint, **self.header}
        signed = sign_compact(header, {name: each for name, each in claims.items() if each is not None}, self.signer)
        return signed if self.encrypt_to is None else encrypted(signed, self.encrypt_to, self.encryption)


def encrypted(content: str, recipient: Any, header: Mapping[str, str]) -> str:
    """Return a JWE, of any kind."""
    algorithms = ["RSA-OAEP", "RSA-OAEP-256", "A256GCM", "A128GCM", "A128CBC-HS256", "DEF"]
    key = RSAKey.import_key({name: recipient[name] for name in ("kty", "n", "e")})
    return jwe.encrypt_compact(dict(header), content.encode("ascii"), key, algorithms=algorithms)


def represented(number: str = SAMIRA.reveal(), **more: Any) -> dict[str, Any]:
    """Return what is said of somebody on whose behalf another acts."""
    return {"iss": ISSUER, "sub": "of-the-represented", "bsn": number, "name": "Samira", **more}


def answer(body: object, status: int = 200) -> Answer:
    return Answer(status, {"content-type": "application/json"}, json_compact(body))


def part(value: object) -> str:
    return b64url_encode(json.dumps(value).encode())
