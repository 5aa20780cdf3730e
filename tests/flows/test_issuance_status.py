"""What happens to issued credentials afterwards: changed debts, withdrawals, published lists, crashes."""

import os
import signal
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from credentials.clock import FixedClock
from credentials.debts.fcid import FcidDocument
from credentials.dids import Resolver, did_web_url, find_key
from credentials.dids.did import DidUrl
from credentials.encoding import json_object
from credentials.formats.base import TokenStatus
from credentials.formats.ldp_vc import ContextBundle, LdpVc, verify_document
from credentials.formats.sd_jwt import SdJwtVc
from credentials.keys import PublicJwk
from credentials.status import bitstring, token_list
from credentials.status.values import Status
from credentials.trust.x509 import public_jwk
from issuer.domain.issuance import CopyState
from issuer.storage.tables import issued_copy
from service.audit import verify as verify_audit
from tests.debt_builders import AS_OF, SAMIRA, paid
from tests.flows.issuance_kit import NOBODY, NOW, Scene, an_agency, log_in, several_cases


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOW)


@pytest.fixture
def scene(tmp_path: Path, clock: FixedClock) -> Scene:
    return Scene(an_agency(tmp_path, clock), clock, tmp_path)


def counted(scene: Scene) -> tuple[int, int, int]:
    """Refresh, and return how many people were checked and could not be, and how many copies changed."""
    found = scene.api("bronverversingen").json()
    return found["gecontroleerd"], found["nietLeesbaar"], found["verouderd"]


def place_of(credential: str) -> TokenStatus:
    (entry,) = SdJwtVc().inspect(credential).status
    assert isinstance(entry, TokenStatus)
    return entry


def status_of(scene: Scene, credential: str) -> int:
    """Look a credential's status up as a verifier does."""
    place = place_of(credential)
    answer = scene.http().get(place.uri)
    assert answer.headers["content-type"] == "application/statuslist+jwt"
    token = token_list.parse_token(answer.content)
    chain: Any = token.header["x5c"]
    import base64

    payload = token.verify(public_jwk(base64.b64decode(chain[0]))).payload
    claims = token_list.read_claims(payload, place.uri, scene.clock.now(), max_age=timedelta(days=7))
    assert len(claims.statuses) >= 131_072
    return claims.statuses[place.index]


def after_payment() -> FcidDocument:
    return several_cases(2).with_event("ZAAK-1", paid("p1", 400, registered_at=NOW - timedelta(minutes=20)))


