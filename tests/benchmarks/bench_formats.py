"""Issuing and verifying credentials: ours beside the `sd-jwt` package and PyLD, in one interleaved run."""

import hashlib
import json
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from statistics import median
from typing import Any

from jwcrypto.jwk import JWK
from pyld import jsonld
from sd_jwt.common import SDObj
from sd_jwt.holder import SDJWTHolder
from sd_jwt.issuer import SDJWTIssuer
from sd_jwt.verifier import SDJWTVerifier

from credentials.debts.claims import from_jsonld, to_jsonld
from credentials.debts.types import CONTEXT_URL, OVERVIEW_TYPE, TYPE_TERMS, context_document
from credentials.encoding import JsonObject, b64_encode
from credentials.formats import Vocabulary
from credentials.formats.ldp_vc import Canonicaliser, ContextBundle, LdpVc, sign_document, verify_document
from credentials.formats.sd_jwt import SdJwtVc
from credentials.keys import verify_signature
from tests.benchmarks.row import Row
from tests.unit.formats.format_samples import (
    AUDIENCE,
    BARE,
    NONCE,
    NOW,
    RESOLVER,
    certificate,
    did_issuer_key,
    draft,
    fresh,
    issuer_key,
    ld_draft,
    signer,
)

ROUNDS = 7
TEN: JsonObject = {f"claim_{number}": f"value {number}" for number in range(10)}
CASE: JsonObject = {
    "digest": "GAv9Gk3vX8jm1x1z0x5i8Zk1Kq3l9o2b4c6d8e0f2g4",
    "type": "wahv",
    "omschrijving": "Boete voor te hard rijden",
    "saldo": 17500,
    "achterstand": 0,
    "fase": "herinnering",
    "eerst_vervalt": "2026-12-14",
}
OVERVIEW: JsonObject = {
    "bronorganisatie": {"oin": "00000004000000044000", "naam": "CJIB", "afkorting": "CJIB"},
    "peildatum": "2026-11-23T12:00:00+01:00",
    "schema_versie": "1.0",
    "fcid_versie": "4.1.0",
    "dekking": "wahv,strafbeschikking",
    "aantal_open_zaken": 3,
    "saldo_totaal": 52500,
    "achterstand_totaal": 0,
    "verplicht_totaal": 52500,
    "vereffend_totaal": 0,
    "hoogste_aanmaanfase": "herinnering",
    "meer_dan_20": False,
    "zaken": {f"z{number:02}": CASE for number in range(1, 4)},
}


def measure() -> list[Row]:
    """Measure, interleaving ours and the peers'."""
    return [*_sd_jwt(), *_data_integrity()]


def _sd_jwt() -> list[Row]:
    ours, plain = SdJwtVc(decoy_multiple=1), draft(claims=TEN, always_disclosed=frozenset(), slots={}, status=())
    unbound, key = replace(plain, holder=None), issuer_key()
    issuer, holder = (JWK(**signer(name).to_private_jwk()) for name in ("issuer", "holder"))
    header = {"typ": "dc+sd-jwt", "x5c": [b64_encode(certificate())]}
    claims = {"iss": plain.issuer, "vct": plain.type, "iat": 1795435200, "exp": 1798459200}

    def issue_theirs(*, bound: bool) -> str:
        hidden = {SDObj(name): value for name, value in TEN.items()}
        made = SDJWTIssuer(
            {**claims, **hidden}, issuer, holder if bound else None, extra_header_parameters=dict(header)
        )
        return str(made.sd_jwt_issuance)

    held, theirs = ours.issue(unbound, key), issue_theirs(bound=False)
    shown = ours.present(ours.issue(plain, key), None, signer("holder"), audience=AUDIENCE, nonce=NONCE, now=NOW)
    presenter = SDJWTHolder(issue_theirs(bound=True))
    presenter.create_presentation(dict.fromkeys(TEN, True), NONCE, AUDIENCE, holder)
    their_shown = str(presenter.sd_jwt_presentation)

    def verify_theirs(compact: str, *binding: str) -> Any:  # the peer has no types
        return SDJWTVerifier(compact, lambda _issuer, _header: issuer, *binding).get_verified_payload()

    return [
        _row(
            "SD-JWT VC issue, 10", lambda: ours.issue(unbound, key), "sd-jwt", lambda: issue_theirs(bound=False), "4x"
        ),
        _row(
            "SD-JWT VC issue, 10, decoys and holder",
            lambda: SdJwtVc().issue(plain, key),
            "sd-jwt, no decoys",
            lambda: issue_theirs(bound=True),
            "",
        ),
        _row(
            "SD-JWT VC verify, 10",
            lambda: ours.verify(held, BARE, RESOLVER),
            "sd-jwt",
            lambda: verify_theirs(theirs),
            "2x",
        ),
        _row(
            "SD-JWT VC verify, 10, key binding",
            lambda: ours.verify(shown, fresh(), RESOLVER),
            "sd-jwt",
            lambda: verify_theirs(their_shown, AUDIENCE, NONCE),
            "",
        ),
    ]


