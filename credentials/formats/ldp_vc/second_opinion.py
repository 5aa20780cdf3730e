"""What other implementations make of a document that ours has read: PyLD of its meaning, didkit of its proof.

Both are asked only when they are installed, after our own reading has bounded what the document may cost, and never
about what they would have to fetch. Neither can make a document valid.
"""

import asyncio
import importlib
import json
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import Enum
from types import ModuleType
from typing import Final, Self, final

from credentials.encoding import JsonObject, json_object
from credentials.errors import BlauweKnopError, MalformedInput
from credentials.formats.base import Credential
from credentials.formats.ldp_vc.canonical import Canonicaliser
from credentials.jose import UnverifiedToken

# What these resolve by themselves; didkit would go to the network for any other.
_WITHOUT_NETWORK: Final = ("did:key:", "did:jwk:")


@final
class Verdict(Enum):
    """What another implementation says of ours."""

    AGREES = "agrees"
    DIFFERS = "differs"
    NOT_ASKED = "not_asked"


@final
class Silence(Enum):
    """Why there is no second opinion."""

    NOT_INSTALLED = "not_installed"
    NOT_ITS_KIND = "not_its_kind"
    WOULD_FETCH = "would_fetch"
    OURS_REFUSED = "ours_refused"


@final
@dataclass(frozen=True, slots=True)
class SecondOpinion:
    """Whose opinion and what it is; `silence` says why it was not asked."""

    by: str
    verdict: Verdict
    silence: Silence | None = None

    @classmethod
    def none(cls, by: str, silence: Silence) -> Self:
        """Say that somebody was not asked, and why."""
        return cls(by, Verdict.NOT_ASKED, silence)


def of_pyld(document: JsonObject, canonicaliser: Canonicaliser) -> SecondOpinion:
    """Compare the canonical form of a document without its proofs: the same facts, labelled and written alike."""
    by = "PyLD"
    jsonld = _installed("pyld.jsonld")
    if jsonld is None:
        return SecondOpinion.none(by, Silence.NOT_INSTALLED)
    unsecured = {name: value for name, value in document.items() if name != "proof"}
    try:
        ours = canonicaliser.canonical(unsecured)
    except BlauweKnopError:
        # Also for its own sake: there are graphs that PyLD never ends with, and ours has a bound.
        return SecondOpinion.none(by, Silence.OURS_REFUSED)

    def load(url: str, _options: object) -> Mapping[str, object]:
        held = json_object(canonicaliser.bundle.document(url), "context")
        return {"contextUrl": None, "documentUrl": url, "document": held, "contentType": "application/ld+json"}

    options = {"algorithm": "URDNA2015", "format": "application/n-quads", "documentLoader": load}
    try:
        theirs = str(jsonld.normalize(unsecured, options)).encode()
    except jsonld.JsonLdError:
        return SecondOpinion(by, Verdict.DIFFERS)
    return SecondOpinion(by, Verdict.AGREES if theirs == ours else Verdict.DIFFERS)


def of_didkit(credential: Credential) -> SecondOpinion:
    """Have the proof of a VCDM 1.1 credential checked: a JWT, or an object with an Ed25519Signature2020."""
    by = "didkit"
    method = _method(credential)
    if method is None:
        return SecondOpinion.none(by, Silence.NOT_ITS_KIND)
    if not method.startswith(_WITHOUT_NETWORK):
        return SecondOpinion.none(by, Silence.WOULD_FETCH)
    didkit = _installed("didkit")
    if didkit is None:
        return SecondOpinion.none(by, Silence.NOT_INSTALLED)
    as_token = isinstance(credential, str)
    options = json.dumps({"checks": ["proof"], **({"proofFormat": "jwt"} if as_token else {})})
    text = credential if isinstance(credential, str) else json.dumps(credential)

    async def asked() -> str:
        return str(await didkit.verify_credential(text, options))

    try:
        # On a thread of its own: whoever calls this may be inside an event loop.
        with ThreadPoolExecutor(1) as thread:
            errors = json_object(thread.submit(asyncio.run, asked()).result(), "didkit").get("errors")
    except (ValueError, didkit.DIDKitException):
        return SecondOpinion(by, Verdict.DIFFERS)
    return SecondOpinion(by, Verdict.DIFFERS if errors else Verdict.AGREES)


def _installed(name: str) -> ModuleType | None:
    try:
        return importlib.import_module(name)
    except ImportError:
        return None


def _method(credential: Credential) -> str | None:
    if isinstance(credential, str):
        try:
            token = UnverifiedToken.parse(credential)
        except MalformedInput:
            return None
        method = token.header.get("kid") if "vc" in token.payload else None
    else:
        proof = credential.get("proof")
        method = proof.get("verificationMethod") if isinstance(proof, dict) and _is_linked_data(proof) else None
    return method if isinstance(method, str) else None


def _is_linked_data(proof: JsonObject) -> bool:
    return proof.get("type") == "Ed25519Signature2020"