class TestChangedDebts:
    def test_a_payment_supersedes_what_it_changed_and_nothing_else(self, scene: Scene) -> None:
        wallet = scene.wallet_with_token("overzicht_sdjwt", "zaak_sdjwt")
        details: Any = wallet.granted["authorization_details"]
        (overview,), *_ = [wallet.by_identifier(name) for name in details[0]["credential_identifiers"]]
        cases = [wallet.by_identifier(name)[0] for name in details[1]["credential_identifiers"]]
        assert {status_of(scene, each) for each in (overview, *cases)} == {Status.VALID}
        scene.restate(after_payment())
        assert counted(scene) == (1, 0, 2)
        assert status_of(scene, overview) == Status.SUPERSEDED
        by_reference = {SdJwtVc().inspect(each).claims["zaakkenmerk"]: status_of(scene, each) for each in cases}
        assert by_reference == {"ZAAK-1": Status.SUPERSEDED, "ZAAK-2": Status.VALID}

    def test_what_is_fetched_after_it_is_valid(self, scene: Scene) -> None:
        wallet = scene.wallet_with_token("overzicht_sdjwt")
        (before,) = wallet.credentials("overzicht_sdjwt")
        scene.restate(after_payment())
        (after,) = wallet.credentials("overzicht_sdjwt")
        scene.api("bronverversingen")
        assert (status_of(scene, before), status_of(scene, after)) == (Status.SUPERSEDED, Status.VALID)
        assert SdJwtVc().inspect(after).claims["saldo_totaal"] == 2600

    def test_a_later_export_without_changes_supersedes_nothing(self, scene: Scene) -> None:
        (credential,) = scene.wallet_with_token("overzicht_sdjwt").credentials("overzicht_sdjwt")
        scene.restate(several_cases(2).restated(AS_OF + timedelta(days=3)))
        assert scene.api("bronverversingen").json()["verouderd"] == 0
        assert status_of(scene, credential) == Status.VALID

    def test_who_gets_a_first_debt_has_a_superseded_zero(self, scene: Scene) -> None:
        (zero,) = scene.wallet_with_token("overzicht_sdjwt", bsn=NOBODY).credentials("overzicht_sdjwt")
        assert counted(scene) == (1, 0, 0)
        from tests.flows.issuance_kit import a_person_file

        a_person_file(scene.folder / "debts", replace(several_cases(1), person=NOBODY), "nobody.json")
        assert scene.api("bronverversingen").json()["verouderd"] == 1
        assert status_of(scene, zero) == Status.SUPERSEDED

    def test_who_left_the_register_has_superseded_credentials(self, scene: Scene) -> None:
        (credential,) = scene.wallet_with_token("overzicht_sdjwt").credentials("overzicht_sdjwt")
        (scene.folder / "debts" / "samira.json").unlink()
        assert scene.api("bronverversingen").json()["verouderd"] == 1
        assert status_of(scene, credential) == Status.SUPERSEDED

    def test_an_unreadable_file_proves_nothing(self, scene: Scene) -> None:
        (credential,) = scene.wallet_with_token("overzicht_sdjwt").credentials("overzicht_sdjwt")
        (scene.folder / "debts" / "samira.json").write_text("{")
        assert counted(scene) == (0, 1, 0)
        assert status_of(scene, credential) == Status.VALID

    def test_the_linked_data_lists_say_the_same(self, scene: Scene) -> None:
        (credential,) = scene.wallet_with_token("overzicht_ldp").credentials("overzicht_ldp")
        scene.restate(after_payment())
        scene.api("bronverversingen")
        document = json_object(scene.http().get("/.well-known/did.json").content)

        class Published:
            def resolve(self, verification_method: str, purpose: str) -> PublicJwk:
                assert did_web_url(verification_method.partition("#")[0], allow_insecure_localhost=True)
                return find_key(document, DidUrl.parse(verification_method), purpose)

        ldp = LdpVc(ContextBundle())
        found = {}
        for entry in credential["credentialStatus"]:
            answer = scene.http().get(entry["statusListCredential"])
            assert answer.headers["content-type"] == "application/vc"
            listed = json_object(answer.content)
            assert listed["issuer"] == credential["issuer"]["id"]
            verify_document(listed, Published(), canonicaliser=ldp.canonicaliser, now=scene.clock.now())
            claims = bitstring.read_list_credential(
                listed, entry["statusListCredential"], scene.clock.now(), max_age=timedelta(days=7)
            )
            found[entry["statusPurpose"]] = claims.status(int(entry["statusListIndex"]), entry["statusPurpose"])
        assert found == {"revocation": Status.VALID, "refresh": Status.SUPERSEDED}
        assert Resolver()


