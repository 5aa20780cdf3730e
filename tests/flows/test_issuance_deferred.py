"""Credentials that are asked for while the register cannot be read: the wallet comes back for them, once."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from credentials.clock import FixedClock
from credentials.encoding import JsonObject
from credentials.jose import EncryptionKey
from credentials.keys import SoftwareSigner
from credentials.openid.credential_encryption import MEDIA_TYPE, ResponseEncryption
from credentials.openid.issuer_metadata import IssuerMetadata, parse_issuer_metadata
from credentials.openid.proof import build_jwt_proof
from issuer.domain.encryption import Encryption
from issuer.settings import DeferredSection
from tests.debt_builders import SAMIRA
from tests.flows.issuance_kit import NOW, URL, Scene, Wallet, an_agency, several_cases

pytestmark = pytest.mark.requirement("vci-deferred")


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOW)


@pytest.fixture
def scene(tmp_path: Path, clock: FixedClock) -> Scene:
    return Scene(an_agency(tmp_path, clock), clock, tmp_path)


@contextmanager
def absent(scene: Scene) -> Iterator[None]:
    """Have the register away for a while."""
    here, away = scene.folder / "debts", scene.folder / "away"
    here.rename(away)
    yield
    away.rename(here)


def metadata_of(scene: Scene) -> IssuerMetadata:
    document = scene.http().get("/.well-known/openid-credential-issuer").content
    return parse_issuer_metadata(document, credential_issuer=URL, insecure_localhost=True)


def asked(scene: Scene, wallet: Wallet, count: int = 1, **named: str) -> str:
    """Ask while the register is away, and return the transaction id."""
    body = {**(named or {"credential_configuration_id": "overzicht_sdjwt"}), "proofs": {"jwt": wallet.proofs(count)}}
    with absent(scene):
        answer = wallet.ask(body)  # type: ignore[arg-type]  # texts and lists of texts
    assert answer.status_code == 202, answer.text
    assert answer.headers["cache-control"] == "no-store"
    assert set(answer.json()) == {"transaction_id", "interval"}
    assert answer.json()["interval"] == 60
    return str(answer.json()["transaction_id"])


def collect(wallet: Wallet, transaction_id: str, **more: Any) -> Any:
    scheme = "DPoP" if wallet.dpop else "Bearer"
    headers = {"authorization": f"{scheme} {wallet.token}", **wallet._proof("/deferred", wallet.token)}
    return wallet.http.post("/deferred", **{"json": {"transaction_id": transaction_id}, "headers": headers, **more})


def error_of(answer: Any) -> tuple[int, str, str]:
    return answer.status_code, answer.headers["content-type"], answer.json()["error"]


UNKNOWN = (400, "application/json", "invalid_transaction_id")


def test_the_endpoint_is_published(scene: Scene) -> None:
    assert metadata_of(scene).deferred_credential_endpoint == f"{URL}/deferred"


@pytest.mark.parametrize("dpop", [True, False])
def test_what_was_not_ready_is_collected_once_when_it_is(scene: Scene, *, dpop: bool) -> None:
    wallet = scene.wallet_with_token("overzicht_sdjwt", dpop=dpop)
    id = asked(scene, wallet, 3)
    answer = collect(wallet, id)
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"
    assert len(answer.json()["credentials"]) == 3
    assert answer.json()["notification_id"]
    assert error_of(collect(wallet, id)) == UNKNOWN


def test_as_long_as_it_is_not_ready_the_same_transaction_goes_on(scene: Scene) -> None:
    wallet = scene.wallet_with_token("overzicht_sdjwt")
    id = asked(scene, wallet)
    for _ in range(3):
        with absent(scene):
            answer = collect(wallet, id)
        assert (answer.status_code, answer.json()) == (202, {"transaction_id": id, "interval": 60})
    assert collect(wallet, id).status_code == 200


def test_each_copy_is_bound_to_the_key_that_was_proven_when_it_was_asked(scene: Scene) -> None:
    from credentials.formats.sd_jwt import SdJwtVc

    wallet = scene.wallet_with_token("overzicht_sdjwt")
    keys = [SoftwareSigner.generate() for _ in range(2)]
    nonce = wallet.nonce()
    proofs = [build_jwt_proof(key, audience=URL, nonce=nonce, now=scene.clock.now()) for key in keys]
    body: JsonObject = {"credential_configuration_id": "overzicht_sdjwt", "proofs": {"jwt": [*proofs]}}
    with absent(scene):
        id = wallet.ask(body).json()["transaction_id"]
        # The nonce was used up when it was taken.
        assert wallet.ask(body).json()["error"] == "invalid_nonce"
    holders = [SdJwtVc().inspect(each["credential"]).holder for each in collect(wallet, id).json()["credentials"]]
    assert [holder and holder.jwk for holder in holders] == [key.public_jwk for key in keys]


def test_the_facts_are_those_of_the_moment_of_collecting(scene: Scene) -> None:
    from credentials.formats.sd_jwt import SdJwtVc

    wallet = scene.wallet_with_token("overzicht_sdjwt")
    id = asked(scene, wallet)
    scene.restate(several_cases(5))
    (credential,) = collect(wallet, id).json()["credentials"]
    assert SdJwtVc().inspect(credential["credential"]).claims["aantal_open_zaken"] == 5


def test_a_case_that_was_named_is_the_one_that_is_collected(scene: Scene) -> None:
    wallet = scene.wallet_with_token("overzicht_sdjwt", "zaak_sdjwt")
    details: Any = wallet.granted["authorization_details"]
    names = [name for detail in details for name in detail["credential_identifiers"]]
    ids = [asked(scene, wallet, credential_identifier=name) for name in names]
    assert len(set(ids)) == len(names) == 3
    assert {collect(wallet, id).status_code for id in ids} == {200}


def test_what_waits_is_sealed(scene: Scene) -> None:
    wallet = scene.wallet_with_token("overzicht_sdjwt", dpop=True)
    proof = build_jwt_proof(holder := SoftwareSigner.generate(), audience=URL, nonce=wallet.nonce(), now=NOW)
    with absent(scene):
        answer = wallet.ask({"credential_configuration_id": "overzicht_sdjwt", "proofs": {"jwt": [proof]}})
    assert answer.status_code == 202, answer.text
    refresh = str(wallet.granted["refresh_token"]).partition(".")[2]
    secrets = [SAMIRA.reveal(), wallet.token, refresh, answer.json()["transaction_id"], proof]
    secrets += [str(holder.public_jwk.members["x"]), str(wallet.dpop.public_jwk.thumbprint if wallet.dpop else "")]
    stored = b"".join(path.read_bytes() for path in (scene.folder / "state").glob("issuer.db*"))
    assert b"issuer_deferred" in stored
    assert [each for each in secrets if each.encode() in stored] == []


def test_two_who_collect_at_once_do_not_both_get_it(scene: Scene) -> None:
    wallet = scene.wallet_with_token("overzicht_sdjwt")
    id = asked(scene, wallet)
    with ThreadPoolExecutor(4) as pool:
        statuses = sorted(answer.status_code for answer in pool.map(lambda _: collect(wallet, id), range(4)))
    assert statuses == [200, 400, 400, 400]
    assert copies(scene) == 1


def copies(scene: Scene) -> int:
    with scene.agency.database.read() as connection:
        return len(connection.exec_driver_sql("SELECT id FROM issuer_copy").all())


@pytest.mark.parametrize("dpop", [True, False])
def test_somebody_elses_transaction_is_unknown(scene: Scene, *, dpop: bool) -> None:
    owner, other = (scene.wallet_with_token("overzicht_sdjwt", dpop=dpop) for _ in range(2))
    id = asked(scene, owner)
    assert error_of(collect(other, id)) == UNKNOWN
    assert collect(owner, id).status_code == 200


def test_a_later_token_of_the_same_family_collects_it_and_tells_what_became_of_it(
    scene: Scene, clock: FixedClock
) -> None:
    wallet = scene.wallet_with_token("overzicht_sdjwt", dpop=True)
    id, refresh = asked(scene, wallet), str(wallet.granted["refresh_token"])
    clock.advance(timedelta(hours=2))
    answer = wallet._token({"grant_type": "refresh_token", "refresh_token": refresh})
    assert answer.status_code == 200, answer.text
    collected = collect(wallet, id)
    assert collected.status_code == 200, collected.text
    body = {"notification_id": collected.json()["notification_id"], "event": "credential_accepted"}
    headers = {"authorization": f"DPoP {wallet.token}", **wallet._proof("/notification", wallet.token)}
    assert wallet.http.post("/notification", json=body, headers=headers).status_code == 204


def test_what_a_renewed_token_asked_a_token_that_is_renewed_again_collects_and_tells_of(
    scene: Scene, clock: FixedClock
) -> None:
    wallet = scene.wallet_with_token("overzicht_sdjwt", dpop=True)
    assert wallet.refresh(str(wallet.granted["refresh_token"])).status_code == 200
    id, refresh = asked(scene, wallet), str(wallet.granted["refresh_token"])
    clock.advance(timedelta(hours=2))
    assert wallet.refresh(refresh).status_code == 200
    collected = collect(wallet, id)
    assert collected.status_code == 200, collected.text
    body = {"notification_id": collected.json()["notification_id"], "event": "credential_accepted"}
    headers = {"authorization": f"DPoP {wallet.token}", **wallet._proof("/notification", wallet.token)}
    assert wallet.http.post("/notification", json=body, headers=headers).status_code == 204


def test_the_token_that_asked_is_good_for_that_as_long_as_it_waits_and_for_nothing_else(
    scene: Scene, clock: FixedClock
) -> None:
    wallet = scene.wallet_with_token("overzicht_sdjwt", dpop=True)
    ids = [asked(scene, wallet) for _ in range(2)]
    clock.advance(timedelta(hours=2))
    body: JsonObject = {"credential_configuration_id": "overzicht_sdjwt", "proofs": {"jwt": [*wallet.proofs()]}}
    assert wallet.ask(body).status_code == 401
    with absent(scene):
        assert collect(wallet, ids[0]).status_code == 202
    assert collect(wallet, ids[0]).status_code == 200
    assert collect(wallet, ids[0]).status_code == 401
    assert collect(wallet, "no-such").status_code == 401
    clock.advance(timedelta(hours=22))
    assert collect(wallet, ids[1]).status_code == 401


@pytest.mark.parametrize("dpop", [True, False])
def test_an_outlived_token_collects_nothing_of_another(scene: Scene, clock: FixedClock, *, dpop: bool) -> None:
    owner, other = (scene.wallet_with_token("overzicht_sdjwt", dpop=dpop) for _ in range(2))
    id = asked(scene, owner)
    clock.advance(timedelta(hours=2))
    assert collect(other, id).status_code == 401
    # With the stolen token, and a key of one's own.
    other.token = owner.token
    assert collect(other, id).status_code == 401
    # A token that is bound to no key ends when it was said to (section 13.10).
    assert collect(owner, id).status_code == (200 if dpop else 401)


def test_a_token_that_was_ended_as_others_were_stolen_collects_nothing(scene: Scene, clock: FixedClock) -> None:
    wallet = scene.wallet_with_token("overzicht_sdjwt", dpop=True)
    id, token, used = asked(scene, wallet), wallet.token, str(wallet.granted["refresh_token"])
    assert wallet.refresh(used).status_code == 200
    assert wallet.refresh(used).status_code == 400
    wallet.token = token
    clock.advance(timedelta(hours=2))
    assert collect(wallet, id).status_code == 401


def test_its_time_ends(scene: Scene, clock: FixedClock) -> None:
    wallet = scene.wallet_with_token("overzicht_sdjwt", dpop=True)
    id, refresh = asked(scene, wallet), str(wallet.granted["refresh_token"])
    clock.advance(timedelta(hours=24))
    assert wallet._token({"grant_type": "refresh_token", "refresh_token": refresh}).status_code == 200
    assert error_of(collect(wallet, id)) == UNKNOWN


@pytest.mark.parametrize("id", ["no-such", "é", "a" * 4_000, "\x00"])
def test_a_transaction_that_was_never_begun_is_unknown(scene: Scene, id: str) -> None:
    answer = collect(scene.wallet_with_token("overzicht_sdjwt"), id)
    assert error_of(answer) == UNKNOWN
    assert id not in answer.text


@pytest.mark.parametrize("body", [{}, [], {"transaction_id": ""}, {"transaction_id": 1}, {"transaction_id": None}])
def test_a_malformed_request_is_refused(scene: Scene, body: object) -> None:
    answer = collect(scene.wallet_with_token("overzicht_sdjwt"), "", json=body)
    assert error_of(answer) == (400, "application/json", "invalid_credential_request")


def test_what_cannot_be_issued_any_more_is_denied(scene: Scene) -> None:
    scene.restate(several_cases(1))
    wallet = scene.wallet_with_token("zaak_sdjwt")
    id = asked(scene, wallet, credential_configuration_id="zaak_sdjwt")
    (scene.folder / "debts" / "samira.json").unlink()
    assert error_of(collect(wallet, id)) == (400, "application/json", "credential_request_denied")


def test_without_a_good_token_nothing_is_said(scene: Scene) -> None:
    wallet = scene.wallet_with_token("overzicht_sdjwt", dpop=True)
    id = asked(scene, wallet)
    for headers in ({}, {"authorization": "Bearer nonsense"}, {"authorization": f"Bearer {wallet.token}"}):
        assert collect(wallet, id, headers=headers).status_code == 401
    assert collect(wallet, id).status_code == 200


def test_what_is_wrong_with_a_request_is_told_at_once_and_defers_nothing(scene: Scene) -> None:
    wallet = scene.wallet_with_token("overzicht_sdjwt")
    with absent(scene):
        for body, code in (
            ({"credential_configuration_id": "overzicht_sdjwt"}, "invalid_proof"),
            ({"credential_configuration_id": "x", "proofs": {"jwt": [*wallet.proofs()]}}, "unknown_credential_"),
        ):
            answer = wallet.ask(body)  # type: ignore[arg-type]  # texts and lists of texts
            assert answer.status_code == 400
            assert answer.json()["error"].startswith(code)
    with scene.agency.database.read() as connection:
        assert connection.exec_driver_sql("SELECT * FROM issuer_deferred").all() == []


def test_an_agency_that_defers_nothing_says_so_as_before(tmp_path: Path, clock: FixedClock) -> None:
    scene = Scene(an_agency(tmp_path, clock, deferred=DeferredSection(hours=0)), clock, tmp_path)
    assert metadata_of(scene).deferred_credential_endpoint is None
    wallet = scene.wallet_with_token("overzicht_sdjwt")
    body: JsonObject = {"credential_configuration_id": "overzicht_sdjwt", "proofs": {"jwt": [*wallet.proofs()]}}
    with absent(scene):
        answer = wallet.ask(body)
    assert error_of(answer) == (503, "application/json", "temporarily_unavailable")


def test_it_travels_encrypted_as_each_request_asks(tmp_path: Path, clock: FixedClock) -> None:
    scene = Scene(an_agency(tmp_path, clock, encryption=Encryption.REQUIRED), clock, tmp_path)
    wallet = scene.wallet_with_token("overzicht_sdjwt")
    encryption = metadata_of(scene).request_encryption
    assert encryption is not None

    def sent(path: str, body: JsonObject, number: int) -> tuple[int, JsonObject]:
        key = EncryptionKey.generate(f"w{number}")
        wanted = ResponseEncryption(key.public(), "A256GCM")
        sealed = encryption.seal({**body, "credential_response_encryption": wanted.to_json()})
        headers = {"authorization": f"Bearer {wallet.token}", "content-type": MEDIA_TYPE}
        answer = wallet.http.post(path, content=sealed, headers=headers)
        assert answer.headers["content-type"] == MEDIA_TYPE, answer.text
        opened: JsonObject = json.loads(wanted.open(answer.content, key, max_bytes=1 << 20))
        return answer.status_code, opened

    with absent(scene):
        body: JsonObject = {"credential_configuration_id": "overzicht_sdjwt", "proofs": {"jwt": [*wallet.proofs()]}}
        status, first = sent("/credential", body, 1)
        assert (status, first["interval"]) == (202, 60)
        again: JsonObject = {"transaction_id": first["transaction_id"]}
        assert sent("/deferred", again, 2) == (202, first)
        # Section 9.1: what this request asks counts, and here one must be asked.
        assert error_of(collect(wallet, str(first["transaction_id"])))[2] == "invalid_encryption_parameters"
    status, last = sent("/deferred", again, 3)
    assert status == 200
    assert "credentials" in last


def test_an_offer_is_collected_when_its_cards_are(scene: Scene) -> None:
    made = scene.offer("overzicht_sdjwt")
    wallet = scene.wallet()
    offer: Any = wallet.take_offer(str(made["aanbodUri"]))
    (grant,) = offer["grants"].values()
    wallet.redeem(grant["pre-authorized_code"])

    def status() -> str:
        token = scene.agency.desk.api_token.reveal()
        answer = scene.http().get(f"/api/v1/aanbiedingen/{made['id']}", headers={"authorization": f"Bearer {token}"})
        return str(answer.json()["status"])

    id = asked(scene, wallet)
    assert status() != "opgehaald"
    collect(wallet, id)
    assert status() == "opgehaald"
