"""Whole issuances with a pre-authorized code: what wallets get, and what nobody gets."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from credentials.clock import FixedClock
from credentials.debts.claims import CASE_TYPE, OVERVIEW_TYPE
from credentials.encoding import JsonObject, b64url_decode
from credentials.formats.sd_jwt import SdJwtVc
from credentials.keys import SoftwareSigner
from credentials.openid.issuer_metadata import parse_issuer_metadata
from credentials.openid.offer import PRE_AUTHORIZED_CODE
from tests.debt_builders import SAMIRA
from tests.flows.issuance_kit import NOBODY, NOW, URL, Scene, Wallet, an_agency, code_of, several_cases


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOW)


@pytest.fixture
def scene(tmp_path: Path, clock: FixedClock) -> Scene:
    return Scene(an_agency(tmp_path, clock), clock, tmp_path)


def opened(credential: str) -> JsonObject:
    return SdJwtVc().inspect(credential).claims


def identifiers(wallet: Wallet, configuration: str) -> list[str]:
    details: Any = wallet.granted["authorization_details"]
    return [
        name
        for detail in details
        if detail["credential_configuration_id"] == configuration
        for name in detail["credential_identifiers"]
    ]


def error_of(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]


class TestOffer:
    @pytest.mark.requirement("vci-offer-by-reference")
    def test_an_offer_by_reference_is_read_by_its_link_alone(self, scene: Scene) -> None:
        made = scene.offer("overzicht_sdjwt", "zaak_sdjwt")
        offer = scene.wallet().take_offer(str(made["aanbodUri"]))
        assert offer["credential_issuer"] == URL
        assert offer["credential_configuration_ids"] == ["overzicht_sdjwt", "zaak_sdjwt"]
        assert str(made["id"]) not in str(made["aanbodUri"])

    @pytest.mark.requirement("vci-offer-by-reference")
    def test_the_reference_opens_nothing(self, scene: Scene) -> None:
        made = scene.offer("overzicht_sdjwt")
        assert scene.http().get(f"/offers/{made['id']}").status_code == 404

    @pytest.mark.requirement("vci-code-once")
    def test_an_expired_offer_is_gone(self, scene: Scene) -> None:
        uri = str(scene.offer("overzicht_sdjwt")["aanbodUri"])
        offer = scene.wallet().take_offer(uri)
        scene.clock.advance(timedelta(minutes=11))
        assert scene.http().get(f"/offers/{uri.rpartition('%2F')[2]}").status_code == 404
        assert error_of(scene.wallet().redeem(code_of(offer))) == (400, "invalid_grant")

    @pytest.mark.requirement("vci-offer-names-configurations")
    def test_an_unknown_configuration_is_refused(self, scene: Scene) -> None:
        answer = scene.api("aanbiedingen", {"bsn": SAMIRA.reveal(), "configuraties": ["nope"]})
        assert answer.status_code == 400
        assert answer.headers["content-type"] == "application/problem+json"

    def test_the_agencys_api_needs_its_token(self, scene: Scene) -> None:
        body = {"bsn": SAMIRA.reveal(), "configuraties": ["overzicht_sdjwt"]}
        assert scene.http().post("/api/v1/aanbiedingen", json=body).status_code == 401

    @pytest.mark.parametrize("body", [b'{"bsn":"999990007","bsn":"1"}', b"[]", b'{"bsn":999990007}', b"{"])
    def test_sloppy_json_is_refused_without_an_echo(self, scene: Scene, body: bytes) -> None:
        headers = {
            "authorization": f"Bearer {scene.agency.desk.api_token.reveal()}",
            "content-type": "application/json",
        }
        answer = scene.http().post("/api/v1/aanbiedingen", content=body, headers=headers)
        assert answer.status_code == 400
        assert "999990007" not in answer.text

    def test_the_api_says_what_became_of_an_offer(self, scene: Scene) -> None:
        made = scene.offer("overzicht_sdjwt")
        headers = {"authorization": f"Bearer {scene.agency.desk.api_token.reveal()}"}
        state = f"/api/v1/aanbiedingen/{made['id']}"
        assert scene.http().get(state, headers=headers).json()["status"] == "open"
        wallet = scene.wallet()
        wallet.redeem(code_of(wallet.take_offer(str(made["aanbodUri"]))))
        wallet.credentials("overzicht_sdjwt")
        assert scene.http().get(state, headers=headers).json()["status"] == "opgehaald"


class TestToken:
    @pytest.mark.requirement("vci-code-once")
    def test_a_code_is_good_once(self, scene: Scene) -> None:
        code = scene.offered_code("overzicht_sdjwt")
        assert scene.wallet().redeem(code).status_code == 200
        assert error_of(scene.wallet().redeem(code)) == (400, "invalid_grant")

    @pytest.mark.requirement("vci-code-once")
    def test_a_code_is_good_once_also_when_many_come_at_the_same_time(self, scene: Scene) -> None:
        code = scene.offered_code("overzicht_sdjwt")
        with ThreadPoolExecutor(8) as pool:
            statuses = sorted(pool.map(lambda _: scene.wallet().redeem(code).status_code, range(8)))
        assert statuses == [200, *[400] * 7]

    @pytest.mark.requirement("vci-token-answer")
    def test_the_answer_is_complete_and_not_kept(self, scene: Scene) -> None:
        answer = scene.wallet().redeem(scene.offered_code("overzicht_sdjwt"))
        assert answer.headers["cache-control"] == "no-store"
        assert answer.json()["token_type"] == "Bearer"
        assert answer.json()["expires_in"] == 300
        assert None not in answer.json().values()
        assert "authorization_details" not in answer.json()

    def test_resource_and_client_id_are_tolerated(self, scene: Scene) -> None:
        code = scene.offered_code("overzicht_sdjwt")
        assert scene.wallet().redeem(code, resource=URL, client_id="whoever").status_code == 200

    @pytest.mark.requirement("as-once-each")
    def test_a_parameter_given_twice_is_refused(self, scene: Scene) -> None:
        body = "grant_type=authorization_code&grant_type=authorization_code"
        headers = {"content-type": "application/x-www-form-urlencoded"}
        answer = scene.http().post("/oauth/token", content=body, headers=headers)
        assert error_of(answer) == (400, "invalid_request")

    def test_several_cases_are_named_one_by_one(self, scene: Scene) -> None:
        wallet = scene.wallet_with_token("overzicht_sdjwt", "zaak_sdjwt")
        assert len(identifiers(wallet, "overzicht_sdjwt")) == 1
        assert len(set(identifiers(wallet, "zaak_sdjwt"))) == 2

    @pytest.mark.requirement("vci-details")
    def test_details_in_the_token_request_narrow_the_grant(self, scene: Scene) -> None:
        details = '[{"type":"openid_credential","credential_configuration_id":"overzicht_sdjwt"}]'
        wallet = scene.wallet()
        code = scene.offered_code("overzicht_sdjwt", "zaak_sdjwt")
        assert wallet.redeem(code, authorization_details=details).status_code == 200
        assert len(identifiers(wallet, "overzicht_sdjwt")) == 1
        assert identifiers(wallet, "zaak_sdjwt") == []

    @pytest.mark.requirement("vci-details")
    def test_details_cannot_widen_the_grant(self, scene: Scene) -> None:
        details = '[{"type":"openid_credential","credential_configuration_id":"zaak_sdjwt"}]'
        answer = scene.wallet().redeem(scene.offered_code("overzicht_sdjwt"), authorization_details=details)
        assert error_of(answer) == (400, "invalid_scope")

    def test_a_register_that_cannot_be_read_burns_no_code(self, scene: Scene) -> None:
        code = scene.offered_code("overzicht_sdjwt")
        file = scene.folder / "debts" / "samira.json"
        good = file.read_bytes()
        file.write_bytes(good[:-20])
        answer = scene.wallet().redeem(code)
        assert error_of(answer) == (503, "temporarily_unavailable")
        file.write_bytes(good)
        assert scene.wallet().redeem(code).status_code == 200


class TestTransactionCode:
    def test_the_right_code_opens_the_offer(self, scene: Scene) -> None:
        made = scene.offer("overzicht_sdjwt", txCode=True)
        wallet = scene.wallet()
        offer: Any = wallet.take_offer(str(made["aanbodUri"]))
        (grant,) = offer["grants"].values()
        assert grant["tx_code"]["length"] == 6
        assert str(made["txCode"]) not in str(offer)
        assert wallet.redeem(code_of(offer), str(made["txCode"])).status_code == 200

    @pytest.mark.requirement("vci-token-errors")
    def test_one_mistake_burns_nothing(self, scene: Scene) -> None:
        made = scene.offer("overzicht_sdjwt", txCode=True)
        wallet = scene.wallet()
        code = code_of(wallet.take_offer(str(made["aanbodUri"])))
        assert error_of(wallet.redeem(code, "000000")) == (400, "invalid_grant")
        assert wallet.redeem(code, str(made["txCode"])).status_code == 200

    @pytest.mark.requirement("vci-tx-code-attempts")
    def test_five_mistakes_kill_the_code(self, scene: Scene) -> None:
        made = scene.offer("overzicht_sdjwt", txCode=True)
        wallet = scene.wallet()
        code = code_of(wallet.take_offer(str(made["aanbodUri"])))
        for _ in range(5):
            assert error_of(wallet.redeem(code, "000000")) == (400, "invalid_grant")
        assert error_of(wallet.redeem(code, str(made["txCode"]))) == (400, "invalid_grant")

    @pytest.mark.requirement("vci-tx-code-attempts")
    def test_guesses_at_the_same_time_are_counted_apart(self, scene: Scene) -> None:
        made = scene.offer("overzicht_sdjwt", txCode=True)
        code = code_of(scene.wallet().take_offer(str(made["aanbodUri"])))
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda _: scene.wallet().redeem(code, "000000"), range(8)))
        with scene.agency.store.read() as records:
            offer = records.offers.by_reference(str(made["id"]))
        assert offer is not None
        assert offer.attempts == 5

    @pytest.mark.requirement("vci-tx-code")
    def test_it_must_be_given(self, scene: Scene) -> None:
        made = scene.offer("overzicht_sdjwt", txCode=True)
        wallet = scene.wallet()
        answer = wallet.redeem(code_of(wallet.take_offer(str(made["aanbodUri"]))))
        assert error_of(answer) == (400, "invalid_request")

    @pytest.mark.requirement("vci-tx-code")
    def test_it_must_not_be_given_where_there_is_none(self, scene: Scene) -> None:
        answer = scene.wallet().redeem(scene.offered_code("overzicht_sdjwt"), "123456")
        assert error_of(answer) == (400, "invalid_request")


class TestCredential:
    @pytest.mark.requirement("vci-immediate")
    def test_an_overview_states_the_debts_of_now(self, scene: Scene) -> None:
        (credential,) = scene.wallet_with_token("overzicht_sdjwt").credentials("overzicht_sdjwt")
        view = SdJwtVc().inspect(credential)
        assert view.type == OVERVIEW_TYPE
        assert view.issuer == URL
        assert view.claims["saldo_totaal"] == 3000
        assert view.claims["aantal_open_zaken"] == 2
        assert view.issued_at is not None
        assert view.issued_at.minute == view.issued_at.second == 0
        assert view.valid_until is not None
        assert view.valid_until.hour == 0

    def test_an_offer_allows_several_requests(self, scene: Scene) -> None:
        wallet = scene.wallet_with_token("overzicht_sdjwt")
        assert len({*wallet.credentials("overzicht_sdjwt", 3), *wallet.credentials("overzicht_sdjwt", 10)}) == 13

    @pytest.mark.requirement("vci-copies-share-nothing")
    def test_copies_share_no_unique_value(self, scene: Scene) -> None:
        first, second = scene.wallet_with_token("overzicht_sdjwt").credentials("overzicht_sdjwt", 2)
        assert not set(first.split("~")[1:-1]) & set(second.split("~")[1:-1])
        one, other = SdJwtVc().inspect(first), SdJwtVc().inspect(second)
        assert one.status != other.status
        slots: Any = one.claims["zaken"]
        others: Any = other.claims["zaken"]
        assert not {slot["digest"] for slot in slots.values()} & {slot["digest"] for slot in others.values()}

    def test_cases_belong_to_the_overview_of_their_session_copy_by_copy(self, scene: Scene) -> None:
        wallet = scene.wallet_with_token("overzicht_sdjwt", "zaak_sdjwt")
        overviews = wallet.by_identifier(identifiers(wallet, "overzicht_sdjwt")[0], 2)
        cases = [wallet.by_identifier(name, 2) for name in identifiers(wallet, "zaak_sdjwt")]
        for copy in range(2):
            slots: Any = opened(overviews[copy])["zaken"]
            stated = {slot["digest"] for slot in slots.values()}
            assert stated == {opened(case[copy])["zaak_digest"] for case in cases}
        assert opened(cases[0][0])["zaak_digest"] != opened(cases[0][1])["zaak_digest"]

    def test_a_later_request_goes_on_counting_copies(self, scene: Scene) -> None:
        wallet = scene.wallet_with_token("overzicht_sdjwt")
        (first,), (second,) = wallet.credentials("overzicht_sdjwt"), wallet.credentials("overzicht_sdjwt")
        assert opened(first)["zaken"] != opened(second)["zaken"]

    def test_a_case_states_its_own_type(self, scene: Scene) -> None:
        wallet = scene.wallet_with_token("overzicht_sdjwt", "zaak_sdjwt")
        (credential,) = wallet.by_identifier(identifiers(wallet, "zaak_sdjwt")[0])
        assert SdJwtVc().inspect(credential).type == CASE_TYPE

    def test_no_debts_is_a_fact_too(self, scene: Scene) -> None:
        wallet = scene.wallet_with_token("overzicht_sdjwt", "zaak_sdjwt", bsn=NOBODY)
        assert identifiers(wallet, "zaak_sdjwt") == []
        (credential,) = wallet.by_identifier(identifiers(wallet, "overzicht_sdjwt")[0])
        assert opened(credential)["aantal_open_zaken"] == 0
        assert opened(credential)["saldo_totaal"] == 0
        denied = wallet.ask({"credential_configuration_id": "zaak_sdjwt", "proofs": {"jwt": wallet.proofs()}})
        assert error_of(denied) == (400, "credential_request_denied")

    def test_debts_are_read_at_issuance(self, scene: Scene) -> None:
        wallet = scene.wallet_with_token("overzicht_sdjwt")
        scene.restate(several_cases(1))
        (credential,) = wallet.credentials("overzicht_sdjwt")
        assert opened(credential)["saldo_totaal"] == 1000

    @pytest.mark.requirement("vci-request-names-one")
    def test_a_configuration_id_is_enough_where_it_leaves_no_choice(self, scene: Scene) -> None:
        wallet = scene.wallet_with_token("overzicht_sdjwt", "zaak_sdjwt")
        assert wallet.credentials("overzicht_sdjwt")

    @pytest.mark.requirement("vci-request-names-one")
    def test_a_configuration_id_is_not_enough_where_there_are_several(self, scene: Scene) -> None:
        wallet = scene.wallet_with_token("overzicht_sdjwt", "zaak_sdjwt")
        answer = wallet.ask({"credential_configuration_id": "zaak_sdjwt", "proofs": {"jwt": wallet.proofs()}})
        assert error_of(answer) == (400, "invalid_credential_request")
        assert "credential_identifier" in answer.json()["error_description"]

    @pytest.mark.requirement("vci-errors")
    @pytest.mark.parametrize(
        ("body", "error"),
        [
            ({"credential_configuration_id": "nope"}, "unknown_credential_configuration"),
            ({"credential_configuration_id": "zaak_sdjwt"}, "unknown_credential_configuration"),
            ({"credential_identifier": "overzicht_sdjwt.x"}, "unknown_credential_identifier"),
            ({}, "invalid_credential_request"),
            (
                {"credential_configuration_id": "overzicht_sdjwt", "credential_identifier": "x"},
                "invalid_credential_request",
            ),
        ],
    )
    def test_what_was_not_granted_is_not_given(self, scene: Scene, body: JsonObject, error: str) -> None:
        wallet = scene.wallet_with_token("overzicht_sdjwt")
        assert error_of(wallet.ask({**body, "proofs": {"jwt": wallet.proofs()}})) == (400, error)

    @pytest.mark.requirement("vci-request-unknown-members")
    def test_members_of_old_drafts_are_ignored(self, scene: Scene) -> None:
        wallet = scene.wallet_with_token("overzicht_sdjwt")
        body: JsonObject = {
            "credential_configuration_id": "overzicht_sdjwt",
            "format": "dc+sd-jwt",
            "proofs": {"jwt": [*wallet.proofs()]},
        }
        assert wallet.ask(body).status_code == 200


class TestProof:
    @pytest.mark.requirement("vci-proof-jwt")
    @pytest.mark.parametrize(
        ("changed", "error"),
        [
            ({"audience": "https://elsewhere.example"}, "invalid_proof"),
            ({"nonce": "not-one-of-ours"}, "invalid_nonce"),
            ({"now": NOW - timedelta(hours=1)}, "invalid_proof"),
        ],
    )
    def test_a_proof_made_for_another_purpose_is_refused(
        self, scene: Scene, changed: dict[str, Any], error: str
    ) -> None:
        wallet = scene.wallet_with_token("overzicht_sdjwt")
        nonce = changed.pop("nonce", None)
        answer = wallet.ask(
            {
                "credential_configuration_id": "overzicht_sdjwt",
                "proofs": {"jwt": wallet.proofs(nonce=nonce, **changed)},
            }
        )
        assert error_of(answer) == (400, error)

    @pytest.mark.requirement("vci-nonce-once")
    def test_a_nonce_is_good_once(self, scene: Scene) -> None:
        wallet = scene.wallet_with_token("overzicht_sdjwt")
        nonce = wallet.nonce()
        wallet.credentials("overzicht_sdjwt", proofs=wallet.proofs(nonce=nonce))
        answer = wallet.ask(
            {"credential_configuration_id": "overzicht_sdjwt", "proofs": {"jwt": wallet.proofs(nonce=nonce)}}
        )
        assert error_of(answer) == (400, "invalid_nonce")

    @pytest.mark.requirement("vci-nonce-once")
    def test_a_nonce_is_good_once_also_when_many_come_at_the_same_time(self, scene: Scene) -> None:
        wallet = scene.wallet_with_token("overzicht_sdjwt")
        nonce = wallet.nonce()
        bodies: list[JsonObject] = [
            {"credential_configuration_id": "overzicht_sdjwt", "proofs": {"jwt": [*wallet.proofs(nonce=nonce)]}}
            for _ in range(6)
        ]
        with ThreadPoolExecutor(6) as pool:
            statuses = sorted(pool.map(lambda body: wallet.ask(body).status_code, bodies))
        assert statuses == [200, *[400] * 5]

    @pytest.mark.requirement("vci-nonce")
    def test_a_nonce_grows_old(self, scene: Scene) -> None:
        wallet = scene.wallet_with_token("overzicht_sdjwt")
        nonce = wallet.nonce()
        scene.clock.advance(timedelta(minutes=4))
        later = scene.wallet_with_token("overzicht_sdjwt")
        scene.clock.advance(timedelta(minutes=2))
        answer = later.ask(
            {"credential_configuration_id": "overzicht_sdjwt", "proofs": {"jwt": later.proofs(nonce=nonce)}}
        )
        assert error_of(answer) == (400, "invalid_nonce")

    @pytest.mark.requirement("vci-nonce-once")
    def test_a_failed_request_uses_no_nonce_up(self, scene: Scene) -> None:
        wallet = scene.wallet_with_token("overzicht_sdjwt")
        nonce = wallet.nonce()
        wallet.ask({"credential_configuration_id": "nope", "proofs": {"jwt": wallet.proofs(nonce=nonce)}})
        assert wallet.credentials("overzicht_sdjwt", proofs=wallet.proofs(nonce=nonce))

    def test_more_proofs_than_a_batch_are_refused(self, scene: Scene) -> None:
        wallet = scene.wallet_with_token("overzicht_sdjwt")
        answer = wallet.ask({"credential_configuration_id": "overzicht_sdjwt", "proofs": {"jwt": wallet.proofs(11)}})
        assert error_of(answer) == (400, "invalid_credential_request")

    @pytest.mark.requirement("vci-proofs")
    def test_one_key_gets_one_copy(self, scene: Scene) -> None:
        wallet = scene.wallet_with_token("overzicht_sdjwt")
        (proof,) = wallet.proofs()
        answer = wallet.ask({"credential_configuration_id": "overzicht_sdjwt", "proofs": {"jwt": [proof, proof]}})
        assert error_of(answer) == (400, "invalid_proof")

    @pytest.mark.requirement("vci-proofs")
    @pytest.mark.parametrize("proofs", [None, {}, {"jwt": []}, {"di_vp": [{}]}, {"jwt": ["x"], "di_vp": [{}]}, []])
    def test_without_a_proof_there_is_no_credential(self, scene: Scene, proofs: Any) -> None:
        wallet = scene.wallet_with_token("overzicht_sdjwt")
        body: JsonObject = {"credential_configuration_id": "overzicht_sdjwt"}
        answer = wallet.ask(body if proofs is None else {**body, "proofs": proofs})
        assert answer.status_code == 400
        assert answer.json()["error"] in ("invalid_proof", "invalid_credential_request")


class TestAccessToken:
    @pytest.mark.requirement("vci-access-token")
    def test_no_token_no_credential(self, scene: Scene) -> None:
        answer = scene.http().post("/credential", json={})
        assert answer.status_code == 401
        # RFC 9449 section 7.2.
        assert answer.headers["www-authenticate"] == 'Bearer, DPoP algs="ES256"'
        assert answer.json() == {}

    @pytest.mark.requirement("vci-access-token")
    def test_an_unknown_token_opens_nothing(self, scene: Scene) -> None:
        answer = scene.wallet().ask({}, token="x" * 43)
        assert error_of(answer) == (401, "invalid_token")

    @pytest.mark.requirement("vci-access-token")
    def test_a_token_lives_five_minutes(self, scene: Scene) -> None:
        wallet = scene.wallet_with_token("overzicht_sdjwt")
        scene.clock.advance(timedelta(seconds=301))
        answer = wallet.ask({"credential_configuration_id": "overzicht_sdjwt", "proofs": {"jwt": wallet.proofs()}})
        assert error_of(answer) == (401, "invalid_token")

    @pytest.mark.requirement("vci-access-token")
    def test_a_token_of_one_agency_opens_nothing_at_another(
        self, scene: Scene, tmp_path: Path, clock: FixedClock
    ) -> None:
        wallet = scene.wallet_with_token("overzicht_sdjwt")
        other = Scene(an_agency(tmp_path / "other", clock), clock, tmp_path / "other")
        answer = other.wallet().ask({"credential_configuration_id": "overzicht_sdjwt"}, token=wallet.token)
        assert error_of(answer) == (401, "invalid_token")


def assert_refused_proof(answer: Any) -> None:
    # RFC 9449 section 7.1.
    assert error_of(answer) == (401, "invalid_dpop_proof")
    assert answer.headers["www-authenticate"].startswith('DPoP error="invalid_dpop_proof"')
    assert answer.headers["www-authenticate"].endswith(', algs="ES256"')


@pytest.mark.parametrize("content_type", ["text/plain", "application/jose", "application/x-www-form-urlencoded", None])
def test_a_credential_request_is_json_and_is_said_to_be(scene: Scene, content_type: str | None) -> None:
    # OpenID4VCI 1.0 sections 8.2 and 8.3.1.2.
    wallet = scene.wallet_with_token("overzicht_sdjwt")
    request = {"credential_configuration_id": "overzicht_sdjwt", "proofs": {"jwt": wallet.proofs()}}
    headers = {"authorization": f"Bearer {wallet.token}"} | ({"content-type": content_type} if content_type else {})
    refused = wallet.http.post("/credential", content=json.dumps(request), headers=headers)
    assert error_of(refused) == (400, "invalid_credential_request")
    headers["content-type"] = "Application/JSON; charset=utf-8"
    assert wallet.http.post("/credential", content=json.dumps(request), headers=headers).status_code == 200


def test_a_card_names_its_type_and_no_hash_of_what_nobody_can_fetch(scene: Scene) -> None:
    wallet = scene.wallet_with_token("overzicht_sdjwt")
    (card,) = wallet.credentials("overzicht_sdjwt")
    payload = json.loads(b64url_decode(card.split(".")[1]))
    assert payload["vct"] == OVERVIEW_TYPE
    assert "vct#integrity" not in payload
    # Whoever wants the description finds it at the agency, under the same name.
    assert scene.http().get("/types/overzicht").json()["vct"] == OVERVIEW_TYPE


class TestDpop:
    def test_a_bound_token_works_with_its_key(self, scene: Scene) -> None:
        wallet = scene.wallet_with_token("overzicht_sdjwt", dpop=True)
        assert wallet.granted["token_type"] == "DPoP"
        assert wallet.credentials("overzicht_sdjwt")

    def test_a_bound_token_is_no_bearer_token(self, scene: Scene) -> None:
        wallet = scene.wallet_with_token("overzicht_sdjwt", dpop=True)
        wallet.dpop = None
        answer = wallet.ask({"credential_configuration_id": "overzicht_sdjwt", "proofs": {"jwt": wallet.proofs()}})
        assert error_of(answer) == (401, "invalid_token")
        assert answer.headers["www-authenticate"].startswith("DPoP ")

    @pytest.mark.requirement("as-dpop-bound")
    def test_a_bound_token_does_not_work_with_another_key(self, scene: Scene) -> None:
        wallet = scene.wallet_with_token("overzicht_sdjwt", dpop=True)
        wallet.dpop = SoftwareSigner.generate()
        answer = wallet.ask({"credential_configuration_id": "overzicht_sdjwt", "proofs": {"jwt": wallet.proofs()}})
        assert error_of(answer) == (401, "invalid_token")

    @pytest.mark.requirement("as-dpop")
    def test_a_dpop_proof_is_good_once(self, scene: Scene) -> None:
        wallet = scene.wallet_with_token("overzicht_sdjwt", dpop=True)
        body: JsonObject = {"credential_configuration_id": "overzicht_sdjwt"}
        headers = wallet._proof("/credential", wallet.token)
        wallet.ask({**body, "proofs": {"jwt": [*wallet.proofs()]}}, headers=headers)
        answer = wallet.ask({**body, "proofs": {"jwt": [*wallet.proofs()]}}, headers=headers)
        assert_refused_proof(answer)

    @pytest.mark.requirement("as-dpop-challenge")
    @pytest.mark.parametrize("proofs", [[], ["nonsense"], ["a.b.c", "a.b.c"], [""]])
    def test_a_dpop_token_without_one_good_proof_is_answered_with_a_challenge(
        self, scene: Scene, proofs: list[str]
    ) -> None:
        wallet = scene.wallet_with_token("overzicht_sdjwt", dpop=True)
        headers = [("authorization", f"DPoP {wallet.token}"), *(("dpop", proof) for proof in proofs)]
        assert_refused_proof(scene.http().post("/credential", json={}, headers=headers))

    def test_a_proof_for_another_endpoint_is_answered_with_a_challenge(self, scene: Scene) -> None:
        wallet = scene.wallet_with_token("overzicht_sdjwt", dpop=True)
        assert_refused_proof(wallet.ask({}, headers=wallet._proof("/nonce", wallet.token)))

    @pytest.mark.requirement("as-dpop-challenge")
    @pytest.mark.parametrize("path", ["/oauth/token", "/oauth/par"])
    def test_the_authorization_server_answers_a_wrong_proof_without_a_challenge(self, scene: Scene, path: str) -> None:
        # RFC 9449 section 5.
        form = {"grant_type": PRE_AUTHORIZED_CODE, "pre-authorized_code": "x"}
        pushed = {
            "response_type": "code",
            "client_id": "w",
            "redirect_uri": "https://w.example/cb",
            "code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
            "code_challenge_method": "S256",
            "scope": "overzicht_sdjwt",
        }
        answer = scene.http().post(path, data={**form, **pushed}, headers={"dpop": "nonsense"})
        assert error_of(answer) == (400, "invalid_dpop_proof")
        assert "www-authenticate" not in answer.headers

    def test_an_unknown_token_is_challenged_under_the_scheme_that_it_came_by(self, scene: Scene) -> None:
        wallet = scene.wallet_with_token("overzicht_sdjwt", dpop=True)
        for found in (wallet, scene.wallet_with_token("overzicht_sdjwt")):
            answer = found.ask({}, token="unknown")
            assert error_of(answer) == (401, "invalid_token")
            assert answer.headers["www-authenticate"].startswith("DPoP " if found is wallet else "Bearer ")


class TestPublished:
    @pytest.mark.requirement("vci-metadata-identifier")
    def test_the_metadata_is_read_by_our_own_wallet_code(self, scene: Scene) -> None:
        answer = scene.http().get("/.well-known/openid-credential-issuer")
        metadata = parse_issuer_metadata(answer.content, credential_issuer=URL, insecure_localhost=True)
        assert sorted(metadata.configurations) == ["overzicht_ldp", "overzicht_sdjwt", "zaak_ldp", "zaak_sdjwt"]
        assert metadata.batch_size == 10
        for name, configuration in metadata.configurations.items():
            assert configuration.scope == name
            assert {display.locale for display in configuration.display} == {"nl", "en"}
            assert configuration.claims

    @pytest.mark.parametrize(
        "path",
        [
            "/.well-known/openid-credential-issuer",
            "/.well-known/oauth-authorization-server",
            "/.well-known/openid-configuration",
            "/.well-known/jwt-vc-issuer",
            "/.well-known/did.json",
            "/contexts/schulden/v1",
            "/types/overzicht",
            "/types/zaak",
            "/status/lists",
        ],
    )
    def test_what_everybody_may_read_may_be_kept(self, scene: Scene, path: str) -> None:
        answer = scene.http().get(path)
        assert answer.status_code == 200
        assert answer.headers["access-control-allow-origin"] == "*"
        # A null in a claims path selects every element; as the value of a member peers refuse the document for it.
        assert ":null" not in answer.text
        again = scene.http().get(path, headers={"if-none-match": answer.headers["etag"]})
        assert again.status_code == 304

    @pytest.mark.parametrize("path", ["/.well-known/nope", "/types/nope", "/status/token/9", "/status/nope/1"])
    def test_what_is_not_there_is_not_found(self, scene: Scene, path: str) -> None:
        assert scene.http().get(path).status_code == 404

    @pytest.mark.requirement("as-metadata")
    def test_the_authorization_server_names_itself(self, scene: Scene) -> None:
        metadata = scene.http().get("/.well-known/oauth-authorization-server").json()
        assert metadata["issuer"] == URL
        assert metadata["require_pushed_authorization_requests"] is True
        assert metadata["code_challenge_methods_supported"] == ["S256"]
        assert metadata["pre-authorized_grant_anonymous_access_supported"] is True
        assert metadata["dpop_signing_alg_values_supported"] == ["ES256"]
