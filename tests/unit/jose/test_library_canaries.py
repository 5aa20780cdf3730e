"""What the libraries under and beside us do with hostile input: the reason for each check of our own.

A row that fails here says that an upgrade changed a library's behaviour. Then decide: a hole that was closed may make a
check of ours superfluous, a hole that opened must be closed by us. Change the row only after that.
"""

import hashlib
import json
import subprocess
import sys
from collections.abc import Callable, Mapping

import pyld.jsonld
import pyoxigraph
import pytest
from joserfc import jwt as joserfc_jwt
from joserfc.jwk import ECKey
from jwcrypto import jwe as jwcrypto_jwe
from jwcrypto import jwk as jwcrypto_jwk
from jwcrypto import jws as jwcrypto_jws
from jwcrypto import jwt as jwcrypto_jwt
from sd_jwt.verifier import SDJWTVerifier

from credentials.encoding import JsonObject, b64url_decode, b64url_encode
from tests.unit.jose.tokens import KEY, KEY_OF_OURS, encrypted, signed, text_of, with_mac

ACCEPTED = "accepted"
N = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
HEADER: JsonObject = {"alg": "ES256", "typ": "JWT"}
GOOD = signed(HEADER, {"iss": "a"})
DEEP = "[" * 100_000 + "]" * 100_000


def decide(row: str, found: object, recorded: object) -> None:
    assert found == recorded, f"row changed: decide. {row}: was {recorded}, is {found}"


def outcome(attempt: Callable[[], object]) -> str:
    try:
        attempt()
    except (Exception, RecursionError) as error:  # noqa: BLE001  # which one it is, is the outcome
        return type(error).__name__
    return ACCEPTED


def with_signature(change: Callable[[bytes], bytes]) -> str:
    first, second, third = GOOD.split(".")
    return f"{first}.{second}.{b64url_encode(change(b64url_decode(third)))}"


def by_jwcrypto(compact: str) -> None:
    token = jwcrypto_jws.JWS()
    token.allowed_algs = ["ES256"]
    token.deserialize(compact, jwcrypto_jwk.JWK(**KEY.members))


def by_jwcrypto_jwt(compact: str) -> None:
    token = jwcrypto_jwt.JWT(algs=["ES256"])
    token.deserialize(compact, jwcrypto_jwk.JWK(**KEY.members))
    token.validate(jwcrypto_jwk.JWK(**KEY.members))


def by_joserfc(compact: str) -> None:
    token = joserfc_jwt.decode(compact, ECKey.import_key(dict(KEY.members)), algorithms=["ES256"])
    joserfc_jwt.JWTClaimsRegistry().validate(token.claims)


# Name: token, by jwcrypto, by joserfc.
TOKENS: Mapping[str, tuple[str, str, str]] = {
    "the positive control": (GOOD, ACCEPTED, ACCEPTED),
    "alg none": (signed({"alg": "none"}, {}), "InvalidJWSSignature", "UnsupportedAlgorithmError"),
    "HS256 under the public key": (
        with_mac({"alg": "HS256"}, {}, text_of(KEY.members)),
        "InvalidJWSSignature",
        "UnsupportedAlgorithmError",
    ),
    "r = s = 0": (with_signature(lambda raw: bytes(len(raw))), "InvalidJWSSignature", "BadSignatureError"),
    "crit: []": (signed({**HEADER, "crit": []}, {}), ACCEPTED, ACCEPTED),
    "crit: [b64], b64: true": (signed({**HEADER, "crit": ["b64"], "b64": True}, {}), ACCEPTED, ACCEPTED),
    "the high-s twin": (
        with_signature(lambda raw: raw[:32] + (N - int.from_bytes(raw[32:])).to_bytes(32)),
        ACCEPTED,
        ACCEPTED,
    ),
    "unused bits": (GOOD[:-1] + ALPHABET[ALPHABET.index(GOOD[-1]) + 1], ACCEPTED, "BadSignatureError"),
    "padding": (f"{GOOD}==", ACCEPTED, "BadSignatureError"),
    "two algorithms": (signed('{"alg":"none","alg":"ES256"}', {}), ACCEPTED, ACCEPTED),
    "two issuers": (signed(HEADER, '{"iss":"a","iss":"b"}'), ACCEPTED, ACCEPTED),
    "a list as payload": (signed(HEADER, "[]"), ACCEPTED, "InvalidPayloadError"),
    "100,000 levels": (signed(HEADER, DEEP), ACCEPTED, "ExceededSizeError"),
}