class TestWithdrawal:
    def test_a_wrong_case_is_invalid_at_once(self, scene: Scene) -> None:
        wallet = scene.wallet_with_token("overzicht_sdjwt", "zaak_sdjwt")
        details: Any = wallet.granted["authorization_details"]
        cases = [wallet.by_identifier(name)[0] for name in details[1]["credential_identifiers"]]
        body = {"bsn": SAMIRA.reveal(), "zaakkenmerk": "ZAAK-2", "reden": "verkeerde persoon"}
        answer = scene.api("intrekkingen", body)
        assert (answer.status_code, answer.json()) == (201, {"aantal": 1})
        found = {SdJwtVc().inspect(each).claims["zaakkenmerk"]: status_of(scene, each) for each in cases}
        assert found == {"ZAAK-1": Status.VALID, "ZAAK-2": Status.INVALID}

    def test_it_is_final(self, scene: Scene) -> None:
        (credential,) = scene.wallet_with_token("overzicht_sdjwt").credentials("overzicht_sdjwt")
        scene.api("intrekkingen", {"bsn": SAMIRA.reveal(), "reden": "fout"})
        scene.restate(after_payment())
        scene.api("bronverversingen")
        assert status_of(scene, credential) == Status.INVALID

    def test_one_copy_can_be_withdrawn_by_its_record(self, scene: Scene) -> None:
        first, second = scene.wallet_with_token("overzicht_sdjwt").credentials("overzicht_sdjwt", 2)
        with scene.agency.database.read() as connection:
            rows = {row.place: row.id for row in connection.execute(select(issued_copy))}
        body = {"uitgifte": rows[place_of(first).index], "reden": "fout"}
        assert scene.api("intrekkingen", body).json() == {"aantal": 1}
        assert (status_of(scene, first), status_of(scene, second)) == (Status.INVALID, Status.VALID)

    @pytest.mark.parametrize(
        "body",
        [
            {"bsn": NOBODY.reveal(), "reden": "x"},
            {"uitgifte": "nope", "reden": "x"},
        ],
    )
    def test_what_was_never_issued_cannot_be_withdrawn(self, scene: Scene, body: dict[str, str]) -> None:
        assert scene.api("intrekkingen", body).status_code == 404

    def test_it_must_say_what(self, scene: Scene) -> None:
        assert scene.api("intrekkingen", {"reden": "x"}).status_code == 400


class TestPublished:
    @pytest.mark.requirement("tsl-served")
    def test_a_list_is_compressed_for_who_can_read_that(self, scene: Scene) -> None:
        plain = scene.http().get("/status/token/1", headers={"accept-encoding": "identity"})
        packed = scene.http().get("/status/token/1", headers={"accept-encoding": "gzip"})
        assert plain.content == packed.content
        assert packed.headers["content-encoding"] == "gzip"
        assert packed.headers["vary"] == "accept-encoding"
        assert packed.headers["cache-control"] == "public, max-age=60"
        assert packed.headers["access-control-allow-origin"] == "*"

    @pytest.mark.requirement("tsl-aggregation")
    def test_the_list_of_lists_names_it(self, scene: Scene) -> None:
        lists = scene.http().get("/status/lists").json()["status_lists"]
        assert [scene.http().get(uri).status_code for uri in lists] == [200]

    def test_it_is_signed_anew_in_good_time(self, scene: Scene) -> None:
        before = scene.http().get("/status/token/1").content
        scene.agency.desk.publish()
        assert scene.http().get("/status/token/1").content == before
        scene.clock.advance(timedelta(days=1, seconds=1))
        scene.agency.desk.publish()
        assert scene.http().get("/status/token/1").content != before

    def test_the_last_good_one_stays_when_signing_fails(self, scene: Scene) -> None:
        before = scene.http().get("/status/token/1").content
        scene.clock.advance(timedelta(days=1, seconds=1))

        class Broken:
            public_jwk = scene.agency.desk.publish.token_key().signer.public_jwk
            algorithm = public_jwk.algorithm

            def sign(self, message: bytes) -> bytes:
                raise OSError("the hardware module does not answer")

        key = replace(scene.agency.desk.publish.token_key(), signer=Broken())
        broken = replace(scene.agency.desk.publish, token_key=lambda: key)
        with pytest.raises(OSError, match="hardware"):
            broken()
        assert scene.http().get("/status/token/1").content == before


