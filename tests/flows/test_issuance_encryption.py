"""Credential requests and responses encrypted beside TLS, as an agency offers or demands it."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from jwcrypto import jwe as library
from jwcrypto import jwk as library_keys

from credentials.clock import FixedClock
from credentials.encoding import JsonObject, b64url_encode
from credentials.formats.sd_jwt import SdJwtVc
from credentials.jose import EncryptionKey, decrypt, encrypt
from credentials.jose.jwe import header_of
from credentials.openid.credential_encryption import MEDIA_TYPE, ResponseEncryption
from credentials.openid.issuer_metadata import IssuerMetadata, parse_issuer_metadata
from issuer.app.compose import build
from issuer.app.keys import load_keys
from issuer.domain.encryption import Encryption
from tests.flows.issuance_kit import NOW, URL, FakeLogin, Scene, Wallet, an_agency

pytestmark = pytest.mark.requirement("vci-encryption")

OWN = EncryptionKey.generate("w1")


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOW)


@pytest.fixture
def scene(tmp_path: Path, clock: FixedClock) -> Scene:
    return Scene(an_agency(tmp_path, clock), clock, tmp_path)


def a_scene(folder: Path, clock: FixedClock, encryption: Encryption) -> Scene:
    return Scene(an_agency(folder, clock, encryption=encryption), clock, folder)


def metadata_of(scene: Scene) -> IssuerMetadata:
    document = scene.http().get("/.well-known/openid-credential-issuer").content
    return parse_issuer_metadata(document, credential_issuer=URL, insecure_localhost=True)


def a_body(wallet: Wallet, **more: Any) -> JsonObject:
    return {"credential_configuration_id": "overzicht_sdjwt", "proofs": {"jwt": wallet.proofs()}, **more}


def wanting(enc: str = "A256GCM", **changed: Any) -> JsonObject:
    return {"credential_response_encryption": {"jwk": OWN.public(), "enc": enc, **changed}}


def send(wallet: Wallet, content: str | bytes, media_type: str = MEDIA_TYPE) -> Any:
    headers = {"authorization": f"Bearer {wallet.token}", "content-type": media_type}
    return wallet.http.post("/credential", content=content, headers=headers)


def sealed(scene: Scene, body: JsonObject) -> str:
    encryption = metadata_of(scene).request_encryption
    assert encryption is not None
    return encryption.seal(body)


def error_of(answer: Any) -> tuple[int, str, str]:
    """Return status, media type and code: an error is never encrypted (section 8.3.1.2)."""
    return answer.status_code, answer.headers["content-type"], answer.json()["error"]


REFUSED = (400, "application/json", "invalid_encryption_parameters")


def test_what_is_offered_is_published_with_a_key_that_has_a_name(scene: Scene) -> None:
    metadata = metadata_of(scene)
    assert metadata.request_encryption is not None
    assert metadata.response_encryption is not None
    (key,) = metadata.request_encryption.keys
    assert (key["alg"], key["use"], key["crv"]) == ("ECDH-ES", "enc", "P-256")
    assert key["kid"]
    assert "d" not in key
    assert set(metadata.request_encryption.enc_values) == {"A128GCM", "A256GCM"}
    assert metadata.request_encryption.zip_values == ("DEF",)
    assert metadata.response_encryption.alg_values == ("ECDH-ES",)
    assert not metadata.request_encryption.required
    assert not metadata.response_encryption.required


@pytest.mark.parametrize("enc", ["A128GCM", "A256GCM"])
@pytest.mark.parametrize("zip_", [None, "DEF"])
def test_a_request_and_its_response_travel_encrypted(scene: Scene, enc: str, zip_: str | None) -> None:
    wallet = scene.wallet_with_token("overzicht_sdjwt")
    wanted = ResponseEncryption(OWN.public(), enc, zip_)
    answer = send(wallet, sealed(scene, a_body(wallet, credential_response_encryption=wanted.to_json())))
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == MEDIA_TYPE
    assert answer.headers["cache-control"] == "no-store"
    header = header_of(answer.text, compressed=True)
    assert (header["alg"], header["enc"], header["kid"], header.get("zip")) == ("ECDH-ES", enc, "w1", zip_)
    body = json.loads(wanted.open(answer.content, OWN, max_bytes=1 << 20))
    (credential,) = body["credentials"]
    assert "saldo_totaal" in SdJwtVc().inspect(credential["credential"]).claims


def test_a_request_may_be_encrypted_while_its_response_is_not(scene: Scene) -> None:
    wallet = scene.wallet_with_token("overzicht_sdjwt")
    answer = send(wallet, sealed(scene, a_body(wallet)))
    assert answer.status_code == 200
    assert len(answer.json()["credentials"]) == 1


def test_a_compressed_request_is_taken(scene: Scene) -> None:
    wallet = scene.wallet_with_token("overzicht_sdjwt")
    encryption = metadata_of(scene).request_encryption
    assert encryption is not None
    answer = send(wallet, encrypt(a_body(wallet), encryption.keys[0], compressed=True))
    assert answer.status_code == 200, answer.text


def test_a_compressed_request_is_not_inflated_without_end(scene: Scene) -> None:
    wallet = scene.wallet_with_token("overzicht_sdjwt")
    encryption = metadata_of(scene).request_encryption
    assert encryption is not None
    key = encryption.keys[0]
    header = json.dumps({"alg": "ECDH-ES", "enc": "A128GCM", "kid": key["kid"], "zip": "DEF"})
    large = library.JWE(json.dumps({"a": "0" * 1_000_000}), header)
    large.add_recipient(library_keys.JWK(**key))
    assert error_of(send(wallet, large.serialize(compact=True))) == REFUSED


@pytest.mark.parametrize("encryption", [Encryption.OFF, Encryption.OFFERED])
def test_a_plain_request_is_answered_plainly_where_none_is_demanded(
    tmp_path: Path, clock: FixedClock, encryption: Encryption
) -> None:
    wallet = a_scene(tmp_path, clock, encryption).wallet_with_token("overzicht_sdjwt")
    assert len(wallet.credentials("overzicht_sdjwt")) == 1


@pytest.mark.parametrize("encryption", list(Encryption))
def test_a_plain_request_gets_no_encrypted_response(tmp_path: Path, clock: FixedClock, encryption: Encryption) -> None:
    # Section 8.2: whoever sits in between could have put a key of their own in the place of the wallet's.
    scene = a_scene(tmp_path, clock, encryption)
    wallet = scene.wallet_with_token("overzicht_sdjwt")
    assert error_of(wallet.ask(a_body(wallet, **wanting()))) == REFUSED


def test_an_agency_that_does_not_encrypt_says_nothing_of_it_and_opens_nothing(
    tmp_path: Path, clock: FixedClock, scene: Scene
) -> None:
    other = a_scene(tmp_path / "off", clock, Encryption.OFF)
    assert metadata_of(other).request_encryption is None
    assert metadata_of(other).response_encryption is None
    wallet = other.wallet_with_token("overzicht_sdjwt")
    assert error_of(send(wallet, sealed(scene, a_body(wallet)))) == REFUSED


def test_an_agency_that_demands_encryption_takes_nothing_else(tmp_path: Path, clock: FixedClock) -> None:
    scene = a_scene(tmp_path, clock, Encryption.REQUIRED)
    metadata = metadata_of(scene)
    assert metadata.request_encryption is not None
    assert metadata.request_encryption.required
    assert metadata.response_encryption is not None
    assert metadata.response_encryption.required
    wallet = scene.wallet_with_token("overzicht_sdjwt")
    assert error_of(wallet.ask(a_body(wallet))) == REFUSED
    assert error_of(send(wallet, sealed(scene, a_body(wallet)))) == REFUSED
    answer = send(wallet, sealed(scene, a_body(wallet, **wanting())))
    assert len(decrypt(answer.text, OWN)["credentials"]) == 1  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "changed",
    [
        {"enc": "A128CBC-HS256"},
        {"zip": "GZIP"},
        {"jwk": {**OWN.public(), "alg": "ECDH-ES+A128KW"}},
        {"jwk": {name: value for name, value in OWN.public().items() if name != "alg"}},
        {"jwk": {**OWN.public(), "x": b64url_encode(b"\1" * 32)}},
        {"jwk": OWN.signer.to_private_jwk()},
        {"jwk": None},
    ],
)
def test_parameters_that_are_not_sound_are_refused_and_use_nothing_up(scene: Scene, changed: JsonObject) -> None:
    wallet = scene.wallet_with_token("overzicht_sdjwt")
    proofs = wallet.proofs()
    body: JsonObject = {"credential_configuration_id": "overzicht_sdjwt", "proofs": {"jwt": list(proofs)}}
    answer = send(wallet, sealed(scene, {**body, **wanting(**changed)}))
    assert error_of(answer) == REFUSED
    assert "error_description" in answer.json()
    # The same nonce is good still.
    assert len(wallet.credentials("overzicht_sdjwt", proofs=proofs)) == 1


@pytest.mark.parametrize(
    "content", [b"", b"{}", b"a.b.c.d.e", b"\xff\xfe", b"eyJhbGciOiJFQ0RILUVTIn0....", b"." * 100_000]
)
def test_what_is_no_encryption_is_refused(scene: Scene, content: bytes) -> None:
    assert error_of(send(scene.wallet_with_token("overzicht_sdjwt"), content)) == REFUSED


def test_a_request_to_another_key_is_refused(scene: Scene) -> None:
    wallet = scene.wallet_with_token("overzicht_sdjwt")
    encryption = metadata_of(scene).request_encryption
    assert encryption is not None
    named_so = {**OWN.public(), "kid": encryption.keys[0]["kid"]}
    for key in (OWN.public(), named_so, {**encryption.keys[0], "kid": "k9"}):
        assert error_of(send(wallet, encrypt(a_body(wallet), key))) == REFUSED


def test_what_is_wrong_inside_is_told_by_its_own_code_and_in_the_clear(scene: Scene) -> None:
    wallet = scene.wallet_with_token("overzicht_sdjwt")
    for body, code in (
        ({"credential_configuration_id": "overzicht_sdjwt", **wanting()}, "invalid_proof"),
        (a_body(wallet, **wanting()) | {"credential_configuration_id": "x"}, "unknown_credential_configuration"),
        ({**wanting()}, "invalid_credential_request"),
    ):
        answer = send(wallet, sealed(scene, body))
        assert error_of(answer) == (400, "application/json", code)


def test_the_token_comes_before_the_encryption(scene: Scene) -> None:
    wallet = scene.wallet()
    answer = send(wallet, sealed(scene, {**wanting()}))
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")


@pytest.mark.parametrize("media_type", ["text/plain", "application/jose", "application/x-www-form-urlencoded", ""])
def test_a_body_of_another_type_is_refused(scene: Scene, media_type: str) -> None:
    wallet = scene.wallet_with_token("overzicht_sdjwt")
    assert error_of(send(wallet, b"{}", media_type)) == (400, "application/json", "invalid_credential_request")


def test_the_key_stays_over_a_restart_and_goes_with_the_secret_that_it_follows_from(
    tmp_path: Path, clock: FixedClock, scene: Scene
) -> None:
    def kid_of(another: Scene) -> object:
        encryption = metadata_of(another).request_encryption
        assert encryption is not None
        return encryption.keys[0]["kid"]

    settings = scene.agency.settings

    def restarted() -> Scene:
        made = build(
            settings, load_keys(settings, datetime.now(UTC)), clock=clock, login_provider=FakeLogin(), with_jobs=False
        )
        return Scene(made, clock, tmp_path)

    kid = kid_of(scene)
    assert kid_of(restarted()) == kid
    old = sealed(scene, a_body(scene.wallet_with_token("overzicht_sdjwt")))
    (settings.state / "token.key").write_bytes(bytes(range(32)))
    after = restarted()
    assert kid_of(after) != kid
    # Whoever kept the old metadata is told by a code that says what to do: read them anew.
    assert error_of(send(after.wallet_with_token("overzicht_sdjwt"), old)) == REFUSED