# Name: payload, by jwcrypto's JWT, by joserfc's claims.
CLAIMS: Mapping[str, tuple[str, str, str]] = {
    "exp as text": ('{"exp":"99999999999"}', "TypeError", "InvalidClaimError"),
    "exp as NaN": ('{"exp":NaN}', "JWTInvalidClaimFormat", "InvalidClaimError"),
    "exp as 1e400": ('{"exp":1e400}', "OverflowError", "InvalidClaimError"),
    "exp passed": ('{"exp":1}', "JWTExpired", "ExpiredTokenError"),
    "a list": ("[]", ACCEPTED, "InvalidPayloadError"),
    "100,000 levels": (DEEP, "RecursionError", "ExceededSizeError"),
}


@pytest.mark.parametrize("name", TOKENS)
def test_tokens(name: str) -> None:
    compact, jwcrypto, joserfc = TOKENS[name]
    decide(f"jwcrypto, {name}", outcome(lambda: by_jwcrypto(compact)), jwcrypto)
    decide(f"joserfc, {name}", outcome(lambda: by_joserfc(compact)), joserfc)


@pytest.mark.parametrize("name", CLAIMS)
def test_claims(name: str) -> None:
    payload, jwcrypto, joserfc = CLAIMS[name]
    decide(f"jwcrypto, {name}", outcome(lambda: by_jwcrypto_jwt(signed(HEADER, payload))), jwcrypto)
    decide(f"joserfc, {name}", outcome(lambda: by_joserfc(signed(HEADER, payload))), joserfc)


def opened_by_jwcrypto(compact: str) -> int:
    token = jwcrypto_jwe.JWE(algs=["ECDH-ES", "A128GCM"])
    token.deserialize(compact, jwcrypto_jwk.JWK(**KEY_OF_OURS.signer.to_private_jwk()))
    return len(token.payload)


def test_encryptions() -> None:
    bomb = jwcrypto_jwe.JWE(b"0" * 10_000, json.dumps({"alg": "ECDH-ES", "enc": "A128GCM", "zip": "DEF"}))
    bomb.add_recipient(jwcrypto_jwk.JWK(**KEY_OF_OURS.signer.public_jwk.members))
    compact = bomb.serialize(compact=True)
    assert len(compact) < 500
    decide("jwcrypto, zip", opened_by_jwcrypto(compact), 10_000)
    decide("jwcrypto, apu padded", opened_by_jwcrypto(encrypted({"apu": "=="})), 7)
    decide("jwcrypto, kid no text", opened_by_jwcrypto(encrypted({"kid": []})), 7)
    decide("jwcrypto, apu no text", outcome(lambda: opened_by_jwcrypto(encrypted({"apu": {}}))), "InvalidJWEData")
    twice = encrypted().split(".")
    twice[0] = twice[0] + "="
    decide("jwcrypto, header padded", outcome(lambda: opened_by_jwcrypto(".".join(twice))), ACCEPTED)


def sd_jwt(payload: JsonObject, *disclosures: object) -> str:
    texts = [b64url_encode(text_of(disclosure)) for disclosure in disclosures]
    digests = [b64url_encode(hashlib.sha256(text.encode()).digest()) for text in texts]
    placed = {name: digests if value == "digests" else value for name, value in payload.items()}
    return "~".join([signed({"alg": "ES256", "typ": "dc+sd-jwt"}, placed), *texts, ""])


def by_sd_jwt(compact: str) -> object:
    key = jwcrypto_jwk.JWK(**KEY.members)
    return SDJWTVerifier(compact, lambda *_: key).get_verified_payload()


def nested(levels: int) -> str:
    return '["salt","a",' + "[" * levels + "]" * levels + "]"


SD_JWTS: Mapping[str, tuple[str, str]] = {
    "the positive control": (sd_jwt({"_sd": "digests"}, ["salt", "a", 1]), ACCEPTED),
    "a disclosed _sd": (sd_jwt({"_sd": "digests"}, ["salt", "_sd", []]), ACCEPTED),
    "a disclosed ...": (sd_jwt({"_sd": "digests"}, ["salt", "...", "x"]), ACCEPTED),
    "a disclosed status": (sd_jwt({"_sd": "digests"}, ["salt", "status", {}]), ACCEPTED),
    "a disclosure without digest": (sd_jwt({"iss": "a"}, ["salt", "a", 1]), ACCEPTED),
    "exp passed": (sd_jwt({"exp": 1}), ACCEPTED),
    "a salt that is a number": (sd_jwt({"_sd": "digests"}, [1, "a", 1]), ACCEPTED),
    "an _sd_alg below the top": (sd_jwt({"x": {"_sd_alg": "sha-256"}}), ACCEPTED),
    "md5": (sd_jwt({"_sd": "digests", "_sd_alg": "md5"}, ["salt", "a", 1]), "ValueError"),
    "a deep value": (sd_jwt({"_sd": "digests"}, nested(50_000)), "RecursionError"),
}