def _data_integrity() -> list[Row]:
    contexts, key = ContextBundle({CONTEXT_URL: context_document()}), did_issuer_key()
    method = key.verification_method or ""
    vocabulary = Vocabulary(
        OVERVIEW_TYPE,
        TYPE_TERMS[OVERVIEW_TYPE],
        CONTEXT_URL,
        partial(to_jsonld, OVERVIEW_TYPE),
        partial(from_jsonld, OVERVIEW_TYPE),
    )
    ldp = LdpVc(contexts, [vocabulary])
    engine = ldp.canonicaliser
    document = ldp.issue(ld_draft(type=OVERVIEW_TYPE, claims=OVERVIEW), key)
    unsigned: JsonObject = {name: value for name, value in document.items() if name != "proof"}
    options = {
        "algorithm": "URDNA2015",
        "format": "application/n-quads",
        "documentLoader": lambda url, _: {
            "contextUrl": None,
            "documentUrl": url,
            "document": json.loads(contexts.document(url)),
        },
    }

    def hashes(document: JsonObject) -> bytes:
        proof = document["proof"]
        assert isinstance(proof, dict)
        configuration = {"@context": document["@context"]} | {
            name: value for name, value in proof.items() if name != "proofValue"
        }
        bare = {name: value for name, value in document.items() if name != "proof"}
        return b"".join(
            hashlib.sha256(str(jsonld.normalize(each, options)).encode()).digest() for each in (configuration, bare)
        )

    def sign(canonicaliser: Canonicaliser) -> JsonObject:
        return sign_document(unsigned, key.signer, method, canonicaliser=canonicaliser, created=NOW)

    def verify(canonicaliser: Canonicaliser) -> object:
        return verify_document(document, RESOLVER, canonicaliser=canonicaliser, now=NOW)

    signature = key.signer.sign(hashes(document))
    text = engine.canonical(unsigned)

    def bare_sign() -> bytes:
        return key.signer.sign(hashlib.sha256(text).digest() * 2)

    def bare_verify() -> None:
        hashlib.sha256(text).digest()
        verify_signature(key.signer.public_jwk, hashes_once, signature)

    hashes_once = hashes(document)
    return [
        _row(
            "eddsa-rdfc-2022 issue, own shape",
            lambda: sign(engine),
            "PyLD",
            lambda: key.signer.sign(hashes(document)),
            "40x",
        ),
        _row(
            "eddsa-rdfc-2022 verify, own shape",
            lambda: verify(engine),
            "PyLD",
            lambda: verify_signature(key.signer.public_jwk, hashes(document), signature),
            "20x",
        ),
        _row("eddsa-rdfc-2022 issue", lambda: sign(engine), "hash and Ed25519", bare_sign, ">= 0.40"),
        _row("eddsa-rdfc-2022 verify", lambda: verify(engine), "hash and Ed25519", bare_verify, ">= 0.45"),
        _row(
            "canonicalise, a shape never seen",
            lambda: Canonicaliser(contexts).canonical(unsigned),
            "PyLD",
            lambda: jsonld.normalize(unsigned, options),
            "",
        ),
    ]


def _row(work: str, ours: Callable[[], object], peer: str, theirs: Callable[[], object], target: str) -> Row:
    mine, others = [], []
    for _ in range(ROUNDS):
        mine.append(_per_second(ours))
        others.append(_per_second(theirs))
    return Row(work, median(mine), peer, median(others), median(mine) / median(others), target)


def _per_second(work: Callable[[], object]) -> float:
    """Time enough repeats to fill a twentieth of a second."""
    work()
    repeats, started = 0, time.perf_counter()
    while (spent := time.perf_counter() - started) < 0.05:
        work()
        repeats += 1
    return repeats / spent
