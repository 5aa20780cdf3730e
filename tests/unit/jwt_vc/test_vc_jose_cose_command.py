"""`blauweknop vc-jose-cose`: what it secures is read by other libraries, and its answers say why not."""

import base64
import json
from pathlib import Path
from typing import Any

import cbor2
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA384
from jwcrypto import jwk as _jwk
from jwcrypto import jws as _jws
from sd_jwt.verifier import SDJWTVerifier
from typer.testing import CliRunner

from credentials.formats.jwt_vc import Kind, secure
from credentials.keys import SoftwareSigner
from service.commands import build
from tests.unit.jwt_vc.tokens import VECTORS, fixture, method

ISSUED = [
    ("credential-minimal.json", "vm-p256.json", "credential_jose", None),
    ("credential-full.json", "vm-p384.json", "credential_jose", None),
    ("presentation-single.json", "vm-p256.json", "presentation_jose", None),
    ("presentation-multiple.json", "vm-p521.json", "presentation_jose", None),
    (
        "credential-selective.json",
        "vm-p384.json",
        "credential_sdjwt",
        ["credentialSubject.firstName", "credentialSubject.lastName"],
    ),
    (
        "credential-nested-selective.json",
        "vm-p521.json",
        "credential_sdjwt",
        [
            "credentialSubject.address.street",
            "credentialSubject.address.city",
            "credentialSubject.phoneNumbers[0]",
        ],
    ),
    ("presentation-selective.json", "vm-p384.json", "presentation_sdjwt", ["holder", "verifiableCredential[0]"]),
    ("credential-minimal.json", "vm-did-ed25519.json", "credential_cose", None),
    ("presentation-single.json", "vm-p384.json", "presentation_cose", None),
]


def run(
    tmp_path: Path, command: str, source: Path, key: str | Path, feature: str, *more: str
) -> tuple[int, dict[str, str], str]:
    output = tmp_path / "answer.json"
    output.unlink(missing_ok=True)
    options = ["--input", str(source), "--key", str(VECTORS / key), "--feature", feature, "--output", str(output)]
    ran = CliRunner().invoke(build(), ["vc-jose-cose", command, *options, *more])
    return ran.exit_code, json.loads(output.read_text()) if output.exists() else {}, ran.output


def issued(tmp_path: Path, source: str, key: str, feature: str, sd: list[str] | None) -> str:
    more = () if sd is None else ("--sd", json.dumps(sd))
    code, answer, _ = run(tmp_path, "issue", VECTORS / source, key, feature, *more)
    assert (code, answer["result"]) == (0, "success"), answer
    return answer["data"]


def without_claims(payload: Any) -> Any:
    return {name: value for name, value in payload.items() if name not in ("iat", "cnf", "_sd_alg")}


@pytest.mark.parametrize(("source", "key", "feature", "sd"), ISSUED)
def test_what_it_secures_it_opens_again(
    tmp_path: Path, source: str, key: str, feature: str, sd: list[str] | None
) -> None:
    secured = tmp_path / "secured.txt"
    secured.write_text(issued(tmp_path, source, key, feature, sd) + "\n")
    code, answer, _ = run(tmp_path, "verify", secured, key, feature)
    assert (code, answer["result"]) == (0, "success")
    assert json.loads(answer["data"]) == json.loads(fixture(source))
    kind = Kind.CREDENTIAL if feature.startswith("credential") else Kind.PRESENTATION
    for other in {"vm-p256.json", "vm-p384.json", "vm-p521.json", "vm-ed25519.json"} - {key}:
        code, answer, _ = run(tmp_path, "verify", secured, other, feature)
        assert (code, answer["result"]) == (0, "failure")
    wrong = "presentation" if kind is Kind.CREDENTIAL else "credential"
    code, answer, _ = run(tmp_path, "verify", secured, key, f"{wrong}_{feature.partition('_')[2]}")
    assert answer["result"] == "failure"


