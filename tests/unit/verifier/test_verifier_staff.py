"""Counsellors by a provider that can be made to lie; and what a team lead may do that a counsellor may not."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from credentials.clock import FixedClock, epoch
from credentials.keys import SoftwareSigner
from service.errors import AssuranceTooLow, LoginCancelled, LoginRefused, LoginUnavailable
from service.oidc import ClientKey, CodeFlow, OidcClient
from tests.broker_kit import ISSUER, NOW, Broker, answer
from verifier.domain.errors import BadInput, NotAColleague, UnknownIntake
from verifier.domain.request import Intake
from verifier.domain.staff import Colleague, Counsellor, Employee, Role
from verifier.identity.oidc import OidcStaff
from verifier.usecases.staff import LogIn, Staff

KEY = ClientKey(SoftwareSigner.generate().to_pem())
ROLES = {"helper": frozenset({Role.COUNSELLOR}), "lead": frozenset({Role.TEAM_LEAD})}
GOOD = {"sub": "s-1", "name": "Anna de Wit", "roles": ["helper"]}


def a_staff_login(provider: Broker, **more: Any) -> OidcStaff:
    client = OidcClient(
        issuer=ISSUER, client_id="cjib", redirect_uri="https://schuldhulp.example/inloggen/terug", key=KEY
    )
    flow = CodeFlow(client, provider, FixedClock(NOW))
    return OidcStaff(ISSUER, flow, **{"role_claim": ("roles",), "roles": ROLES, **more})


def came(said: Mapping[str, Any], **more: Any) -> Employee:
    provider = Broker(claims={**GOOD, **said})
    login = a_staff_login(provider, **more)
    _, attempt = login.begin()
    provider.nonce = attempt.nonce
    return login.finish(attempt, {"code": "c"})


def test_the_token_says_who_and_in_which_roles() -> None:
    found = came({"roles": ["helper", "lead", "elsewhere"]})
    assert (found.subject, found.roles, found.name) == ("s-1", {Role.COUNSELLOR, Role.TEAM_LEAD}, "Anna de Wit")
    assert "Anna" not in repr(found)
    assert "s-1" not in repr(found)
    assert came({"roles": ["Helper"]}).roles == set()
    assert came({"resource": {"roles": "lead"}}, role_claim=("resource", "roles")).roles == {Role.TEAM_LEAD}


@pytest.mark.parametrize("name", [None, 7, "", "a\u202eb", "a\x00b", ["Anna"]])
def test_a_name_that_is_no_plain_text_is_none(name: object) -> None:
    assert came({"name": name}).name == ""


@pytest.mark.parametrize("amr", [["mfa"], ["pwd", "hwk"]])
def test_a_second_factor_is_one_of_those_that_count(amr: list[str]) -> None:
    assert came({"amr": amr}, second_factor=("mfa", "hwk")).subject == "s-1"


@pytest.mark.parametrize("amr", [None, [], ["pwd"], "mfa", ["MFA"], {"mfa": True}, [["mfa"]], [None]])
def test_without_a_second_factor_nobody_comes_in_where_one_is_demanded(amr: object) -> None:
    with pytest.raises(LoginRefused):
        came({"amr": amr}, second_factor=("mfa", "hwk"))


def test_a_lower_level_is_refused_where_one_is_demanded() -> None:
    assert came({"acr": "loa2"}, minimum_assurance=("loa2", "loa3")).subject == "s-1"
    for acr in ("loa1", None, ["loa2"], 2):
        with pytest.raises(AssuranceTooLow):
            came({"acr": acr}, minimum_assurance=("loa2", "loa3"))
    with pytest.raises(AssuranceTooLow):
        came({"acr": "loa2", "amr": ["pwd"]}, minimum_assurance=("loa2",), second_factor=("mfa",))


@pytest.mark.parametrize(
    "said",
    [
        {"iss": "https://evil.example"},
        {"aud": "another"},
        {"aud": ["cjib", "another"]},
        {"nonce": "another"},
        {"exp": epoch(NOW) - 120},
        {"sub": None},
        {"sub": ""},
        {"sub": "x" * 256},
        {"sub": 7},
    ],
)
def test_a_token_that_is_not_for_us_now_is_refused(said: Mapping[str, Any]) -> None:
    with pytest.raises(LoginRefused):
        came(said)


def test_what_the_provider_does_not_say_lets_nobody_in() -> None:
    provider = Broker(claims=GOOD)
    login = a_staff_login(provider)
    _, attempt = login.begin()
    provider.nonce = attempt.nonce
    for said in ({}, {"code": ""}, {"error": "server_error"}, {"code": "c", "iss": "https://evil.example"}):
        with pytest.raises(LoginRefused):
            login.finish(attempt, said)
    with pytest.raises(LoginCancelled):
        login.finish(attempt, {"error": "access_denied"})
    with pytest.raises(LoginUnavailable):
        a_staff_login(Broker(answers={"/jwks": answer({}, 500)})).begin()


@dataclass
class Files:
    """The files of the team, in memory: the port `Intakes`, as far as it is needed here."""

    kept: dict[str, Intake] = field(default_factory=dict)
    deeds: list[tuple[str, str, str]] = field(default_factory=list)

    def new(self, id: str, owner: str) -> None:
        self.kept[id] = Intake(id, owner, f"D-{id}", "intake", NOW, NOW + timedelta(days=9))

    def get(self, owner: str, intake_id: str) -> Intake:
        found = self.whose(intake_id)
        if found.owner != owner:
            raise UnknownIntake
        return found

    def whose(self, intake_id: str) -> Intake:
        if intake_id not in self.kept:
            raise UnknownIntake
        return self.kept[intake_id]

    def of(self, owner: str, *, skip: int, most: int) -> Sequence[Intake]:
        return [each for each in self.kept.values() if each.owner == owner][skip : skip + most]

    def of_all(self, *, skip: int, most: int) -> Sequence[Intake]:
        return [*self.kept.values()][skip : skip + most]

    def count(self, owner: str) -> int:
        return len(self.of(owner, skip=0, most=99))

    def count_all(self) -> int:
        return len(self.kept)

    def hand_over(self, intake: Intake, to: str, *, by: str, now: datetime) -> None:
        self.kept[intake.id] = replace(intake, owner=to, received_from=intake.owner)
        self.deeds.append((intake.id, by, to))


@dataclass
class People:
    """Who has logged in: the port `Colleagues` in memory."""

    known: dict[str, str] = field(default_factory=dict)
    away: list[str] = field(default_factory=list)

    def came(self, counsellor: Counsellor, now: datetime) -> None:
        self.known[counsellor.owner] = counsellor.name

    def turned_away(self, owner: str, now: datetime) -> None:
        self.away.append(owner)

    def may_receive(self) -> Sequence[Colleague]:
        return [Colleague(*each) for each in self.known.items() if each[0] not in self.away]

    def names(self, owners: Collection[str]) -> Mapping[str, str]:
        return {each: self.known[each] for each in owners if each in self.known}

    def purge(self, now: datetime) -> int:
        return 0


def person(name: str, *roles: Role) -> Counsellor:
    return Counsellor(f"medewerker:{name}", frozenset(roles), name.title())


ANNA, BRAM = person("anna", Role.COUNSELLOR), person("bram", Role.COUNSELLOR)
CARLA = person("carla", Role.TEAM_LEAD)


@pytest.fixture
def files() -> Files:
    files = Files()
    files.new("1", ANNA.owner)
    files.new("2", BRAM.owner)
    return files


@pytest.fixture
def staff(files: Files) -> Staff:
    staff = Staff(People(), files, FixedClock(NOW))  # type: ignore[arg-type]  # as far as it is needed
    for each in (ANNA, BRAM, CARLA):
        staff.welcome(each)
    return staff


def test_a_counsellor_hands_over_their_own_file_and_no_others(staff: Staff, files: Files) -> None:
    assert [each.owner for each in staff.receivers(files.whose("1"))] == [BRAM.owner, CARLA.owner]
    assert staff.hand_over(ANNA, "1", BRAM.owner)[1].name == "Bram"
    assert files.deeds == [("1", ANNA.owner, BRAM.owner)]
    for id in ("1", "2", "3", ""):
        with pytest.raises(UnknownIntake):
            staff.hand_over(ANNA, id, ANNA.owner)
    assert len(files.deeds) == 1


def test_a_team_lead_hands_over_anybodys_file_also_to_themselves(staff: Staff, files: Files) -> None:
    assert [each.holder for each in staff.files(CARLA).files] == ["Anna", "Bram"]
    assert [each.intake.id for each in staff.files(ANNA).files] == ["1"]
    staff.hand_over(CARLA, "1", CARLA.owner)
    assert files.get(CARLA.owner, "1").received_from == ANNA.owner


@pytest.mark.parametrize("to", ["", "medewerker:anna", "medewerker:nobody", "systeem:zaaksysteem", "Bram"])
def test_a_file_goes_to_a_colleague_on_the_list_and_to_nobody_else(staff: Staff, files: Files, to: str) -> None:
    with pytest.raises(BadInput):
        staff.hand_over(ANNA, "1", to)
    assert files.get(ANNA.owner, "1")
    assert files.deeds == []


def test_who_has_no_role_is_turned_away_and_receives_nothing_more(staff: Staff, files: Files) -> None:
    with pytest.raises(NotAColleague):
        staff.welcome(person("bram"))
    assert [each.owner for each in staff.receivers(files.whose("1"))] == [CARLA.owner]
    assert staff.names([BRAM.owner, "medewerker:0123456789"]) == {
        BRAM.owner: "Bram",
        "medewerker:0123456789": "Medewerker 456789",
    }


def test_a_pseudonym_follows_from_the_provider_and_the_subject(staff: Staff) -> None:
    provider = Broker(claims=GOOD | {"name": None})
    seen: list[tuple[str, str]] = []

    def pseudonym(issuer: str, subject: str) -> str:
        seen.append((issuer, subject))
        return "medewerker:abcdef123456"

    login = LogIn(a_staff_login(provider), staff, pseudonym)
    _, attempt = login.begin()
    provider.nonce = attempt.nonce
    found = login.finish(attempt, {"code": "c"})
    assert seen == [(ISSUER, "s-1")]
    assert (found.owner, found.name) == ("medewerker:abcdef123456", "Medewerker 123456")