@pytest.mark.parametrize("name", SD_JWTS)
def test_sd_jwts(name: str) -> None:
    compact, recorded = SD_JWTS[name]
    decide(f"sd-jwt, {name}", outcome(lambda: by_sd_jwt(compact)), recorded)


CONTEXT = {"naam": "https://schema.org/name"}


def statements_by_pyld(document: object) -> int:
    return len(pyld.jsonld.normalize(document, {"format": "application/n-quads", "safe": True}).splitlines())


def statements_by_pyoxigraph(document: object) -> int:
    return len(list(pyoxigraph.parse(json.dumps(document), format=pyoxigraph.RdfFormat.JSON_LD)))


def test_json_ld_drops_what_it_does_not_know() -> None:
    known = {"@context": CONTEXT, "naam": "a"}
    for library, statements in (("PyLD", statements_by_pyld), ("pyoxigraph", statements_by_pyoxigraph)):
        decide(f"{library}, the positive control", statements(known), 1)
        decide(f"{library}, an undefined term", statements({**known, "bedrag": "1"}), 1)


def test_json_ld_contexts_from_elsewhere() -> None:
    remote = {"@context": "https://context.invalid/v1", "naam": "a"}
    decide("pyoxigraph, a remote context", outcome(lambda: statements_by_pyoxigraph(remote)), "SyntaxError")
    asked: list[str] = []

    def loader(url: str, _options: object) -> dict[str, object]:
        asked.append(url)
        return {"contextUrl": None, "documentUrl": url, "document": {"@context": CONTEXT}}

    pyld.jsonld.normalize(remote, {"documentLoader": loader})
    decide("PyLD, a remote context", asked, ["https://context.invalid/v1"])


def test_json_ld_relative_identifiers_and_numbers() -> None:
    relative = {"@context": CONTEXT, "@id": "a", "naam": "b"}
    decide("pyoxigraph, a relative identifier", statements_by_pyoxigraph(relative), 0)
    amount = {"@context": CONTEXT, "naam": 99.99}
    (quad,) = pyoxigraph.parse(json.dumps(amount), format=pyoxigraph.RdfFormat.JSON_LD)
    decide("pyoxigraph, the double 99.99", quad.object.value, "9.999E1")
    decide(
        "PyLD, the double 99.99",
        "9.998999999999999E1" in pyld.jsonld.normalize(amount, {"format": "application/n-quads"}),
        True,
    )
    twice = '{"@context":{"naam":"https://schema.org/name"},"naam":"a","naam":"b"}'
    decide(
        "pyoxigraph, two members of one name",
        len(list(pyoxigraph.parse(twice, format=pyoxigraph.RdfFormat.JSON_LD))),
        2,
    )


CLIQUE = """
import sys, pyoxigraph
n = int(sys.argv[1])
nodes = [pyoxigraph.BlankNode() for _ in range(n)]
edge = pyoxigraph.NamedNode("https://edge.example")
data = pyoxigraph.Dataset(pyoxigraph.Quad(a, edge, b) for a in nodes for b in nodes if a != b)
data.canonicalize(pyoxigraph.CanonicalizationAlgorithm.RDFC_1_0)
"""


@pytest.mark.parametrize(("nodes", "ends"), [("4", True), ("12", False)])
def test_a_dozen_blank_nodes_keep_the_canonicaliser_busy_without_end(nodes: str, *, ends: bool) -> None:
    # Why our own cap on blank nodes stands before it, and why untrusted shapes run in a process that can be stopped.
    try:
        subprocess.run([sys.executable, "-c", CLIQUE, nodes], timeout=20 if ends else 0.4, check=True)
    except subprocess.TimeoutExpired:
        decide(f"pyoxigraph, {nodes} blank nodes", False, ends)
    else:
        decide(f"pyoxigraph, {nodes} blank nodes", True, ends)