@pytest.mark.parametrize(("source", "key", "feature", "sd"), [each for each in ISSUED if "jose" in each[2]])
def test_jwcrypto_reads_its_tokens(tmp_path: Path, source: str, key: str, feature: str, sd: list[str] | None) -> None:
    secured = issued(tmp_path, source, key, feature, sd)
    token = _jws.JWS()
    token.allowed_algs = ["ES256", "ES384", "ES512"]
    document = json.loads(fixture(key))
    token.deserialize(secured, _jwk.JWK(**document["publicKeyJwk"]))
    kind = "vc" if feature.startswith("credential") else "vp"
    assert token.jose_header == {
        "alg": document["publicKeyJwk"]["alg"],
        "typ": f"{kind}+jwt",
        "cty": kind,
        "kid": document["id"],
    }
    assert without_claims(json.loads(token.payload)) == json.loads(fixture(source))


@pytest.mark.parametrize(("source", "key", "feature", "sd"), [each for each in ISSUED if "sdjwt" in each[2]])
def test_the_sd_jwt_library_reads_its_sd_jwts(
    tmp_path: Path, source: str, key: str, feature: str, sd: list[str]
) -> None:
    secured = issued(tmp_path, source, key, feature, sd)
    document = json.loads(fixture(key))
    public = _jwk.JWK(**document["publicKeyJwk"])

    def payload(text: str) -> Any:
        verifier = SDJWTVerifier(text, lambda issuer, header: public)
        return without_claims(verifier.get_verified_payload())

    assert payload(secured) == json.loads(fixture(source))
    issuer_token, *disclosures, last = secured.split("~")
    assert (len(disclosures), last) == (len(sd), "")
    # What is hidden is not there, and nothing else is missing.
    bare = payload(f"{issuer_token}~")
    for path, disclosure in zip(sd, disclosures, strict=True):
        value = json.loads(base64.urlsafe_b64decode(disclosure + "=" * (-len(disclosure) % 4)))[-1]
        assert json.dumps(value) in json.dumps(json.loads(fixture(source))), path
        assert json.dumps(value) not in json.dumps(bare)


@pytest.mark.parametrize(("source", "key", "feature", "sd"), [each for each in ISSUED if "cose" in each[2]])
def test_its_cose_messages_are_read_by_hand(
    tmp_path: Path, source: str, key: str, feature: str, sd: list[str] | None
) -> None:
    raw = base64.b64decode(issued(tmp_path, source, key, feature, sd), validate=True)
    tagged = cbor2.loads(raw)
    assert tagged.tag == 18
    protected, unprotected, payload, signature = tagged.value
    headers = cbor2.loads(protected)
    kind = "vc" if feature.startswith("credential") else "vp"
    document = json.loads(fixture(key))
    assert (headers[3], headers[16]) == (f"application/{kind}", f"application/{kind}+cose")
    assert headers[4] == document["id"].encode()
    assert not unprotected
    assert json.loads(payload) == json.loads(fixture(source))
    signed = cbor2.dumps(["Signature1", protected, b"", payload])
    public = _jwk.JWK(**document["publicKeyJwk"]).get_op_key("verify")
    if isinstance(public, ed25519.Ed25519PublicKey):
        assert headers[1] == -8
        public.verify(signature, signed)
    else:
        assert headers[1] == -35
        r, s = int.from_bytes(signature[:48]), int.from_bytes(signature[48:])
        public.verify(encode_dss_signature(r, s), signed, ec.ECDSA(SHA384()))


def test_unknown_members_are_not_signed(tmp_path: Path) -> None:
    code, answer, _ = run(
        tmp_path, "issue", VECTORS / "credential-unknown-extensions.json", "vm-p521.json", "credential_jose"
    )
    assert (code, answer["result"]) == (0, "failure")
    assert "does not know" in answer["data"]


@pytest.mark.parametrize(
    ("at", "result"),
    [(None, "success"), ("2024-12-16T12:00:00Z", "success"), ("2024-12-18", "failure"), ("2024-12-15", "failure")],
)
def test_moments_are_checked_where_one_is_named(tmp_path: Path, at: str | None, result: str) -> None:
    more = () if at is None else ("--at", at)
    source = VECTORS / "presentation-jose-multiple.txt"
    assert run(tmp_path, "verify", source, "vm-p384.json", "presentation_jose", *more)[1]["result"] == result


