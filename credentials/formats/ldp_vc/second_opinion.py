"""What software of others makes of a proof: PyLD with `cryptography` of Data Integrity, didkit of VCDM 1.1.

Neither is asked about what it would have to fetch, and neither can make a document valid.
"""

import importlib
import json
from dataclasses import dataclass
from enum import Enum
from types import ModuleType
from typing import Final, Self, final

from credentials.awaited import awaited
from credentials.encoding import JsonObject, json_object
from credentials.errors import BlauweKnopError, MalformedInput
from credentials.formats.base import Credential, KeyResolver
from credentials.formats.ldp_vc import by_pyld
from credentials.formats.ldp_vc.contexts import ContextBundle
from credentials.jose import UnverifiedToken

# What these resolve by themselves; didkit would go to the network for any other.
_WITHOUT_NETWORK: Final = ("did:key:", "did:jwk:")

PYLD: Final = "PyLD"
DIDKIT: Final = "didkit"


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
    NO_KEY = "no_key"
    TOO_COSTLY = "too_costly"


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

    @classmethod
    def of(cls, by: str, *, holds: bool) -> Self:
        """Say of a proof that our engine accepted whether somebody else accepts it too."""
        return cls(by, Verdict.AGREES if holds else Verdict.DIFFERS)


def of_pyld(document: JsonObject, proof: JsonObject, keys: KeyResolver, bundle: ContextBundle) -> SecondOpinion:
    """Have one Data Integrity proof on a document checked. There are graphs that PyLD never ends with."""
    if not by_pyld.checks(proof):
        return SecondOpinion.none(PYLD, Silence.NOT_ITS_KIND)
    try:
        key = keys.resolve(str(proof.get("verificationMethod")), str(proof.get("proofPurpose")))
    except BlauweKnopError:
        return SecondOpinion.none(PYLD, Silence.NO_KEY)
    holds = by_pyld.proof_holds(document, proof, key, bundle)
    return SecondOpinion.none(PYLD, Silence.NOT_ITS_KIND) if holds is None else SecondOpinion.of(PYLD, holds=holds)


def of_didkit(credential: Credential) -> SecondOpinion:
    """Have the proof of a VCDM 1.1 credential checked: a JWT, or an object with an Ed25519Signature2020."""
    method = _method(credential)
    if method is None:
        return SecondOpinion.none(DIDKIT, Silence.NOT_ITS_KIND)
    if not method.startswith(_WITHOUT_NETWORK):
        return SecondOpinion.none(DIDKIT, Silence.WOULD_FETCH)
    didkit = _installed("didkit")
    if didkit is None:
        return SecondOpinion.none(DIDKIT, Silence.NOT_INSTALLED)
    as_token = isinstance(credential, str)
    options = json.dumps({"checks": ["proof"], **({"proofFormat": "jwt"} if as_token else {})})
    text = credential if isinstance(credential, str) else json.dumps(credential)

    async def asked() -> str:
        return str(await didkit.verify_credential(text, options))

    try:
        errors = json_object(awaited(asked()), "didkit").get("errors")
    except (ValueError, didkit.DIDKitException):
        return SecondOpinion.of(DIDKIT, holds=False)
    return SecondOpinion.of(DIDKIT, holds=not errors)


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
