"""SD-JWT VC with ten disclosures: ours beside the `sd-jwt` package, and beside nothing but the cryptography."""

from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from jwcrypto.jwk import JWK
from rich.console import Console
from sd_jwt.common import SDObj
from sd_jwt.holder import SDJWTHolder
from sd_jwt.issuer import SDJWTIssuer
from sd_jwt.verifier import SDJWTVerifier

from credentials.encoding import JsonObject, b64_encode
from credentials.formats.sd_jwt import SdJwtVc
from tests.benchmarks.rust_peer import NoRust, rust_peer
from tests.benchmarks.samples import TEN
from tests.benchmarks.timing import Row, by_turns, in_turns, per_second
from tests.unit.formats.format_samples import (
    AUDIENCE,
    BARE,
    NONCE,
    NOW,
    RESOLVER,
    certificate,
    draft,
    fresh,
    issuer_key,
    signer,
)

FAR: Final = datetime(2099, 1, 1, tzinfo=UTC)


def measure() -> list[Row]:
    """Measure, interleaving ours and the peer's."""
    ours = SdJwtVc(decoy_multiple=1)
    bound = draft(claims=TEN, always_disclosed=frozenset(), slots={}, status=())
    unbound, key = replace(bound, holder=None), issuer_key()
    issuer, holder = (JWK(**signer(name).to_private_jwk()) for name in ("issuer", "holder"))
    header = {"typ": "dc+sd-jwt", "x5c": [b64_encode(certificate())]}
    claims: JsonObject = {"iss": unbound.issuer, "vct": unbound.type, "iat": 1795435200, "exp": 1798459200}

    def issue_theirs(*, bound: bool) -> str:
        hidden = {SDObj(name): value for name, value in TEN.items()}
        made = SDJWTIssuer(
            {**claims, **hidden}, issuer, holder if bound else None, extra_header_parameters=dict(header)
        )
        return str(made.sd_jwt_issuance)

    def verify_theirs(compact: str, *binding: str) -> Any:  # the peer has no types
        return SDJWTVerifier(compact, lambda _issuer, _header: issuer, *binding).get_verified_payload()

    held, theirs = ours.issue(unbound, key), issue_theirs(bound=False)
    shown = ours.present(ours.issue(bound, key), None, signer("holder"), audience=AUDIENCE, nonce=NONCE, now=NOW)
    presenter = SDJWTHolder(issue_theirs(bound=True))
    presenter.create_presentation(dict.fromkeys(TEN, True), NONCE, AUDIENCE, holder)
    their_shown = str(presenter.sd_jwt_presentation)

    token, *disclosures = held.encode("ascii").rstrip(b"~").split(b"~")
    signing_input = token.rpartition(b".")[0]
    private = signer("issuer").private_key
    assert isinstance(private, ec.EllipticCurvePrivateKey)
    public, es256 = private.public_key(), ec.ECDSA(SHA256())
    signature = private.sign(signing_input, es256)

    def hash_all() -> None:
        for each in disclosures:
            sha256(each).digest()

    def bare_issue() -> None:
        hash_all()
        private.sign(signing_input, es256)

    def bare_verify() -> None:
        hash_all()
        public.verify(signature, signing_input, es256)

    def issue() -> str:
        return ours.issue(unbound, key)

    def verify() -> object:
        return ours.verify(held, BARE, RESOLVER)

    bare = "10 hashes and P-256"
    return [
        in_turns(
            "sd_jwt_issue_10", "SD-JWT VC issue, 10", issue, "sd-jwt", lambda: issue_theirs(bound=False), target="4x"
        ),
        in_turns("sd_jwt_issue_10_vs_bare", "SD-JWT VC issue, 10", issue, bare, bare_issue, target=">= 0.45"),
        in_turns(
            None,
            "SD-JWT VC issue, 10, decoys and holder",
            lambda: SdJwtVc().issue(bound, key),
            "sd-jwt, no decoys",
            lambda: issue_theirs(bound=True),
        ),
        in_turns(
            "sd_jwt_verify_10", "SD-JWT VC verify, 10", verify, "sd-jwt", lambda: verify_theirs(theirs), target="2x"
        ),
        in_turns("sd_jwt_verify_10_vs_bare", "SD-JWT VC verify, 10", verify, bare, bare_verify, target=">= 0.59"),
        in_turns(
            None,
            "SD-JWT VC verify, 10, key binding",
            lambda: ours.verify(shown, fresh(), RESOLVER),
            "sd-jwt",
            lambda: verify_theirs(their_shown, AUDIENCE, NONCE),
        ),
        *_beside_rust(ours, ours.issue(replace(unbound, expires_at=FAR), key)),
    ]


def _beside_rust(ours: SdJwtVc, held: str) -> list[Row]:
    """Verify the same SD-JWT as Rust's library does, which compares its expiry with the real clock."""
    verified = ours.verify(held, BARE, RESOLVER)
    try:
        with rust_peer(held, verified.signed_by.key) as peer:
            assert peer.claims() == len(verified.document or {})
            return [
                by_turns(
                    "sd_jwt_verify_10_vs_rust",
                    "SD-JWT VC verify, 10",
                    lambda: per_second(lambda: ours.verify(held, BARE, RESOLVER)),
                    "sd-jwt-rs 0.7.1",
                    peer.per_second,
                    target="1.2x",
                )
            ]
    except NoRust as why:
        Console(stderr=True).print(f"Not measured beside sd-jwt-rs: {why}.")
        return []