@pytest.mark.parametrize(
    ("at", "result"), [("2023-12-31", "failure"), ("2026-12-01", "success"), ("2027-06-01", "failure")]
)
def test_so_is_the_validity_of_a_credential(tmp_path: Path, at: str, result: str) -> None:
    method_, document = method("p256"), json.loads(fixture("credential-full.json"))
    signer = SoftwareSigner.from_private_jwk(json.loads(fixture("vm-p256.json"))["secretKeyJwk"])
    secured = tmp_path / "secured.txt"
    secured.write_text(str(secure(document, signer, kid=method_.id)))
    assert run(tmp_path, "verify", secured, "vm-p256.json", "credential_jose", "--at", at)[1]["result"] == result
    assert run(tmp_path, "verify", secured, "vm-p256.json", "credential_jose")[1]["result"] == "success"


@pytest.mark.parametrize(
    "sd",
    [
        "",
        "{}",
        "[5]",
        '[""]',
        '["a..b"]',
        '["[0]"]',
        '["a[x]"]',
        '["a[-1]"]',
        '["a[01]"]',
        '["a.b"',
        '[".a"]',
        '["a]"]',
    ],
)
def test_paths_that_are_none_are_refused(tmp_path: Path, sd: str) -> None:
    source = VECTORS / "credential-selective.json"
    code, answer, said = run(tmp_path, "issue", source, "vm-p256.json", "credential_sdjwt", "--sd", sd)
    assert (code, answer) == (2, {})
    assert "--sd" in said


@pytest.mark.parametrize("sd", ['["issuer"]', '["credentialSubject.nobody"]', '["type"]', '["@context[0]"]'])
def test_what_cannot_be_hidden_is_a_failure(tmp_path: Path, sd: str) -> None:
    source = VECTORS / "credential-selective.json"
    code, answer, _ = run(tmp_path, "issue", source, "vm-p256.json", "credential_sdjwt", "--sd", sd)
    assert (code, answer["result"]) == (0, "failure")


@pytest.mark.parametrize(
    "key",
    [
        b"{}",
        b"[]",
        b"no",
        json.dumps({**json.loads((VECTORS / "vm-p256.json").read_text()), "type": "Multikey"}).encode(),
        json.dumps({**json.loads((VECTORS / "vm-p256.json").read_text()), "secretKeyJwk": None}).encode(),
        json.dumps(
            {
                **json.loads((VECTORS / "vm-p256.json").read_text()),
                "secretKeyJwk": json.loads((VECTORS / "vm-p384.json").read_text())["secretKeyJwk"],
            }
        ).encode(),
    ],
    ids=["empty", "array", "no JSON", "multikey", "no secret", "another secret"],
)
def test_a_key_that_is_none_ends_the_command(tmp_path: Path, key: bytes) -> None:
    (tmp_path / "key.json").write_bytes(key)
    source = VECTORS / "credential-minimal.json"
    code, answer, said = run(tmp_path, "issue", source, tmp_path / "key.json", "credential_jose")
    assert (code, answer) == (2, {})
    assert "key.json" in said
    assert "J_a5KH6A" not in said


def test_files_that_are_not_there_end_the_command(tmp_path: Path) -> None:
    assert run(tmp_path, "verify", tmp_path / "none", "vm-p256.json", "credential_jose")[0] == 2
    assert run(tmp_path, "verify", tmp_path / "none", "none.json", "credential_jose")[0] == 2
    assert run(tmp_path, "verify", VECTORS / "credential-minimal.json", "vm-p256.json", "credential_jwe")[0] == 2


@pytest.mark.parametrize(
    "text",
    ["", "~", "{}", "x" * 100_000, "a.b.c", "....", "{" * 100_000],
    ids=["nothing", "tilde", "object", "long", "words", "dots", "deep"],
)
@pytest.mark.parametrize("feature", ["credential_jose", "credential_sdjwt", "credential_cose"])
def test_hostile_input_is_a_failure(tmp_path: Path, text: str, feature: str) -> None:
    source = tmp_path / "input"
    source.write_text(text)
    for command in ("verify", "issue"):
        code, answer, _ = run(tmp_path, command, source, "vm-p256.json", feature)
        assert (code, answer["result"]) == (0, "failure")