class TestNothingLost:
    @pytest.mark.parametrize("point", ["reserved", "signed"])
    def test_a_crash_leaves_no_credential_that_we_do_not_know_of(
        self, tmp_path: Path, clock: FixedClock, point: str
    ) -> None:
        class Crash(BaseException):
            pass

        def reached(where: str) -> None:
            if where == point:
                raise Crash

        scene = Scene(an_agency(tmp_path, clock, reached=reached), clock, tmp_path)
        wallet = scene.wallet_with_token("overzicht_sdjwt")
        with pytest.raises(BaseException):  # noqa: B017, PT011  # whatever the test client makes of a crash
            wallet.credentials("overzicht_sdjwt", 3)
        with scene.agency.database.read() as connection:
            rows = connection.execute(select(issued_copy)).all()
        assert [row.state for row in rows] == [CopyState.RESERVED] * 3
        assert len({row.place for row in rows}) == 3
        # A wallet may have received them: they are withdrawn with the rest.
        assert scene.api("intrekkingen", {"bsn": SAMIRA.reveal(), "reden": "x"}).json() == {"aantal": 3}

    def test_each_credential_has_a_row_and_a_place_of_its_own(self, scene: Scene) -> None:
        wallet = scene.wallet_with_token("overzicht_sdjwt")
        made = [*wallet.credentials("overzicht_sdjwt", 10), *wallet.credentials("overzicht_sdjwt", 10)]
        scene.agency.database.settle()
        with scene.agency.database.read() as connection:
            rows = connection.execute(select(issued_copy)).all()
        assert {place_of(each).index for each in made} == {row.place for row in rows}
        assert {row.state for row in rows} == {CopyState.ISSUED}
        assert sorted(row.place for row in rows) != [row.place for row in rows]

    def test_the_audit_chain_holds(self, scene: Scene) -> None:
        scene.wallet_with_token("overzicht_sdjwt").credentials("overzicht_sdjwt")
        with scene.agency.database.read() as connection:
            assert verify_audit(connection) == 3


class TestPrivacy:
    def test_the_database_holds_nothing_of_a_citizen_and_nothing_of_a_credential(self, scene: Scene) -> None:
        browser = scene.http()
        log_in(browser)
        wallet = scene.wallet_with_token("overzicht_sdjwt", "zaak_sdjwt")
        details: Any = wallet.granted["authorization_details"]
        (overview,) = wallet.by_identifier(details[0]["credential_identifiers"][0])
        (case,) = wallet.by_identifier(details[1]["credential_identifiers"][0])
        stored = b"".join(path.read_bytes() for path in (scene.folder / "state").glob("issuer.db*"))
        secrets = [SAMIRA.reveal(), "ZAAK-1", "S. de Vries", wallet.token]
        for credential in (overview, case):
            secrets += [credential.split("~")[0].rpartition(".")[2], *credential.split("~")[1:-1]]
        assert stored
        assert [each for each in secrets if each.encode() in stored] == []


_KILLED = """
import os, signal, sys
from pathlib import Path
from credentials.clock import FixedClock
from tests.flows.issuance_kit import NOW, Scene, an_agency

folder, point = Path(sys.argv[1]), sys.argv[2]

def reached(where):
    if where == point:
        os.kill(os.getpid(), signal.SIGKILL)

clock = FixedClock(NOW)
scene = Scene(an_agency(folder, clock, reached=reached), clock, folder)
wallet = scene.wallet_with_token("overzicht_sdjwt")
print("asking", flush=True)
wallet.credentials("overzicht_sdjwt", 3)
"""


@pytest.mark.parametrize("point", ["reserved", "signed"])
@pytest.mark.long
def test_a_killed_process_loses_nothing(tmp_path: Path, clock: FixedClock, point: str) -> None:
    root = Path(__file__).parents[2]
    environment = {**os.environ, "PYTHONPATH": str(root)}
    killed = subprocess.run(
        [sys.executable, "-c", _KILLED, str(tmp_path), point],
        env=environment,
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr.decode()[-2000:]
    scene = Scene(an_agency(tmp_path, clock), clock, tmp_path)
    with scene.agency.database.read() as connection:
        rows = connection.execute(select(issued_copy)).all()
        assert verify_audit(connection) == 3
    assert [row.state for row in rows] == [CopyState.RESERVED] * 3
    assert scene.api("intrekkingen", {"bsn": SAMIRA.reveal(), "reden": "x"}).json() == {"aantal": 3}
