"""A `vc-api` over real https in this process, and what its callers would make themselves."""

import json
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2

from credentials.clock import FixedClock
from credentials.dids import did_key
from credentials.encoding import JsonObject
from credentials.formats.ldp_vc import sign_document
from credentials.formats.vcdm import CREDENTIALS_V1, CREDENTIALS_V2, IssuerBinding
from credentials.jose.jws import sign_compact
from credentials.keys import Algorithm, SoftwareSigner
from service.commands.vc_api.app import create_app
from service.commands.vc_api.certificate import self_signed
from service.commands.vc_api.door import Door
from service.serving import Served, serving
from tests.conftest import _free_port

EXAMPLES = "https://www.w3.org/ns/credentials/examples/v2"
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: Any
    text: str

    @property
    def problem(self) -> str:
        """The type of the first problem, after the hash."""
        details = self.body["errors"][0] if "errors" in self.body else self.body
        return str(details["type"]).rpartition("#")[2]


@dataclass(frozen=True, slots=True)
class Api:
    door: Door
    address: str
    client: httpx2.Client

    def post(self, path: str, body: object) -> Answer:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        return _answer(
            self.client.post(self.address + path, content=data, headers={"content-type": "application/json"})
        )

    def get(self, url: str, accept: str = "application/json") -> Answer:
        url = url if url.startswith("https") else self.address + url
        return _answer(self.client.get(url, headers={"accept": accept}))

    def issue(self, instance: str, credential: JsonObject, **options: object) -> Answer:
        return self.post(f"/issuers/{instance}/credentials/issue", {"credential": credential, "options": options})

    def issued(self, instance: str, credential: JsonObject, **options: object) -> JsonObject:
        answer = self.issue(instance, credential, **options)
        assert answer.status == 201, answer.text
        secured: JsonObject = answer.body["verifiableCredential"]
        return secured

    def verify(self, credential: object, **options: object) -> Answer:
        return self.post("/credentials/verify", {"verifiableCredential": credential, "options": options})

    def present(self, presentation: object, **options: object) -> Answer:
        return self.post("/presentations/verify", {"verifiablePresentation": presentation, "options": options})

    def derive(self, credential: JsonObject, *pointers: str) -> Answer:
        options = {"selectivePointers": list(pointers)}
        return self.post("/credentials/derive", {"verifiableCredential": credential, "options": options})

    def credential(self, instance: str, version: str = "2.0", **members: Any) -> JsonObject:
        """An unsecured credential that this instance may issue."""
        issuer = self.door.instances[instance].did
        common: JsonObject = {"id": "urn:uuid:0a4d0e6b-8a0e-4a3c-9d13-6f3f0c1f7a10", "type": ["VerifiableCredential"]}
        if version == "1.1":
            common |= {"@context": [CREDENTIALS_V1], "issuanceDate": "2026-11-23T11:00:00Z"}
            subject: JsonObject = {"id": "did:example:alice"}
        else:
            common |= {"@context": [CREDENTIALS_V2, EXAMPLES], "validFrom": "2026-11-23T11:00:00Z"}
            subject = {"id": "did:example:alice", "alumniOf": "The School of Examples", "grade": "seven"}
        return {**common, "issuer": issuer, "credentialSubject": subject, **members}


@dataclass(frozen=True, slots=True)
class Party:
    """Somebody with a key of their own: an issuer elsewhere, or a holder."""

    signer: SoftwareSigner
    did: str
    method: str

    @classmethod
    def make(cls, algorithm: Algorithm = Algorithm.EDDSA) -> "Party":
        signer = SoftwareSigner.generate(algorithm)
        return cls(signer, *did_key(signer.public_jwk))

    def sign(self, api: Api, document: JsonObject, **how: Any) -> JsonObject:
        return sign_document(
            document, self.signer, self.method, canonicaliser=api.door.engine.canonicaliser, created=NOW, **how
        )

    def presentation(self, api: Api, *credentials: JsonObject, **members: Any) -> JsonObject:
        document: JsonObject = {"@context": [CREDENTIALS_V2], "type": ["VerifiablePresentation"], "holder": self.did}
        if credentials:
            document["verifiableCredential"] = list(credentials)
        how = {"purpose": "authentication", "challenge": "c-1", "domain": "verifier.example"}
        if "cryptosuite" in members:
            how["cryptosuite"] = members.pop("cryptosuite")
        return self.sign(api, {**document, **members}, **how)

    def token(self, claims: JsonObject, **header: Any) -> str:
        return sign_compact({"kid": self.method, **header}, claims, self.signer)


def enveloped(kind: str, media_type: str, token: str) -> JsonObject:
    return {"@context": CREDENTIALS_V2, "type": kind, "id": f"data:{media_type},{token}"}


@contextmanager
def running(folder: Path, binding: IssuerBinding = IssuerBinding.NOT_CHECKED) -> Iterator[Api]:
    port = _free_port()
    address = f"https://127.0.0.1:{port}"
    door = Door.make(address, FixedClock(NOW), binding, whole_messages=True)
    tls = self_signed(folder, datetime.now(UTC))
    context = ssl.create_default_context(cafile=str(tls.certificate))
    try:
        with (
            serving(Served(create_app(door), "127.0.0.1", port, tls=tls)),
            httpx2.Client(verify=context, trust_env=False) as client,
        ):
            yield Api(door, address, client)
    finally:
        door.close()


def _answer(response: httpx2.Response) -> Answer:
    named = "json" in response.headers.get("content-type", "") or response.headers["content-type"] == "application/vc"
    return Answer(response.status_code, json.loads(response.content) if named else None, response.text)
